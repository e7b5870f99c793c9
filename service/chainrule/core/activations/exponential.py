"""The exponential function, and rectifiers that follow it below zero."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chainrule.core.arrays import Array
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Elementwise

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


class Exponential(Elementwise):
    """Makes every number positive: ``y = exp(x)``, which is its own slope.

    Above 709 (in float32 above 88) the result is no number any more, and is refused.
    """

    type: Literal["exponential"] = "exponential"

    def value(self, x: Array) -> Array:
        return np.exp(x)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return y


class Elu(Elementwise):
    """Bends smoothly towards ``-alpha`` below zero: ``y = x if x > 0 else alpha · (exp(x) - 1)``.

    The slope is 1, or ``alpha · exp(x)``; at 0 it is ``alpha``, as in PyTorch.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (*Elementwise.examples, LayerExample({"alpha": 0.5}))

    type: Literal["elu"] = "elu"
    alpha: float = 1.0
    """How far below zero it goes."""

    def value(self, x: Array) -> Array:
        return exponential_below(x, self.alpha)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return slope_of_exponential_below(x, self.alpha)


class Celu(Elementwise):
    """Bends smoothly towards ``-alpha`` below zero, without a kink: ``y = x if x > 0 else alpha · (exp(x/alpha) - 1)``.

    The slope is 1, or ``exp(x/alpha)``, in which PyTorch rounds ``alpha`` to float32 also when it computes in float64;
    so does this, to give the same numbers: up to 6e-8 off, and exact where ``alpha`` is a number of float32.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (*Elementwise.examples, LayerExample({"alpha": 1.75}))

    type: Literal["celu"] = "celu"
    alpha: Annotated[float, Field(gt=0)] = 1.0
    """How far below zero it goes, and how slowly."""

    def value(self, x: Array) -> Array:
        return exponential_below(x, self.alpha, self.alpha)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        rounded = float(np.float32(self.alpha))
        width = rounded if 0 < rounded < math.inf else self.alpha
        return slope_of_exponential_below(x, self.alpha, width)


class Selu(Elementwise):
    """Keeps mean 0 and variance 1 through many layers: ``y = 1.0507 · (x if x > 0 else 1.6733 · (exp(x) - 1))``.

    The slope is 1.0507, or ``1.7581 · exp(x)`` below and at 0. The constants have all digits of float64; ONNX stores
    them in float32.
    """

    type: Literal["selu"] = "selu"

    def value(self, x: Array) -> Array:
        y = exponential_below(x, SELU_ALPHA)
        y *= SELU_SCALE
        return y

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        slope = slope_of_exponential_below(x, SELU_ALPHA)
        slope *= SELU_SCALE
        return slope


def exponential_below(x: Array, height: float, width: float = 1.0) -> Array:
    """Compute ``x`` above zero, and ``height · (exp(x / width) - 1)`` below."""
    y = np.minimum(x, 0)
    y /= width
    np.expm1(y, out=y)  # exp(x) - 1 would lose the digits of small numbers
    y *= height
    y += np.maximum(x, 0)
    return y


def slope_of_exponential_below(x: Array, height: float, width: float = 1.0) -> Array:
    """Compute 1 above zero, and ``height / width · exp(x / width)`` below and at zero."""
    slope = np.minimum(x, 0)
    slope /= width
    np.exp(slope, out=slope)
    slope *= height / width
    slope *= x <= 0
    slope += x > 0
    return slope
