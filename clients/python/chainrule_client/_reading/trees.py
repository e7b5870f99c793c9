"""Reading the trees that answers are made of: mappings by name, with numbers or arrays at their ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeAlias, TypeVar

import numpy as np

from chainrule_client._results import Answer, Envelope, NumberOrArray
from chainrule_client._types import Array, Document

T = TypeVar("T")
Tree: TypeAlias = Mapping[str, Any]


def common(answer: Document, envelope: Envelope, result: type[Answer]) -> dict[str, Any]:
    """Give what every result has: what the envelope says, and the fields that `result` does not know."""
    known = {field.name for field in fields(result)}
    return {
        "request_id": envelope.request_id,
        "server_timing": envelope.server_timing,
        "extra": {key: value for key, value in answer.items() if key not in known},
    }


def array_reader(dtype: np.dtype[Any] | None) -> Callable[[Any], Array]:
    """How to read an array: lists become `dtype`, what came as bytes has its type already."""

    def read(value: Any) -> Array:
        array: Array = value if isinstance(value, np.ndarray) else np.asarray(value, dtype)
        # What came as bytes is a view into the answer and cannot be written to; lists give arrays of the same kind.
        array.flags.writeable = False
        return array

    return read


def number_reader(dtype: np.dtype[Any] | None) -> Callable[[Any], NumberOrArray]:
    """How to read one number, or an array of them; without a `dtype`, of whatever the numbers in a list are."""
    array = array_reader(dtype)

    def read(value: Any) -> NumberOrArray:
        return array(value) if isinstance(value, list | np.ndarray) else value

    return read


number = number_reader(None)
"""Reads a figure about arrays, of which there are K with K upstream gradients: counts stay whole numbers."""


def maybe(read: Callable[[Any], T], value: Any) -> T | None:
    """Read what may be absent."""
    return None if value is None else read(value)


def each(read: Callable[[Any], T], tree: Tree | None) -> dict[str, T]:
    """Read everything in a mapping; what is absent is empty.

    Examples
    --------
    >>> each(float, {"hidden": 1})
    {'hidden': 1.0}
    """
    return {name: read(value) for name, value in (tree or {}).items()}


def each_of_each(read: Callable[[Any], T], tree: Tree | None) -> dict[str, dict[str, T]]:
    """Read everything in a mapping of mappings, as in ``{layer: {weight: ...}}``."""
    return {layer: each(read, values) for layer, values in (tree or {}).items()}


def one_or_each(read: Callable[[Any], T], value: Any) -> T | dict[str, T | None] | None:
    """Read what belongs to the inputs: one thing, or one for each input by name; None for what has none."""
    return each_or_none(read, value) if isinstance(value, dict) else maybe(read, value)


def each_or_none(read: Callable[[Any], T], tree: Tree) -> dict[str, T | None]:
    """Read everything in a mapping, some of which may be absent."""
    return {name: maybe(read, value) for name, value in tree.items()}
