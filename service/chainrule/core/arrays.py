"""Words for arrays and shapes that every module of the core uses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError, pointer

Array = NDArray[np.floating[Any]]
"""An array of float64 or float32: everything is computed in the type that the request chose."""

Shape = tuple[int, ...]
"""A shape with the batch in front: ``(N, ...)``."""

Weights = Mapping[str, Array]
"""The weights of one layer, by name."""

SMALLEST_SAFE_NORM = 1e-140
"""Between it and its inverse, no square that matters has overflown or vanished."""


def size_of(shape: Shape) -> int:
    """Count the entries of an array of this shape, exactly, however large (NumPy's product would wrap)."""
    return math.prod(shape)


def is_finite(array: Array) -> bool:
    """Whether no entry is NaN or infinite.

    The sum of squares is finite only if every entry is, and takes half of the time of asking each. That of finite
    entries may overflow, so that an infinite one proves nothing and the entries are asked.
    """
    flat = array.ravel(order="K")  # in the order of memory, so that an image with its channels moved is not copied
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(flat).all())


def rows_of(array: Array) -> Array:
    """View the array as a matrix: all axes but the last are rows."""
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])


def plain_zeros(array: Array) -> Array:
    """Turn each -0.0, which a negative number times 0 gives and a reader would wonder at, into 0.0, in place."""
    array += 0.0
    return array


def norm(array: Array) -> float:
    """Compute the L2 norm, in float64, and where squares would overflow or vanish, of the array made smaller or larger.

    >>> norm(np.array([3e200, 4e200])), norm(np.array([3e-200, 4e-200]))
    (5e+200, 5e-200)
    """
    flat = array.ravel().astype(np.float64, copy=False)
    with np.errstate(over="ignore"):
        found = float(np.linalg.norm(flat))
    if SMALLEST_SAFE_NORM < found < 1 / SMALLEST_SAFE_NORM:
        return found
    largest = float(np.abs(flat).max())
    return largest * float(np.linalg.norm(flat / largest)) if largest else 0.0


def cast(array: NDArray[Any], dtype: np.dtype[Any], *where: str) -> Array:
    """Bring an array into the type that everything is computed in.

    Parameters
    ----------
    array
        The array as it came.
    dtype
        The type to compute in.
    where
        The keys that lead to it in the request.

    Raises
    ------
    InputError
        ``non_finite_input`` where a number is too large for it.
    """
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):  # what overflows is found by its result
        result: Array = array.astype(dtype)
        finite = is_finite(result)
    if not finite:
        raise InputError("non_finite_input", pointer(*where), f"holds a number that is too large for {dtype.name}")
    return result
