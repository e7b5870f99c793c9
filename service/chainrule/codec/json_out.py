"""JSON out: arrays as nested lists or in base64, everything else as it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain
from typing import Any, Final

import numpy as np
import orjson

from chainrule.codec import base64_form
from chainrule.codec.arrays import Array, Bytes, first_non_finite
from chainrule.codec.wording import Path
from chainrule.errors import pointer


class NonFiniteAnswerError(ValueError):
    """An answer holds NaN or infinity, which orjson would write as null. Whoever computed it should have refused."""


_GAP: Final = b"\0"
"""What stands for a text in base64 while everything else is written: a byte that JSON never has."""


def encode(value: Any) -> bytes:
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
    return _dumps(_writable(value, (), _native))


def encode_base64(value: Any) -> list[Bytes]:
    """Write an answer as JSON with arrays in base64, in pieces that stand one behind the other.

    Raises
    ------
    NonFiniteAnswerError
        A number is not finite.

    Examples
    --------
    >>> b"".join(encode_base64({"outputs": np.array([1, 2], np.uint8)}))
    b'{"outputs":{"dtype":"uint8","shape":[2],"base64":"AQI="}}'
    """
    texts: list[Bytes] = []

    def written(array: Array) -> Any:
        form = base64_form.encode(array)
        texts.append(form["base64"])
        return form | {"base64": orjson.Fragment(b'"' + _GAP + b'"')}

    first, *others = _dumps(_writable(value, (), written)).split(_GAP)
    return [first, *chain.from_iterable(zip(texts, others, strict=True))]


def _dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def _writable(value: Any, path: Path, written: Callable[[Array], Any]) -> Any:
    """The value as orjson can write it, with its arrays as `written` gives them."""
    match value:
        case dict():
            return {key: _writable(below, (*path, key), written) for key, below in value.items()}
        case list() | tuple():
            return [_writable(below, (*path, index), written) for index, below in enumerate(value)]
        case np.ndarray() if value.ndim:
            require_finite(value, path)
            return written(value)
        case np.ndarray():
            return _writable(value[()], path, written)
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
