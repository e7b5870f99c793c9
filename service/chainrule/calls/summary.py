"""``/summary``: what a network is, layer by layer, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.calls.job import Document, Job
from chainrule.calls.shaped import network_of, read_shaped
from chainrule.core.arrays import Shape, size_of
from chainrule.core.limits import Limits
from chainrule.core.network import Network, Node
from chainrule.core.resolved import resolved_definition
from chainrule.errors import Proceed
from chainrule.schemas import SummaryRequest


def prepare_summary(document: Document, limits: Limits) -> Job:
    """Check a ``/summary`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    request = read_shaped(SummaryRequest, document, limits)
    network = network_of(request, request.batch_size, limits)
    itemsize = np.dtype(request.options.dtype).itemsize

    def compute(proceed: Proceed) -> Document:
        return summary(network, itemsize)

    return Job(compute, base64=False)


def summary(network: Network, itemsize: int) -> Document:
    """Describe a network.

    Parameters
    ----------
    network
        The network, resolved for a batch.
    itemsize
        Bytes of a number.
    """
    trainable = sum(_count(node.weights) for node in network.nodes)
    non_trainable = sum(_count(node.state) for node in network.nodes)
    return {
        "network": resolved_definition(network),
        "layers": [_layer(node, network.shape_of(node)) for node in network.nodes],
        "parameters": {
            "trainable": trainable,
            "non_trainable": non_trainable,
            "total": trainable + non_trainable,
        },
        "cost": {
            "forward_flops": network.forward_flops,
            "backward_flops": network.flops - network.forward_flops,
            "weight_bytes": (trainable + non_trainable) * itemsize,
            "activation_bytes": sum(size_of(network.shape_of(node)) for node in network.nodes) * itemsize,
        },
    }


def _layer(node: Node, output: Shape) -> dict[str, Any]:
    return {
        "name": node.name,
        "type": node.layer.type,
        "inputs": list(node.reads),
        "output_shape": list(output),
        "weights": _listed(node.weights),
        "state": _listed(node.state),
        "parameters": _count(node.weights) + _count(node.state),
    }


def _listed(shapes: Mapping[str, Shape]) -> dict[str, list[int]]:
    return {name: list(shape) for name, shape in shapes.items()}


def _count(shapes: Mapping[str, Shape]) -> int:
    return sum(map(size_of, shapes.values()))
