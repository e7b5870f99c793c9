"""How close is close: one table by type, and the comparison that reads it.

A bound holds for a tensor: the largest difference, against the largest number that was expected. Entry by entry,
correct code fails, since entries that cancel keep few digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

SAME = {"float64": 1e-12, "float32": 2e-5}
"""Two ways to the same number, by the type that both were computed in."""

ACROSS_TYPES = 1e-4
"""A number in float32, against the same in float64."""

DIFFERENCES = 1e-7
"""A derivative, against central differences in float64 with the step ``STEP``."""

STEP = 1e-5

NOISE = {SAME["float64"]: 1e-14, SAME["float32"]: 1e-6, ACROSS_TYPES: 1e-6, DIFFERENCES: 1e-9}
"""What is left, for each of the bounds, where zero is expected."""


def assert_close(actual: Any, expected: ArrayLike, rtol: float | None = None) -> None:
    """Assert that two arrays have one shape and the same numbers, as far as their type can tell."""
    got, wanted = np.asarray(actual), np.asarray(expected)
    assert got.shape == wanted.shape, f"expected the shape {wanted.shape}, got {got.shape}"
    bound = SAME[got.dtype.name] if rtol is None else rtol
    difference = float(np.abs(got.astype(np.float64) - wanted).max(initial=0.0))
    allowed = bound * float(np.abs(wanted).max(initial=0.0)) + NOISE[bound]
    assert difference <= allowed, f"differs by {difference:.3g}, allowed are {allowed:.3g}:\n{got}\n{wanted}"
