"""What ``/summary`` and ``/initialize`` have in common: a network held against shapes, where no batch was sent."""

from __future__ import annotations

from typing import TypeVar

from chainrule.calls.job import Document
from chainrule.calls.prepare import check_layers
from chainrule.core.limits import Limits
from chainrule.core.network import Network, resolve
from chainrule.core.tensors import by_input
from chainrule.schemas import ShapedRequest, parse

RequestT = TypeVar("RequestT", bound=ShapedRequest)


def read_shaped(model: type[RequestT], document: Document, limits: Limits) -> RequestT:
    """Check the document against its schema.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    check_layers(document, limits)
    return parse(model, document)


def network_of(request: ShapedRequest, batch_size: int, limits: Limits) -> Network:
    """Work out names, wiring, shapes and cost for a batch of this size.

    Raises
    ------
    InputError
        With what is wrong with the network, or with the shapes for it.
    """
    shapes = by_input(request.input_shape, request.network.inputs, "shape", "input_shape")
    return resolve(request.network, {name: (batch_size, *shape) for name, shape in shapes.items()}, limits)
