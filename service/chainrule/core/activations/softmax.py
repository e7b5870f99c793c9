"""Scores turned into probabilities, and into their logarithms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.lanes import sample_blocks
from chainrule.core.layer import EVERYTHING, Activation, Gradients, Misfit, Run, Step, Wanted


class AlongAxis(Activation):
    """A function of all numbers along one axis of a sample."""

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(), LayerExample({"axis": 1}, inputs=((2, 3, 4),)))

    axis: int = -1
    """The axis along which the probabilities sum to 1; not 0, which would mix the samples."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if not -len(shape) < self.axis < len(shape) or self.axis == 0:
            raise Misfit(f"axis {self.axis} is no axis of a sample: the input has the shape {shape}")
        return shape

    def is_over(self, axis: int, rank: int) -> bool:
        """Whether it sums over this axis of an array of this rank."""
        return self.axis % rank == axis % rank


class Softmax(AlongAxis):
    """Turns scores along an axis into probabilities: ``y = exp(x) / Σ exp(x)``.

    Each sample has a Jacobian ``S_j · (δ_jk - S_k) = diag(s) - s sᵀ``. Multiplied with the upstream row it collapses to
    ``dx = y · (grad - Σ grad · y)``: no matrix is built. The largest score is subtracted before ``exp``, which changes
    nothing in exact arithmetic and keeps ``exp`` from overflowing.
    """

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "dim": "axis",
    }

    type: Literal["softmax"] = "softmax"

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        y = np.empty_like(x)
        for block in sample_blocks(x):
            softmax(x[block], self.axis, out=y[block])
        return Step(y, y)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        y, dx = cache, np.empty_like(cache)
        for block in sample_blocks(y):
            products = np.vecdot(*(np.moveaxis(one[block], self.axis, -1) for one in (grad, y)))
            np.subtract(grad[block], np.expand_dims(products, self.axis), out=dx[block])
            dx[block] *= y[block]
        return Gradients((dx,))


def softmax(x: Array, axis: int, out: Array) -> tuple[Array, Array]:
    """Compute the softmax along an axis into ``out``; give the largest numbers and the sums of ``exp(x - largest)``."""
    largest = x.max(axis=axis, keepdims=True)
    np.subtract(x, largest, out=out)
    np.exp(out, out=out)
    sums = out.sum(axis=axis, keepdims=True)
    out *= 1 / sums
    return largest, sums


class LogSoftmax(AlongAxis):
    """Turns scores along an axis into logarithms of probabilities: ``y = x - log Σ exp(x)``.

    ``dx = grad - exp(y) · Σ grad``. No probability is rounded to 0 on the way, so that no logarithm is lost.
    """

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "dim": "axis",
    }

    type: Literal["log_softmax"] = "log_softmax"

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        y = x - x.max(axis=self.axis, keepdims=True)
        y -= np.log(np.exp(y).sum(axis=self.axis, keepdims=True))
        return Step(y, y)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        dx = np.exp(cache)
        dx *= -grad.sum(axis=self.axis, keepdims=True)
        dx += grad
        return Gradients((dx,))
