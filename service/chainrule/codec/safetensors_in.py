"""Safetensors in: tensors go to the places that their names say, the rest of the request is JSON in the metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import numpy as np

from chainrule.codec import json_in, safetensors_file
from chainrule.codec.arrays import Array, Bytes, finite_faults
from chainrule.codec.layout import PLAIN, REQUEST, Keys, Place, UnknownTensorError, request_path
from chainrule.codec.wording import described
from chainrule.errors import Fault, InputError, Proceed, did_you_mean, excerpt, pointer, refuse

REST: Final = "request"
"""The metadata that holds the request without its arrays."""


def decode(body: Bytes, proceed: Proceed) -> dict[str, Any]:
    """Read a request in safetensors.

    Objects that hold nothing but arrays (``weights``, ``state``, ``batch``) may be left out of the rest, or stand in it
    without them. Arrays as JSON lists are not for the rest: that would be a third form, slow and for nobody.

    Raises
    ------
    InputError
        ``malformed_safetensors``, ``malformed_json`` for the rest, ``unknown_field``, ``conflicting_fields``,
        ``non_finite_input``.
    """
    file = safetensors_file.read(body)
    document = _rest(file.metadata, proceed)
    refuse(_unknown(file.tensors))
    arrays = {request_path(name): array for name, array in file.tensors.items()}
    refuse(chain(_arrays_in_rest(document, arrays), _not_finite(arrays)))
    refuse(fault for path, array in arrays.items() for fault in _put(document, path, array))
    return document


def _rest(metadata: Mapping[str, str], proceed: Proceed) -> dict[str, Any]:
    """The request without its arrays."""
    for name in metadata:
        if name != REST:
            where = pointer(safetensors_file.METADATA, name)
            raise InputError("unknown_field", where, f"unknown metadata{did_you_mean(name, [REST])}")
    if REST not in metadata:
        raise _malformed("there is nothing")
    rest = json_in.read(metadata[REST].encode(), PLAIN, proceed)
    if not isinstance(rest, dict):
        raise _malformed(f"got {described(rest)}")
    return rest


def _malformed(came: str) -> InputError:
    expected = f"expected the rest of the request as a JSON object in the metadata, under {excerpt(REST)}"
    return InputError("malformed_safetensors", "", f"{expected}, {came}")


def _unknown(names: Iterable[str]) -> Iterator[Fault]:
    """Tensors that no request has."""
    for name in names:
        try:
            request_path(name)
        except UnknownTensorError as error:
            yield Fault("unknown_field", pointer(*error.path), str(error))


def _not_finite(arrays: Mapping[Keys, Array]) -> Iterator[Fault]:
    for path, array in arrays.items():
        yield from finite_faults(array, path)


def _arrays_in_rest(document: dict[str, Any], arrays: Mapping[Keys, Array]) -> Iterator[Fault]:
    """What stands in the rest where an array belongs."""
    for path in _array_places(document, REQUEST, ()):
        if path in arrays:
            yield Fault("conflicting_fields", pointer(*path), "sent twice: as a tensor, and in the rest of the request")
        else:
            detail = "expected an array as a tensor of the file, got a value in the rest of the request"
            yield Fault("unknown_field", pointer(*path), detail)


def _array_places(value: object, place: Place, path: Keys) -> Iterator[Keys]:
    """The paths of all that stands where an array belongs; objects of arrays are looked into."""
    if isinstance(value, dict) and (place.others or place.named):
        for key, below in value.items():
            yield from _array_places(below, place.under(key), (*path, key))
    elif place.array:
        yield path


def _put(document: Any, path: Keys, array: Array) -> Iterator[Fault]:
    """Put an array into the document, into objects that are made where there are none."""
    for length, key in enumerate(path[:-1], start=1):
        document = document.setdefault(key, {})
        if not isinstance(document, dict):
            detail = f"expected an object, since there is a tensor for a member of it, got {_held(document)}"
            yield Fault("conflicting_fields", pointer(*path[:length]), detail)
            return
    if path[-1] in document:
        detail = f"expected nothing else, since there is a tensor for all of it, got {_held(document[path[-1]])} too"
        yield Fault("conflicting_fields", pointer(*path), detail)
    else:
        document[path[-1]] = array


def _held(value: object) -> str:
    return "a tensor" if isinstance(value, np.ndarray) else described(value)
