"""A layer's example filled with numbers, and everything that may not be written to frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, Step, Wanted
from chainrule.core.random_bits import RandomBits
from tests.core.numbers import frozen, scattered

Values = dict[str, NDArray[Any]]

BITS = RandomBits(seed=11, layer=2)


@dataclass(frozen=True)
class LayerCase:
    """A layer with all that its two functions read."""

    layer: Layer
    inputs: tuple[NDArray[Any], ...]
    weights: Values
    run: Run
    upstream: NDArray[Any]

    @property
    def shapes(self) -> list[Shape]:
        return [one.shape for one in self.inputs]

    def forward(self) -> Step:
        return self.layer.apply(self.inputs, self.weights, self.run)

    def backward(self, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return self.layer.backward(self.upstream, self.weights, cache, wanted)

    def gradients(self) -> Gradients:
        return self.backward(self.forward().cache)

    def number(self) -> float:
        """One number of all outputs: what ``backward`` differentiates."""
        return float((self.forward().output * self.upstream).sum())

    def with_inputs(self, inputs: Sequence[NDArray[Any]], upstream: NDArray[Any]) -> LayerCase:
        return replace(self, inputs=tuple(inputs), upstream=upstream)

    def arrays(self) -> list[NDArray[Any]]:
        """All arrays that it reads."""
        return [*self.inputs, *self.weights.values(), *self.run.state.values(), self.upstream]


def layer_case(
    layer: Layer,
    example: LayerExample,
    dtype: str = "float64",
    *,
    other_weights: bool = False,
    bits: RandomBits = BITS,
) -> LayerCase:
    """Fill an example with numbers: the same ones each time, and in each type."""
    generator = np.random.default_rng(7)
    inputs = _inputs(layer, example, generator)
    weights = layer.weight_shapes(*example.inputs)
    if other_weights:
        weights |= layer.other_weight_shapes(*example.inputs)
    case = LayerCase(
        layer,
        tuple(one if one.dtype.kind == "i" else one.astype(dtype) for one in inputs),
        {name: generator.uniform(-1, 1, shape).astype(dtype) for name, shape in weights.items()},
        Run(example.training, _state(layer, example, dtype, generator), bits),
        generator.normal(size=layer.output_shape(*example.inputs)).astype(dtype),
    )
    for array in case.arrays():
        frozen(array)
    return case


def _inputs(layer: Layer, example: LayerExample, generator: np.random.Generator) -> list[NDArray[Any]]:
    below = layer.integers_below()
    if below is not None:
        return [generator.integers(0, below, shape) for shape in example.inputs]
    return [*scattered(example.inputs, example.span, generator)]


def _state(layer: Layer, example: LayerExample, dtype: str, generator: np.random.Generator) -> Mapping[str, Array]:
    """Positive numbers, since a variance may be among them."""
    shapes = layer.state_shapes(*example.inputs)
    return {name: generator.uniform(0.5, 1.5, shape).astype(dtype) for name, shape in shapes.items()}
