"""``/initialize``: what a network's weights and state start as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from chainrule.calls.job import Document, Job
from chainrule.calls.shaped import network_of, read_shaped
from chainrule.core.arrays import Array, Shape, is_finite, size_of
from chainrule.core.initializers import Initializer
from chainrule.core.layer import Layer
from chainrule.core.limits import Limits
from chainrule.core.network import Network, Node, with_activation
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Fault, InputError, Proceed, pointer, refuse
from chainrule.schemas import InitializeRequest

PARTS = ("weights", "state")


@dataclass(frozen=True, slots=True)
class Drawn:
    """An array that is to be drawn."""

    part: str
    """``weights`` or ``state``."""
    node: Node
    index: int
    """The layer's place in the network."""
    layer: Layer
    """The layer that has it, or the activation inside it."""
    name: str
    shape: Shape

    @property
    def initializer(self) -> Initializer:
        """What it starts as."""
        return self.layer.initializer_of(self.name)[0]

    @property
    def pointer(self) -> str:
        """Where the request says what it starts as, or where the layer stands."""
        return pointer("network", "layers", self.index, *self.layer.initializer_of(self.name)[1])


def prepare_initialize(document: Document, limits: Limits) -> Job:
    """Check an ``/initialize`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    request = read_shaped(InitializeRequest, document, limits)
    drawn = list(_arrays(network_of(request, 1, limits)))
    refuse(_misfits(drawn))
    _check_cost(drawn, limits)
    dtype = np.dtype(request.options.dtype)

    def compute(proceed: Proceed) -> Document:
        answer: Document = {part: {} for part in PARTS}
        for one in drawn:
            proceed()
            answer[one.part].setdefault(one.node.name, {})[one.name] = _draw(one, request.seed, dtype, proceed)
        return answer

    return Job(compute, base64=request.options.encoding == "base64")


def _arrays(network: Network) -> Iterator[Drawn]:
    for index, node in enumerate(network.nodes):
        trees: Mapping[str, Mapping[str, Shape]] = {"weights": node.weights, "state": node.state}
        for part, shapes in trees.items():
            for name, shape in shapes.items():
                layer = next(one for one in with_activation(node.layer) if name in one.variables)
                yield Drawn(part, node, index, layer, name, shape)


def _misfits(drawn: list[Drawn]) -> Iterator[Fault]:
    """Find weights that have too few axes for what they are to start as."""
    for one in drawn:
        fewest = one.initializer.fewest_axes
        if len(one.shape) < fewest:
            detail = f"{one.initializer.type} starts weights with at least {fewest} axes; {one.name} has {one.shape}"
            yield Fault("invalid_parameter", one.pointer, detail)


def _check_cost(drawn: list[Drawn], limits: Limits) -> None:
    """Refuse what takes too long to draw, or makes too large an answer: the limit on parameters may be a larger one."""
    numbers = sum(size_of(one.shape) for one in drawn)
    if numbers > limits.activations:
        detail = f"the answer would hold {numbers:,} numbers, at most {limits.activations:,} are allowed"
        raise InputError("network_too_large", "", detail)
    flops = 0
    for one in drawn:
        flops += one.initializer.flops(one.shape)
        if flops > limits.flops:
            most = f"at most {limits.flops:,} are allowed: another initializer than {one.initializer.type} takes less"
            detail = f"up to this weight, {one.name} {one.shape}, drawing costs {flops:,} operations, {most}"
            raise InputError("network_too_large", one.pointer, detail)


def _draw(one: Drawn, seed: int, dtype: np.dtype[np.float64 | np.float32], proceed: Proceed) -> Array:
    """Draw an array, in the type that was asked for."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is found by its result
        values = one.layer.starting(one.name, one.shape, WeightBits(seed, one.index, one.name), proceed)
        array: Array = np.ascontiguousarray(values, dtype)
    if not is_finite(array):
        raise InputError(
            "non_finite_result", one.pointer, f"{one.name} starts with numbers that are too large for {dtype.name}"
        )
    return array
