"""Numbers along some axes of each sample brought to a common mean and spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, NonNegativeFloat

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.examples import LayerExample
from chainrule.core.initializers.constants import Ones, Zeros
from chainrule.core.lanes import Columns, blocks
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted, sample_axes
from chainrule.core.layouts import FACTOR_AND_SHIFT, Layout, Layouts
from chainrule.core.variables import Variable

Axes = int | Annotated[list[int], Field(min_length=1, max_length=32, fail_fast=True)]


class AlongAxes(Layer):
    """Numbers along some axes of a sample, divided by their spread; then each has a factor of its own.

    Everything is computed on rows: the numbers along the axes, for each place on the others.
    """

    subtracts_mean: ClassVar[bool]
    factor: ClassVar[str]
    """What the weight is called that the result is multiplied with."""

    axis: Axes = -1
    """The axis, or the axes in ascending order, along which the spread is taken; not 0, which has the samples."""
    epsilon: NonNegativeFloat

    def output_shape(self, *inputs: Shape) -> Shape:
        axes = self._axes(inputs[0])
        if list(axes) != sorted(set(axes)):
            raise Misfit(f"the axes have to be in ascending order, each once, got {self.axis}")
        return inputs[0]

    def extra_numbers(self, *inputs: Shape) -> int:
        """Count each row's mean and spread."""
        return 2 * size_of(inputs[0]) // size_of(self._lengths(inputs[0]))

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        rows, columns = self._rows(x), {name: Columns(one) for name, one in weights.items()}
        y, mean, inverse = np.empty_like(rows), np.zeros((len(rows), 1), x.dtype), np.empty((len(rows), 1), x.dtype)
        for block in blocks(*rows.shape):
            moved, part = rows[block], y[block]
            if self.subtracts_mean:
                mean[block] = _means(moved)
                moved = np.subtract(moved, mean[block], out=part)
            inverse[block, 0] = 1 / np.sqrt(np.vecdot(moved, moved) / rows.shape[1] + self.epsilon)
            np.multiply(moved, inverse[block], out=part)
            if self.factor in columns:
                columns[self.factor].times(part, out=part)
            if "beta" in columns:
                columns["beta"].plus(part, out=part)
        return Step(self._restored(y, x.shape), (x, mean, inverse))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, mean, inverse = cache
        rows, upstream = self._rows(x), self._rows(grad)
        dx, spare = np.empty_like(rows), np.empty_like(rows[next(blocks(*rows.shape))])
        factor = weights[self.factor].ravel() if self.factor in weights else np.ones(rows.shape[1], x.dtype)
        gradients = {name: np.zeros(one.size, x.dtype) for name, one in weights.items()} if wanted.weights else {}
        columns = Columns(factor)
        for block in blocks(*rows.shape):
            moved, sent, room = rows[block], upstream[block], spare[: len(rows[block])]
            if self.subtracts_mean:
                moved = np.subtract(moved, mean[block], out=room)  # x̂ · spread
            product = np.multiply(sent, moved, out=dx[block])
            if self.factor in gradients:
                gradients[self.factor] += inverse[block, 0] @ product
            if "beta" in gradients:
                gradients["beta"] += np.ones(len(sent), x.dtype) @ sent
            if wanted.inputs:
                np.multiply(moved, inverse[block] ** 3 * _means(product, factor), out=room)
                self._send_back(columns.times(sent, out=dx[block]), room, inverse[block])
        found = {name: one.reshape(self._lengths(x.shape)) for name, one in gradients.items()}
        return Gradients((self._restored(dx, x.shape) if wanted.inputs else None,), found)

    def _send_back(self, part: Array, pull: Array, inverse: Array) -> None:
        """Turn ``g`` into ``dx``, in place: what each number has moved the mean and the spread by is taken from it."""
        part *= inverse
        if self.subtracts_mean:
            part -= _means(part)
        part -= pull

    def _axes(self, shape: Shape) -> tuple[int, ...]:
        return sample_axes(shape, *([self.axis] if isinstance(self.axis, int) else self.axis))

    def _lengths(self, shape: Shape) -> Shape:
        return tuple(shape[axis] for axis in self._axes(shape))

    def _rows(self, x: Array) -> Array:
        axes = self._axes(x.shape)
        if not _are_last(axes, x.ndim):
            x = np.moveaxis(x, axes, range(-len(axes), 0))
        return np.ascontiguousarray(x.reshape(-1, size_of(x.shape[x.ndim - len(axes) :])))

    def _restored(self, rows: Array, shape: Shape) -> Array:
        axes = self._axes(shape)
        if _are_last(axes, len(shape)):
            return rows.reshape(shape)
        others = tuple(length for axis, length in enumerate(shape) if axis not in axes)
        return np.moveaxis(rows.reshape(others + self._lengths(shape)), range(-len(axes), 0), axes)


def _are_last(axes: Sequence[int], rank: int) -> bool:
    return list(axes) == list(range(rank - len(axes), rank))


def _means(rows: Array, factors: Array | None = None) -> Array:
    """Average each row, its numbers multiplied by factors if there are any: ``(rows, 1)``."""
    factors = np.ones(rows.shape[1], rows.dtype) if factors is None else factors
    return (rows @ factors / rows.shape[1])[:, None]


class LayerNormalization(AlongAxes):
    """Brings the features of each sample to mean 0 and variance 1: ``y = gamma · x̂ + beta``.

    ``x̂ = (x - mean) / spread`` with ``spread = √(variance + epsilon)``, over the axes. With ``g = gamma · grad``,
    ``dx = (g - mean(g) - x̂ · mean(g · x̂)) / spread``: it sums to 0, since moving all numbers together changes nothing.
    ``dgamma = Σ grad · x̂`` and ``dbeta = Σ grad`` over everything but the axes.

    ``epsilon`` is PyTorch's and ONNX's; Keras has 1e-3.
    """

    subtracts_mean: ClassVar[bool] = True
    factor: ClassVar[str] = "gamma"
    elsewhere: ClassVar[Mapping[str, str]] = {
        "layer_norm": "PyTorch's layer_norm",
        "layernorm": "PyTorch's LayerNorm",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(),
        LayerExample({"axis": [1, 2], "epsilon": 0.5, "center": False}, inputs=((2, 3, 4),)),
        LayerExample({"axis": 1, "scale": False}, inputs=((2, 3, 4),)),
        LayerExample({"axis": [1, -1]}, inputs=((2, 3, 2, 2),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "gamma": Variable("(lengths of the axes, ...)", Ones()),
        "beta": Variable("(lengths of the axes, ...)", Zeros()),
    }
    pytorch: ClassVar[Layouts] = FACTOR_AND_SHIFT
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "normalized_shape": 'say in "axis" which axes it goes over',
        "eps": "epsilon",
        "elementwise_affine": 'say "center" and "scale"',
        "bias": "center",
    }

    type: Literal["layer_normalization"] = "layer_normalization"
    epsilon: NonNegativeFloat = 1e-5
    """What is added to the variance, so that nothing is divided by 0."""
    center: bool = True
    """Whether ``beta`` is added."""
    scale: bool = True
    """Whether the result is multiplied by ``gamma``."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        wanted = {"gamma": self.scale, "beta": self.center}
        return {name: self._lengths(inputs[0]) for name, one in wanted.items() if one}


class RMSNormalization(AlongAxes):
    """Divides the features of each sample by their root mean square: ``y = scale · x̂``.

    ``x̂ = x / spread`` with ``spread = √(mean(x²) + epsilon)``, over the axes. With ``g = scale · grad``,
    ``dx = (g - x̂ · mean(g · x̂)) / spread``; ``dscale = Σ grad · x̂`` over everything but the axes.

    ``epsilon`` is Keras's; PyTorch's is the machine epsilon of the type, ONNX has 1e-5.
    """

    subtracts_mean: ClassVar[bool] = False
    factor: ClassVar[str] = "scale"
    elsewhere: ClassVar[Mapping[str, str]] = {"rms_norm": "PyTorch's rms_norm", "rmsnorm": "PyTorch's RMSNorm"}
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(),
        LayerExample({"axis": [1, 2], "epsilon": 0.5}, inputs=((2, 3, 4),)),
        LayerExample({"axis": 1}, inputs=((2, 3, 4),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {"scale": Variable("(lengths of the axes, ...)", Ones())}
    pytorch: ClassVar[Layouts] = {"weight": Layout("scale")}
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "normalized_shape": 'say in "axis" which axes it goes over',
        "eps": "epsilon",
    }

    type: Literal["rms_normalization"] = "rms_normalization"
    epsilon: NonNegativeFloat = 1e-6
    """What is added to the mean square, so that nothing is divided by 0."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"scale": self._lengths(inputs[0])}
