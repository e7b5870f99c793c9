"""Networks built of layers as they are, also of ones that no request can name, and run by the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.core import engine
from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.definition import Definition, _placed
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, SeveralInputs, Step, Wanted
from chainrule.core.limits import Limits
from chainrule.core.network import Network, resolve
from chainrule.errors import go_on

EVERYTHING_ASKED = engine.Asked()


class Summed(SeveralInputs):
    """Adds its inputs: each of them gets the same array as its gradient."""

    type: str = "summed"

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        return Step(np.sum(inputs, axis=0), len(inputs))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad,) * cache)


def placed(layer: Layer, name: str, inputs: list[str] | None = None) -> Any:
    """The layer with a place in a network."""
    return _placed(type(layer))(**dict(layer), name=name, inputs=inputs)  # type: ignore[call-arg] # _placed adds them


def resolved(layers: Sequence[Any], **inputs: Shape) -> Network:
    """A network of placed layers, for inputs of these shapes; one input alone is called ``inputs``."""
    names = None if set(inputs) == {"inputs"} else list(inputs)
    return resolve(Definition.model_construct(layers=list(layers), inputs=names), inputs, Limits())


@dataclass(frozen=True)
class Passes:
    """Both passes through a network, from an upstream gradient."""

    network: Network
    inputs: list[NDArray[Any]]
    weights: Sequence[Weights]
    upstream: NDArray[Any]
    asked: engine.Asked = EVERYTHING_ASKED
    proceed: Callable[[], None] = go_on

    def forward(self) -> engine.Forward:
        runs = [Run()] * len(self.network.nodes)
        return engine.forward(self.network, self.inputs, self.weights, runs, self.proceed)

    def backward(self) -> engine.Backward:
        return self.back(self.forward())

    def back(self, passed: engine.Forward) -> engine.Backward:
        """The backward pass of a forward pass: of one upstream gradient, without the axis for several."""
        start = (self.network.nodes[-1].value, self.upstream[np.newaxis])
        found = engine.backward(self.network, passed, start, self.weights, self.asked, self.proceed)
        weights = {node: {name: one[0] for name, one in named.items()} for node, named in found.weights.items()}
        return engine.Backward(weights, {index: one[0] for index, one in found.values.items()})

    def number(self) -> float:
        """One number of all outputs: what ``backward`` differentiates."""
        return float((self.forward().values[-1] * self.upstream).sum())
