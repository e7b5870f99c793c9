"""The file format of safetensors: ``<u64 length of the header> <header, JSON> <the tensors' bytes>``.

Our own, because the package cannot read the metadata of a file in memory, and copies. Tests compare both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import orjson

from chainrule.codec import json_in
from chainrule.codec.arrays import DTYPES, Array, Bytes, bytes_of, is_shape, view
from chainrule.codec.layout import PLAIN
from chainrule.codec.wording import described
from chainrule.errors import InputError, excerpt

CODES: Final = {
    "F64": "float64",
    "F32": "float32",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U8": "uint8",
}
"""What the format calls the types that travel."""

METADATA: Final = "__metadata__"

MOST_HEADER_BYTES: Final = 100_000_000
"""As the package has it."""

_LENGTH_BYTES: Final = 8
_ALIGNMENT: Final = 8
"""Tensors start at a multiple of this, so that a view of them is an aligned array and BLAS needs no copy."""

_NAMES: Final = {dtype: code for code, dtype in CODES.items()}
_ENTRY_KEYS: Final = {"dtype", "shape", "data_offsets"}


@dataclass(frozen=True, slots=True)
class File:
    """What a safetensors file holds."""

    tensors: dict[str, Array]
    metadata: dict[str, str]


def read(body: Bytes) -> File:
    """Read a file; its tensors are views of the bytes.

    Raises
    ------
    InputError
        ``malformed_safetensors``, as strict as the package: a whole header, entries that fit each other, and tensors
        that fill the rest of the file without holes and without sharing bytes.
    """
    body = memoryview(body)
    start = _header_end(body)
    entries = _header(body[_LENGTH_BYTES:start])
    metadata = _metadata(entries.pop(METADATA, {}))
    spans = {name: _span(name, entry) for name, entry in entries.items()}
    _check_spans(list(spans.values()), len(body) - start)
    tensors = {
        name: view(body[start + begin : start + end], DTYPES[CODES[entries[name]["dtype"]]], entries[name]["shape"])
        for name, (begin, end) in spans.items()
    }
    return File(tensors, metadata)


def write(file: File) -> list[Bytes]:
    """Write a file, in pieces that stand one behind the other; the large ones are views of the tensors.

    Wide numbers come first, each of which stands at a multiple of its own width then.

    Examples
    --------
    >>> import numpy as np
    >>> read(b"".join(write(File({"x": np.array([1.5, 2.0])}, {"made": "here"}))))
    File(tensors={'x': array([1.5, 2. ])}, metadata={'made': 'here'})
    """
    header: dict[str, Any] = {METADATA: file.metadata}
    pieces: list[memoryview] = []
    end = 0
    for name, tensor in sorted(file.tensors.items(), key=lambda item: -item[1].itemsize):
        begin, end = end, end + tensor.nbytes
        header[name] = {"dtype": _NAMES[tensor.dtype.name], "shape": tensor.shape, "data_offsets": (begin, end)}
        pieces.append(bytes_of(tensor))
    text = orjson.dumps(header)
    text += b" " * (-len(text) % _ALIGNMENT)
    return [len(text).to_bytes(_LENGTH_BYTES, "little") + text, *pieces]


def _header_end(body: memoryview) -> int:
    if len(body) < _LENGTH_BYTES:
        raise _malformed(f"expected {_LENGTH_BYTES} bytes with the length of the header, got {len(body)}")
    length = int.from_bytes(body[:_LENGTH_BYTES], "little")
    room = min(len(body) - _LENGTH_BYTES, MOST_HEADER_BYTES)
    if length > room:
        raise _malformed(f"expected a header of at most {room} bytes, got a length of {length}")
    return _LENGTH_BYTES + length


def _header(text: memoryview) -> dict[str, Any]:
    if bytes(text[:1]) != b"{":
        raise _malformed("expected a header that begins with {, as JSON objects do")
    try:
        header = json_in.read(text, PLAIN)
    except InputError as error:
        raise _malformed(f"in the header: {error.faults[0].detail}") from None
    assert isinstance(header, dict)
    return header


def _metadata(metadata: object) -> dict[str, str]:
    if not isinstance(metadata, dict):
        raise _malformed(f"expected an object under {METADATA}, got {described(metadata)}")
    for name, value in metadata.items():
        if not isinstance(value, str):
            raise _malformed(f"expected a text under {METADATA}, {excerpt(name)}, got {described(value)}")
    return metadata


def _span(name: str, entry: object) -> tuple[int, int]:
    """Where a tensor's bytes begin and end, once its entry has proved to be one."""
    tensor = f"tensor {excerpt(name)}"
    if not isinstance(entry, dict) or entry.keys() != _ENTRY_KEYS:
        raise _malformed(f"{tensor}: expected an object of dtype, shape and data_offsets")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(code, str) or code not in CODES:
        raise _malformed(f"{tensor}: expected a dtype of {', '.join(CODES)}, got {described(code)}")
    if not is_shape(shape):
        raise _malformed(f"{tensor}: expected a shape of lengths, whole numbers from 0")
    if not (isinstance(offsets, list) and len(offsets) == 2 and all(type(offset) is int for offset in offsets)):
        raise _malformed(f"{tensor}: expected two data_offsets, begin and end")
    begin, end = offsets
    size = math.prod(shape) * DTYPES[CODES[code]].itemsize
    if end - begin != size:
        raise _malformed(f"{tensor}: expected {size} bytes for dtype and shape, got data_offsets of {end - begin}")
    return begin, end


def _check_spans(spans: list[tuple[int, int]], size: int) -> None:
    """Tensors lie one behind the other, from the first byte of the data to the last."""
    edges = [(0, 0), *sorted(spans), (size, size)]
    for (_, end), (begin, _) in pairwise(edges):
        if end != begin:
            raise _malformed(
                f"expected tensors one behind the other in {size} bytes, got one that ends at {end} "
                f"where the next begins at {begin}"
            )


def _malformed(detail: str) -> InputError:
    return InputError("malformed_safetensors", "", detail)
