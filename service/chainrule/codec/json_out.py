"""JSON out: arrays as nested lists or in base64, everything else as it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import orjson

from chainrule.codec import base64_form
from chainrule.codec.arrays import Array, first_non_finite
from chainrule.codec.wording import Path
from chainrule.errors import pointer


class NonFiniteAnswerError(ValueError):
    """An answer holds NaN or infinity, which orjson would write as null. Whoever computed it should have refused."""


def encode(value: Any, *, base64: bool = False) -> bytes:
    """Write an answer, or a part of one, as JSON.

    Raises
    ------
    NonFiniteAnswerError
        A number is not finite.

    Examples
    --------
    >>> encode({"outputs": np.array([0.1], np.float32), "loss": np.array(2.0)})
    b'{"outputs":[0.1],"loss":2.0}'
    """
    return orjson.dumps(_writable(value, (), base64=base64), option=orjson.OPT_SERIALIZE_NUMPY)


def _writable(value: Any, path: Path, *, base64: bool) -> Any:
    """The value as orjson can write it."""
    match value:
        case dict():
            return {key: _writable(below, (*path, key), base64=base64) for key, below in value.items()}
        case list() | tuple():
            return [_writable(below, (*path, index), base64=base64) for index, below in enumerate(value)]
        case np.ndarray() if value.ndim:
            require_finite(value, path)
            return base64_form.encode(value) if base64 else _native(value)
        case np.ndarray():
            return _writable(value[()], path, base64=base64)
        case float() | np.floating() if not math.isfinite(value):
            raise _not_finite(value, path)
        case _:
            return value


def _native(array: Array) -> Array:
    """An array as orjson takes it: in C order and the machine's byte order; a copy only if it is not so already."""
    return np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")


def require_finite(array: Array, path: Path) -> None:
    """Refuse to write what JSON cannot say.

    Raises
    ------
    NonFiniteAnswerError
        A number is not finite.
    """
    place = first_non_finite(array)
    if place is not None:
        raise _not_finite(array[place], (*path, *place))


def _not_finite(value: object, path: Path) -> NonFiniteAnswerError:
    return NonFiniteAnswerError(f"the answer holds {value} at {pointer(*path)}")
