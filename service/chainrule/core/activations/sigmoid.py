"""The logistic function."""

from __future__ import annotations

from typing import Literal

from scipy.special import expit

from chainrule.core.arrays import Array
from chainrule.core.layer import Elementwise


class Sigmoid(Elementwise):
    """Squeezes every number between 0 and 1: ``y = 1 / (1 + exp(-x))``, with the slope ``y · (1 - y)``.

    Computed in the form that cannot overflow (``scipy.special.expit``).
    """

    type: Literal["sigmoid"] = "sigmoid"

    def value(self, x: Array) -> Array:
        return expit(x)

    def slope(self, x: Array, y: Array) -> Array:
        return y * (1 - y)
