"""Arrays as bytes: the types that travel, views of what came, and the proof that all numbers are finite."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.codec.wording import Path
from chainrule.errors import Fault, pointer

Array = NDArray[Any]
Bytes = bytes | bytearray | memoryview

DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(name).newbyteorder("<")
    for name in ("float64", "float32", "int64", "int32", "int16", "int8", "uint8")
}
"""What arrays of a request may be made of, as they travel: little-endian."""

MOST_AXES = 64
"""What NumPy can hold."""

_MOST_NUMBERS = sys.maxsize // max(dtype.itemsize for dtype in DTYPES.values())
"""What a machine's addresses can hold; NumPy counts an axis without entries as if it had one."""


def is_shape(value: object) -> bool:
    """Whether a value from the wire is a list of lengths that an array can have.

    >>> is_shape([2, 0]), is_shape([2.0]), is_shape([True]), is_shape([-1]), is_shape([0, 2**62])
    (True, False, False, False, False)
    """
    if not isinstance(value, list) or len(value) > MOST_AXES:
        return False
    if not all(type(length) is int and length >= 0 for length in value):
        return False
    return math.prod(length or 1 for length in value) <= _MOST_NUMBERS


def view(data: Bytes, dtype: np.dtype[Any], shape: list[int]) -> Array:
    """An array that looks at bytes of just the right number, copied only if they lie across the machine's words."""
    array = np.frombuffer(data, dtype).reshape(shape)
    if not (array.flags.aligned and array.dtype.isnative):
        array = array.astype(array.dtype.newbyteorder("="))
    return frozen(array)


def frozen(array: Array) -> Array:
    """The same array, which nobody can write into any more."""
    array.flags.writeable = False
    return array


def bytes_of(array: Array) -> memoryview:
    """The bytes of an array as they travel: little-endian, in C order; a copy only if they do not stand so already."""
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C").reshape(-1).view(np.uint8).data


def first_non_finite(array: Array) -> tuple[int, ...] | None:
    """The place of the first NaN or infinity, if there is one.

    >>> first_non_finite(np.array([[1.0, 2.0], [np.inf, np.nan]]))
    (1, 0)
    """
    if array.dtype.kind != "f":
        return None
    flat = array.reshape(-1)
    # The sum of squares takes half of the time, and is finite only if every number is; of large ones it may not be.
    if math.isfinite(np.vdot(flat, flat)):
        return None
    finite = np.isfinite(array)
    return None if finite.all() else tuple(map(int, np.unravel_index(finite.argmin(), finite.shape)))


def finite_faults(array: Array, path: Path) -> list[Fault]:
    """The fault of an array that came as bytes, if a number in it is not finite."""
    place = first_non_finite(array)
    if place is None:
        return []
    where = f" at {list(place)}" if place else ""
    return [Fault("non_finite_input", pointer(*path), f"expected finite numbers, got {array[place]}{where}")]
