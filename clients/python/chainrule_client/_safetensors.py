"""The safetensors file format: ``<u64 length of the header> <header, JSON> <the tensors' bytes>``.

The client's own code and not the ``safetensors`` package, because the package cannot read the metadata of a file that
is in memory, and because reading here copies nothing: the arrays are views into the bytes that were received. The
tests compare both ways with the package.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from ._types import Array

_DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}

_LENGTH_BYTES = 8
_ALIGNMENT = 8
"""The tensors start at a multiple of this, so that a view of them is an aligned array and BLAS needs no copy."""


def serialize(tensors: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """Write named arrays and texts as one safetensors file.

    Parameters
    ----------
    tensors
        Arrays by name, of any order and byte order; they are written in C order, little-endian.
    metadata
        Texts by name, kept under ``__metadata__``.

    Examples
    --------
    >>> tensors, metadata = deserialize(serialize({"x": np.array([[1.5, 2.0]])}, {"made by": "hand"}))
    >>> tensors["x"], metadata
    (array([[1.5, 2. ]]), {'made by': 'hand'})
    """
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    # Wide types first, each of which begins at a multiple of its own width then: every view is aligned when read.
    by_width = sorted(tensors.items(), key=lambda item: -item[1].dtype.itemsize)
    pieces, end = [], 0
    for name, tensor in by_width:
        dtype = tensor.dtype.newbyteorder("<")
        flat = np.asarray(tensor, dtype=dtype, order="C").reshape(-1).view(np.uint8)
        begin, end = end, end + flat.size
        header[name] = {"dtype": _CODES[dtype], "shape": list(tensor.shape), "data_offsets": [begin, end]}
        pieces.append(flat.data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join([len(text).to_bytes(_LENGTH_BYTES, "little"), text, *pieces])


def deserialize(body: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """Read a safetensors file: its arrays, as read-only views into `body`, and its metadata.

    Raises
    ------
    ValueError
        The bytes are not a whole and well-formed safetensors file.
    """
    start = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
    if len(body) < start:
        raise ValueError(f"the safetensors header ends at byte {start} of {len(body)}")
    header = _header(body[_LENGTH_BYTES:start])
    metadata = header.pop("__metadata__", {})
    spans = {name: _span(name, entry) for name, entry in header.items()}
    _check_spans(list(spans.values()), len(body) - start)
    tensors = {name: _tensor(body, start, name, header[name]) for name in spans}
    return tensors, metadata


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except ValueError as error:
        raise ValueError("the safetensors header is not JSON") from error
    if not isinstance(header, dict):
        raise ValueError("the safetensors header is not an object")
    return header


def _span(name: str, entry: Any) -> tuple[int, int]:
    """Where a tensor's bytes begin and end, once its entry has proved to be one."""
    match entry:
        case {"dtype": str(code), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            sizes_are_right = code in _DTYPES and all(isinstance(size, int) and size >= 0 for size in shape)
            if sizes_are_right and end - begin == math.prod(shape) * _DTYPES[code].itemsize:
                return begin, end
    raise ValueError(f"the safetensors entry of {name!r} does not hold together")


def _check_spans(spans: list[tuple[int, int]], size: int) -> None:
    """Tensors lie one behind the other, from the first byte of the data to the last, without holes."""
    edges = [(0, 0), *sorted(spans), (size, size)]
    if any(end != begin for (_, end), (begin, _) in pairwise(edges)):
        raise ValueError("the safetensors tensors do not fill the file")


def _tensor(body: bytes, start: int, name: str, entry: dict[str, Any]) -> Array:
    dtype, shape = _DTYPES[entry["dtype"]], entry["shape"]
    flat: Array = np.frombuffer(body, dtype, math.prod(shape), start + entry["data_offsets"][0])
    return flat.reshape(shape)
