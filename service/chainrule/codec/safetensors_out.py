"""Safetensors out: arrays become tensors, the rest of the answer is JSON in the metadata."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from chainrule.codec import json_out, safetensors_file
from chainrule.codec.arrays import Array, Bytes
from chainrule.codec.layout import Keys, response_name
from chainrule.codec.safetensors_file import File

REST: Final = "response"
"""The metadata that holds the answer without its arrays."""


def encode(answer: dict[str, Any]) -> list[Bytes]:
    """Write an answer in safetensors, in pieces that stand one behind the other.

    Raises
    ------
    NonFiniteAnswerError
        A number is not finite.
    """
    tensors: dict[str, Array] = {}
    rest = _without_arrays(answer, (), tensors)
    return safetensors_file.write(File(tensors, {REST: json_out.encode(rest).decode()}))


def _without_arrays(members: dict[str, Any], path: Keys, tensors: dict[str, Array]) -> dict[str, Any]:
    """The members that are no arrays. An object of which nothing is left goes; one that was empty stays."""
    rest: dict[str, Any] = {}
    for key, value in members.items():
        below = (*path, key)
        if isinstance(value, dict) and value:
            if left := _without_arrays(value, below, tensors):
                rest[key] = left
        elif isinstance(value, np.ndarray) and value.ndim:
            json_out.require_finite(value, below)
            tensors[response_name(below)] = value
        else:
            rest[key] = value
    return rest
