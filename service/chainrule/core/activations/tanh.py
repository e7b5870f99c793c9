"""Functions that squeeze every number between -1 and 1."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array
from chainrule.core.layer import Elementwise


class Tanh(Elementwise):
    """Squeezes every number between -1 and 1: ``y = tanh(x)``, with the slope ``1 - y²``."""

    type: Literal["tanh"] = "tanh"

    def value(self, x: Array) -> Array:
        return np.tanh(x)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return 1 - y * y


class Softsign(Elementwise):
    """Squeezes every number between -1 and 1, slowly: ``y = x / (1 + |x|)``, with the slope ``1 / (1 + |x|)²``."""

    type: Literal["softsign"] = "softsign"

    def value(self, x: Array) -> Array:
        y = np.abs(x)
        y += 1
        return np.divide(x, y, out=y)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        slope = np.abs(x)
        slope += 1
        np.reciprocal(slope, out=slope)
        slope *= slope  # the square of the reciprocal cannot overflow
        return slope
