"""Bytes to documents with arrays in them, and back: JSON, base64, safetensors, and how bodies are compressed.

A document is the tree that JSON has, with NumPy arrays where ``layout`` says that arrays stand. Three promises
hold for every document that :func:`decode` returns: an array place has a read-only, aligned array in native byte order
and nothing else, no name stands twice in an object, and no number in it is NaN or infinite.
"""

from __future__ import annotations

from typing import Any

from chainrule.codec import json_in, json_out, safetensors_in, safetensors_out
from chainrule.codec.arrays import Bytes
from chainrule.codec.compression import (
    CONTENT_ENCODINGS,
    BodyTooLarge,
    ContentEncoding,
    Decompressor,
    compress,
    decompress,
)
from chainrule.codec.json_out import NonFiniteAnswerError
from chainrule.errors import Proceed, go_on

__all__ = [
    "CONTENT_ENCODINGS",
    "JSON",
    "SAFETENSORS",
    "BodyTooLarge",
    "Bytes",
    "ContentEncoding",
    "Decompressor",
    "Document",
    "NonFiniteAnswerError",
    "compress",
    "decode",
    "decompress",
    "encode",
    "encode_in_pieces",
]

JSON = "application/json"
SAFETENSORS = "application/vnd.safetensors"

Document = dict[str, Any]
"""A JSON-like tree with arrays in it."""


def decode(body: Bytes, media_type: str, proceed: Proceed = go_on) -> Document:
    """Read a request.

    Parameters
    ----------
    body
        Its bytes, decompressed. Arrays may be views into them, so they must not be changed afterwards.
    media_type
        ``JSON`` or ``SAFETENSORS``.
    proceed
        Asked again and again whether to go on.

    Raises
    ------
    InputError
        ``malformed_json``, ``malformed_safetensors``, ``malformed_encoding``, ``ragged_array``, ``not_a_number``,
        ``non_finite_input``; of safetensors also ``unknown_field`` and ``conflicting_fields``.

    Examples
    --------
    >>> decode(b'{"batch": {"inputs": [[1, 2.5]]}, "loss": "mse"}', JSON)
    {'batch': {'inputs': array([[1. , 2.5]])}, 'loss': 'mse'}
    """
    return {JSON: json_in.decode, SAFETENSORS: safetensors_in.decode}[media_type](body, proceed)


def encode(answer: Document, media_type: str, *, base64: bool) -> bytes:
    """Write an answer; the same bytes for the same answer.

    Parameters
    ----------
    answer
        A tree with arrays anywhere in it, all of whose numbers are finite. Arrays without axes are written as numbers.
    media_type
        ``JSON`` or ``SAFETENSORS``.
    base64
        Whether JSON holds arrays as base64 instead of nested lists.

    Raises
    ------
    NonFiniteAnswerError
        A number is NaN or infinite, which JSON cannot say.

    Examples
    --------
    >>> import numpy as np
    >>> encode({"outputs": np.array([[0.5, 2.0]]), "loss": None}, JSON, base64=False)
    b'{"outputs":[[0.5,2.0]],"loss":null}'
    """
    return b"".join(encode_in_pieces(answer, media_type, base64=base64))


def encode_in_pieces(answer: Document, media_type: str, *, base64: bool) -> list[Bytes]:
    """Write an answer as :func:`encode` does, in pieces that stand one behind the other.

    Pieces may be views of the answer's arrays, so those must not be changed any more.
    """
    if media_type == SAFETENSORS:
        return safetensors_out.encode(answer)
    return json_out.encode_base64(answer) if base64 else [json_out.encode(answer)]
