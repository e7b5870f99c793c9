"""Functions made of straight pieces, and one with a parabola: cheap, with kinks between the pieces.

At each kink the slope is PyTorch's. Pieces are chosen by multiplication with masks: ``np.where`` takes several times as
long on numbers whose signs are mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, plain_zeros
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Elementwise

SIXTH_OF_PYTORCH = 0.1666666716337204
"""1/6 rounded to float32, which PyTorch takes for the slope of hard_sigmoid in float64 too."""


class Piecewise(Elementwise):
    """A function that is flat in places: there its gradient is 0."""

    def through(self, grad: Array, x: Array, y: Array) -> Array:
        return plain_zeros(grad * self.slope(x, y))


class Relu(Piecewise):
    """Cuts off what is below zero: ``y = max(x, 0)``, ``dx = grad where x > 0, else 0``.

    The slope at 0 is 0, as in PyTorch and in the chapter.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"activation": 'Keras\'s Activation("relu")'}

    type: Literal["relu"] = "relu"

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return y > 0


class LeakyRelu(Piecewise):
    """Flattens what is below zero: ``y = x if x > 0 else negative_slope · x``.

    The slope at 0 is ``negative_slope``, as in PyTorch. Its default is PyTorch's; Keras has 0.3 in the layer and 0.2 in
    the function.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(), LayerExample({"negative_slope": 0.25}))
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "alpha": "negative_slope",
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "lrelu": "it",
    }

    type: Literal["leaky_relu"] = "leaky_relu"
    negative_slope: float = 0.01
    """The slope below zero."""

    def value(self, x: Array) -> Array:
        y = np.minimum(x, 0)
        y *= self.negative_slope
        y += np.maximum(x, 0)
        return y

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        slope = np.multiply(x <= 0, x.dtype.type(self.negative_slope))
        slope += x > 0
        return slope


class Relu6(Piecewise):
    """Cuts off what is below 0 and above 6: ``y = min(max(x, 0), 6)``, with the slope 1 between them, else 0.

    The slope at 0 and at 6 is 0.
    """

    type: Literal["relu6"] = "relu6"

    def value(self, x: Array) -> Array:
        return np.clip(x, 0, 6)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return (x > 0) & (x < 6)


class HardTanh(Piecewise):
    """Cuts off what is below -1 and above 1: ``y = min(max(x, -1), 1)``, with the slope 1 between them, else 0.

    The slope at -1 and at 1 is 0 as in PyTorch; in JAX it is 1.
    """

    type: Literal["hard_tanh"] = "hard_tanh"

    def value(self, x: Array) -> Array:
        return np.clip(x, -1, 1)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return (x > -1) & (x < 1)


class HardSigmoid(Piecewise):
    """Squeezes every number between 0 and 1 by three lines: ``y = min(max(x / 6 + 1/2, 0), 1)``.

    The slope is 1/6 between -3 and 3, else 0, as at -3 and 3. It is 1/6 rounded to float32, in float64 too: PyTorch's
    number, 3e-8 off. ONNX's default is another function, with ``0.2 · x + 0.5``.
    """

    type: Literal["hard_sigmoid"] = "hard_sigmoid"

    def value(self, x: Array) -> Array:
        return hard_sigmoid(x)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return np.multiply((x > -3) & (x < 3), x.dtype.type(SIXTH_OF_PYTORCH))


class HardSilu(Piecewise):
    """Multiplies every number by its hard sigmoid: ``y = x · min(max(x / 6 + 1/2, 0), 1)``.

    The slope is ``x / 3 + 1/2`` between -3 and 3, 0 below and at -3, 1 above and at 3.
    """

    type: Literal["hard_silu", "hard_swish"] = "hard_silu"

    def value(self, x: Array) -> Array:
        y = hard_sigmoid(x)
        y *= x
        return y

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        slope = x / 3
        slope += 0.5
        slope *= (x > -3) & (x < 3)
        slope += x >= 3
        return slope


def hard_sigmoid(x: Array) -> Array:
    """Compute ``min(max(x / 6 + 1/2, 0), 1)``."""
    y = np.clip(x, -3, 3)
    y += 3
    y /= 6
    return y
