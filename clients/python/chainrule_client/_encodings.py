"""Documents to bytes and back: JSON with lists, JSON with base64, and safetensors.

A request has its arrays at known places (``weights``, ``state``, ``batch``) and nothing but JSON elsewhere. An answer
comes in the encoding that was asked for, but is read by its own media type.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from . import _safetensors
from ._parts import not_json
from ._types import Array, Document, Encoding

JSON = "application/json"
SAFETENSORS = "application/vnd.safetensors"
MEDIA_TYPES: dict[Encoding, str] = {"json": JSON, "base64": JSON, "safetensors": SAFETENSORS}

_ARRAY_PARTS = ("weights", "state", "batch")
_BASE64_KEYS = {"dtype", "shape", "base64"}


def encode(document: Document, encoding: Encoding) -> bytes:
    """Write a request.

    Examples
    --------
    >>> encode({"batch": {"inputs": np.array([[0.5, 2.0]])}}, "json")
    b'{"batch":{"inputs":[[0.5,2.0]]}}'
    """
    if encoding == "safetensors":
        return _encode_safetensors(document)
    return _encode_json(document, _as_base64 if encoding == "base64" else _as_list)


def decode(body: bytes, media_type: str) -> Document:
    """Read an answer; ValueError says that it is not what its media type promises.

    Examples
    --------
    >>> decode(b'{"outputs": [[6.0]], "loss": null}', "application/json")
    {'outputs': [[6.0]], 'loss': None}
    """
    if media_type == SAFETENSORS:
        return _decode_safetensors(body)
    if media_type == JSON:
        return _checked_document(_with_arrays(json.loads(body)))
    raise ValueError(f"answers are {JSON} or {SAFETENSORS}, got {media_type or 'no media type'}")


def _encode_json(document: Document, write: Callable[[Array], Any]) -> bytes:
    arrays = {part: _written(document[part], write) for part in _ARRAY_PARTS if part in document}
    return _dumps({**document, **arrays}).encode()


def _written(tree: Any, write: Callable[[Array], Any]) -> Any:
    return {key: _written(value, write) for key, value in tree.items()} if isinstance(tree, dict) else write(tree)


def _dumps(document: Document) -> str:
    # Python writes the shortest text that reads back as the same float64, so no digit is lost.
    try:
        return json.dumps(document, default=_plain, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        for name, part in document.items():
            for place, value in _faults(name, part):
                raise type(error)(not_json(place, value)) from error
        raise


def _faults(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Find what JSON does not know, and where it stands."""
    match value:
        case Mapping():
            for key, one in value.items():
                yield from _faults(f"{place}[{key!r}]", one)
        case list() | tuple():
            for index, one in enumerate(value):
                yield from _faults(f"{place}[{index}]", one)
        case np.ndarray() | np.generic():
            yield from _faults(place, value.tolist())
        case None | str() | int():
            pass
        case float() if math.isfinite(value):
            pass
        case _:
            yield place, value


def _plain(value: Any) -> Any:
    """What stands for a value that JSON does not know, in a loss or a layer: ``class_weights`` may be an array."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON: {value!r:.80}")


def _as_list(array: Array) -> Any:
    # JSON has no NaN and no infinity, and its lists lose the shape of an array without entries. As bytes both reach
    # the service, which then says where they stand.
    return array.tolist() if array.size and np.isfinite(array).all() else _as_base64(array)


def _as_base64(array: Array) -> dict[str, Any]:
    text = base64.b64encode(np.ascontiguousarray(array).data).decode()
    return {"dtype": array.dtype.name, "shape": array.shape, "base64": text}


def _with_arrays(tree: Any) -> Any:
    """Replace each base64 object by its array. Lists are left: only their place tells which of them are arrays."""
    if not isinstance(tree, dict):
        return tree
    if tree.keys() == _BASE64_KEYS:
        data = base64.b64decode(tree["base64"], validate=True)
        return np.frombuffer(data, np.dtype(tree["dtype"]).newbyteorder("<")).reshape(tree["shape"])
    return {key: _with_arrays(value) for key, value in tree.items()}


def _encode_safetensors(document: Document) -> bytes:
    rest = {key: value for key, value in document.items() if key not in _ARRAY_PARTS}
    return _safetensors.serialize(dict(_tensors(document)), {"request": _dumps(rest)})


def _tensors(document: Document) -> Iterator[tuple[str, Array]]:
    """The arrays of a request by the names that the contract gives them."""
    for part in ("weights", "state"):
        for layer, arrays in document.get(part, {}).items():
            for weight, array in arrays.items():
                yield f"{part}.{layer}/{weight}", array
    for name, value in document.get("batch", {}).items():
        if isinstance(value, Mapping):
            for key, array in value.items():
                yield f"batch.{name}.{key}", array
        else:
            yield f"batch.{name}", value


def _decode_safetensors(body: bytes) -> Document:
    tensors, metadata = _safetensors.deserialize(body)
    answer = _checked_document(json.loads(metadata.get("response", "{}")))
    for name, array in tensors.items():
        *path, last = _path(name)
        branch = answer
        for key in path:
            branch = branch.setdefault(key, {})
        branch[last] = array
    return answer


def _path(name: str) -> list[str]:
    """Where a tensor of an answer belongs in its tree; a layer's name may have dots, and a weight's name slashes.

    Examples
    --------
    >>> _path("gradients.weights.block.1/query/kernel")
    ['gradients', 'weights', 'block.1', 'query/kernel']
    """
    for prefix in ("gradients.weights.", "weights.", "state."):
        if name.startswith(prefix):
            return [*prefix.rstrip(".").split("."), *name.removeprefix(prefix).split("/", 1)]
    if name.startswith("gradients."):
        return name.split(".", 2)
    return name.split(".", 1)


def _checked_document(answer: Any) -> Document:
    if not isinstance(answer, dict):
        raise ValueError(f"an answer is an object, got {type(answer).__name__}")
    return answer
