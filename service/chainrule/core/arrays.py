"""Words for arrays and shapes that every module of the core uses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""An array of float64 or float32: everything is computed in the type that the request chose."""

Shape = tuple[int, ...]
"""A shape with the batch in front: ``(N, ...)``."""

Weights = Mapping[str, Array]
"""The weights of one layer, by name."""


def size_of(shape: Shape) -> int:
    """Count the entries of an array of this shape, exactly, however large (NumPy's product would wrap)."""
    return math.prod(shape)


def is_finite(array: Array) -> bool:
    """Whether no entry is NaN or infinite.

    The sum of squares is finite only if every entry is, and takes half of the time of asking each. That of finite
    entries may overflow, so that an infinite one proves nothing and the entries are asked.
    """
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def rows_of(array: Array) -> Array:
    """View the array as a matrix: all axes but the last are rows."""
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])
