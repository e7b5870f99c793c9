"""A graph with the gradient of each of its nodes, from where the chain starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Weights, is_finite
from chainrule.core.explain.graph import Graph, Node
from chainrule.core.explain.loss_form import explain_loss
from chainrule.core.explain.network import build
from chainrule.core.explain.operations import Number
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.errors import InputError, Proceed, pointer


@dataclass(frozen=True, slots=True)
class Measured:
    """A loss, and what it says of a batch beside its value."""

    objective: Objective
    targets: NDArray[Any]
    """The targets as they stand in the request."""
    divisor: float
    """What a mean is divided by."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The nodes in the order of computation, and the gradient of each."""

    nodes: list[Node]
    gradients: Array


def from_outputs(
    network: Network,
    inputs: Sequence[Array],
    weights: Sequence[Weights],
    upstream: Array,
    proceed: Proceed,
) -> Chain:
    """Explain a network from the gradients that arrive at its outputs.

    Raises
    ------
    InputError
        ``non_finite_result`` where a number is too large.
    """
    graph, outputs = build(network, inputs, weights, proceed)
    return _differentiated(network, graph, dict(zip(outputs.ravel().tolist(), upstream.ravel(), strict=True)))


def from_loss(
    network: Network, inputs: Sequence[Array], weights: Sequence[Weights], measured: Measured, proceed: Proceed
) -> Chain:
    """Explain a network and its loss, from the loss, whose gradient is 1.

    Raises
    ------
    InputError
        ``non_finite_result`` where a number is too large.
    """
    graph, outputs = build(network, inputs, weights, proceed)
    loss = explain_loss(measured.objective, graph, outputs, measured.targets, measured.divisor)
    return _differentiated(network, graph, {loss: graph.dtype.type(1)})


def _differentiated(network: Network, graph: Graph, start: Mapping[int, Number]) -> Chain:
    gradients = graph.differentiate(start)
    if not is_finite(gradients):
        from_the_end = int(np.isfinite(gradients[::-1]).argmin())
        raise _non_finite(network, graph.nodes[-1 - from_the_end])
    return Chain(graph.nodes, gradients)


def _non_finite(network: Network, node: Node) -> InputError:
    layer, names = node.place.layer, [one.name for one in network.nodes]
    where = (node.pointer or "/loss") if layer is None else pointer("network", "layers", names.index(layer))
    detail = f"the gradient of {node.label} is the first that is not finite: its numbers are too large"
    return InputError("non_finite_result", where, detail)
