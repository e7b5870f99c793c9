"""Derivatives without calculus: move each number a little, and see what happens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.tolerances import STEP

Float64s = NDArray[np.float64]


def differences(function: Callable[[Float64s], float], at: Float64s) -> Float64s:
    """Central differences of a number by each entry of an array."""
    derivative = np.empty_like(at)
    for index in np.ndindex(at.shape):
        moved = at.copy()
        moved[index] = at[index] + STEP
        above = function(moved)
        moved[index] = at[index] - STEP
        derivative[index] = (above - function(moved)) / (2 * STEP)
    return derivative
