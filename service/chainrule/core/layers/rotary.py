"""Positions told by turning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.elsewhere import FOLLOWS
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted


class RotaryEmbedding(Layer):
    """Turns pairs of numbers by an angle that grows with the position: ``(a, b) -> (a cos - b sin, a sin + b cos)``.

    Pair ``i`` of position ``t``, counted along axis 1, is turned by ``t · theta^(-2 i / d)``. Pairs are the numbers
    ``i`` and ``i + d/2`` of the last axis, or ``2 i`` and ``2 i + 1`` if ``interleaved``. Turning keeps lengths,
    so that the gradient is turned back by the same angle.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((2, 3, 4),)),
        LayerExample({"theta": 100.0, "interleaved": True}, inputs=((2, 3, 2, 6),)),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "base": "theta",
        "dim": FOLLOWS,
    }

    type: Literal["rotary_embedding"] = "rotary_embedding"
    theta: Annotated[float, Field(gt=0)] = 10000.0
    """How much slower each pair turns than the one before it."""
    interleaved: bool = False
    """Whether neighbours make a pair, rather than numbers half an axis apart."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if len(shape) < 3 or shape[-1] % 2:
            raise Misfit(f"rotary_embedding reads (samples, positions, ..., an even number of features), got {shape}")
        return shape

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        cosine, sine = self._angles(x.shape, x.dtype)
        return Step(self._turn(x, cosine, sine), (cosine, sine))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        cosine, sine = cache
        return Gradients((self._turn(grad, cosine, -sine),))

    def _angles(self, shape: Shape, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        """Compute cosines and sines, ``(T, 1, ..., d / 2)``: in float64, since large angles lose their places first."""
        pairs = np.arange(0, shape[-1], 2, dtype=np.float64)
        speeds = np.float64(self.theta) ** (-pairs / shape[-1])
        angles: NDArray[np.float64] = np.arange(shape[1], dtype=np.float64)[:, None] * speeds
        angles = angles.reshape(shape[1], *(1,) * (len(shape) - 3), -1)
        return np.cos(angles).astype(dtype), np.sin(angles).astype(dtype)

    def _turn(self, x: Array, cosine: Array, sine: Array) -> Array:
        y = np.empty(x.shape, x.dtype)
        first, second = self._pairs(x)
        turned_first, turned_second = self._pairs(y)
        np.subtract(first * cosine, second * sine, out=turned_first)
        np.add(first * sine, second * cosine, out=turned_second)
        return y

    def _pairs(self, x: Array) -> tuple[Array, Array]:
        """View the first and the second numbers of all pairs."""
        half = x.shape[-1] // 2
        return (x[..., 0::2], x[..., 1::2]) if self.interleaved else (x[..., :half], x[..., half:])
