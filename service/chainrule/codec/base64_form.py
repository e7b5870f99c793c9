"""The form ``{"dtype": "float32", "shape": [64, 784], "base64": "..."}`` in which JSON can hold an array's bytes."""

from __future__ import annotations

import math
from typing import Any

import pybase64

from chainrule.codec.arrays import DTYPES, Array, bytes_of, finite_faults, is_shape, view
from chainrule.codec.wording import Path, described
from chainrule.errors import InputError, did_you_mean, pointer

KEYS = ("dtype", "shape", "base64")

TEXTS = ("dtype", "base64")
"""Keys that have a text here, and an array in an object of named inputs: so the two are told apart."""


def decode(form: dict[str, Any], path: Path) -> Array:
    """The array of an object in this form, whose text may be ASCII as it came; a view of the decoded bytes.

    Raises
    ------
    InputError
        ``malformed_encoding`` at the member that is wrong, ``non_finite_input`` at the array.
    """
    _check_keys(form, path)
    dtype, shape, text = (form[key] for key in KEYS)
    if not isinstance(dtype, str) or dtype not in DTYPES:
        known = ", ".join(DTYPES)
        raise _malformed(path, "dtype", f"expected one of {known}, got {described(dtype)}")
    if not is_shape(shape):
        raise _malformed(path, "shape", f"expected a list of lengths, whole numbers from 0, got {described(shape)}")
    size = math.prod(shape) * DTYPES[dtype].itemsize
    array = view(_decoded(text, size, path), DTYPES[dtype], shape)
    if faults := finite_faults(array, path):
        raise InputError.of(faults)
    return array


def encode(array: Array) -> dict[str, Any]:
    """An array in this form; its text is ASCII, as it goes over the wire.

    >>> import numpy as np
    >>> encode(np.array([[1, 2]], np.uint8))
    {'dtype': 'uint8', 'shape': [1, 2], 'base64': b'AQI='}
    """
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "base64": pybase64.b64encode(bytes_of(array)),
    }


def _check_keys(form: dict[str, Any], path: Path) -> None:
    for key in KEYS:
        if key not in form:
            raise _malformed(path, key, f"missing: an array in base64 has {', '.join(KEYS)}")
    for key in form:
        if key not in KEYS:
            raise _malformed(path, key, f"unknown member of an array in base64{did_you_mean(key, KEYS)}")


def _decoded(text: object, size: int, path: Path) -> bytes:
    if not isinstance(text, str | memoryview):
        raise _malformed(path, "base64", f"expected a text, got {described(text)}")
    expected = 4 * -(-size // 3)
    if len(text) != expected:
        came = f"got {len(text)}: do dtype and shape fit it?"
        raise _malformed(path, "base64", f"expected {expected} characters for {size} bytes, {came}")
    try:
        data = pybase64.b64decode(text, validate=True)
    except ValueError:
        hint = "of A-Z, a-z, 0-9, + and /, padded with ="
        raise _malformed(path, "base64", f"expected base64 {hint}, got {described(text)}") from None
    if len(data) != size:
        raise _malformed(path, "base64", f"expected {size} bytes, got {len(data)}: do dtype and shape fit it?")
    return data


def _malformed(path: Path, key: str, detail: str) -> InputError:
    return InputError("malformed_encoding", pointer(*path, key), detail)
