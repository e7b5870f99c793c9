"""Array-likes made into arrays that can travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from ._types import Array, ArrayLike, Weights

Value = TypeVar("Value")

_TRAVELLING = {
    np.dtype(own): np.dtype(sent)
    for own, sent in {
        "f8": "<f8",
        "f4": "<f4",
        "f2": "<f4",
        "i8": "<i8",
        "i4": "<i4",
        "i2": "<i2",
        "i1": "i1",
        "u4": "<i8",
        "u2": "<i4",
        "u1": "u1",
    }.items()
}
"""What the service reads. Half precision and unsigned integers go as the next wider type that holds them exactly."""


def as_numbers(value: ArrayLike, place: str) -> Array:
    """Make an array that can travel of an array-like; integers (labels, token ids) stay integers.

    Parameters
    ----------
    value
        What the caller gave.
    place
        What the caller calls it, for the error.

    Raises
    ------
    TypeError
        It does not hold numbers, or numbers of a type that the service does not read. Booleans are not numbers, as
        everywhere in the contract.
    ValueError
        It is not an array: its rows differ in length, or it refuses to become one.

    Examples
    --------
    >>> as_numbers([[1, 2], [3, 4]], "inputs")
    array([[1, 2],
           [3, 4]])
    """
    try:
        array = np.asarray(value)
    except MemoryError:
        raise
    except Exception as error:  # whatever the __array__ of another library raises
        raise ValueError(f"{place} must be an array, but {_not_an_array(value, error)}") from error
    sent = _TRAVELLING.get(array.dtype.newbyteorder("="))
    if sent is None:
        raise TypeError(f"{place} must hold numbers, got {array.dtype}{_hint(array)}")
    return np.asarray(array, dtype=sent, order="C")


def as_floats(value: ArrayLike, place: str) -> Array:
    """Make a floating array that can travel: integers become float64, as they do in JSON.

    Examples
    --------
    >>> as_floats([1, 2], "sample_weights")
    array([1., 2.])
    """
    array = as_numbers(value, place)
    return array if array.dtype.kind == "f" else array.astype("<f8")


def as_tree(tree: Weights, place: str) -> dict[str, dict[str, Array]]:
    """Make every array of ``{layer: {weight: array}}`` a floating one.

    Examples
    --------
    >>> as_tree({"hidden": {"bias": [0, 1]}}, "weights")
    {'hidden': {'bias': array([0., 1.])}}
    """
    result = {}
    for layer, arrays in checked_mapping(tree, place, "{layer: {weight: array}}").items():
        below = f"{place}[{layer!r}]"
        named = checked_mapping(arrays, below, "{weight: array}", _nested(place, layer))
        result[layer] = {name: as_floats(value, f"{below}[{name!r}]") for name, value in named.items()}
    return result


def checked_mapping(value: Mapping[str, Value], place: str, form: str, hint: str = "") -> Mapping[str, Value]:
    """Give `value` back if it is a mapping; the error tells a caller without a type checker what belongs there."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{place} must be a mapping, {form}, got {type(value).__name__}{hint}")
    return value


def _nested(place: str, key: object) -> str:
    """What stands for an array that has no layer around it, or the layer in its name as in PyTorch's ``state_dict``."""
    layer, _, weight = str(key).rpartition(".")
    return f": is {place}[{layer or '<layer>'!r}][{weight!r}] meant?"


def _not_an_array(value: object, error: Exception) -> str:
    if isinstance(error, ValueError) and not hasattr(value, "__array__"):
        return "its rows differ in shape"
    return f"{type(value).__name__} cannot be made one: {error}"


def _hint(array: Array) -> str:
    match array.dtype.kind:
        case "b":
            return ": convert it with .astype(float)"
        case "f" | "u" | "V":
            return ": convert it with .astype(np.float64), .astype(np.float32) or .astype(np.int64)"
        case "O":
            return "".join(f", such as {one!r:.80}" for one in array.flat[:1])
        case _:
            return ""
