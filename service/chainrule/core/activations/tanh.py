"""The hyperbolic tangent."""

from __future__ import annotations

from typing import Literal

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.layer import Elementwise


class Tanh(Elementwise):
    """Squeezes every number between -1 and 1: ``y = tanh(x)``, with the slope ``1 - y²``."""

    type: Literal["tanh"] = "tanh"

    def value(self, x: Array) -> Array:
        return np.tanh(x)

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - y * y
