"""Large arrays computed piece by piece, so that what is computed on the way stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from chainrule.core.arrays import Array

PIECE = 2**15
"""How many numbers a piece has: with fewer of them the calls of NumPy take longer than what they compute."""


def in_pieces(function: Callable[..., Array], *arrays: Array) -> Array:
    """Compute a function of each number alone, ``function(*arrays)``, piece by piece.

    Parameters
    ----------
    function
        Takes as many arrays of one shape, and gives a new one of the same shape and type.
    arrays
        Where their shapes differ, or they do not lie alike in memory, they are given to the function as a whole.
    """
    if arrays[0].size <= PIECE:
        return function(*arrays)
    result = np.empty_like(arrays[0])
    flat = _in_order_of_memory((*arrays, result))
    if flat is None:
        return function(*arrays)
    for start in range(0, result.size, PIECE):
        *parts, into = (one[start : start + PIECE] for one in flat)
        into[...] = function(*parts)
    return result


def _in_order_of_memory(arrays: Sequence[Array]) -> list[Array] | None:
    """View arrays as one axis, if they lie without gaps and in the same order of axes."""
    first = arrays[0]
    order = sorted(range(first.ndim), key=lambda axis: -first.strides[axis])
    turned = [one.transpose(order) for one in arrays if one.shape == first.shape]
    if len(turned) < len(arrays) or not all(one.flags.c_contiguous for one in turned):
        return None
    return [one.reshape(-1) for one in turned]
