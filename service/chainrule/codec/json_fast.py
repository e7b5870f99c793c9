"""The fast way to read JSON: simdjson's flat buffers, and the proof that they have the shape they are given.

simdjson flattens lists of any form without a word, takes the first of two members of the same name, and knows no place
of a fault. So this way vouches only for what it has proved, and leaves every other text, right or wrong, to the exact
way: it never decides that a request is wrong.
"""

from __future__ import annotations

import codecs
import math
from typing import Any, Final

import numpy as np
import orjson
import simdjson

from chainrule.codec import base64_form
from chainrule.codec.arrays import Array, Bytes, frozen
from chainrule.codec.json_exact import MOST_LEVELS, MOST_VALUES
from chainrule.codec.layout import PLAIN, Place
from chainrule.codec.lifting import lift
from chainrule.errors import InputError

MOST_MEMBERS: Final = 1_000
"""Members of one object: simdjson finds each by going through those before it, which takes quadratic time."""

MOST_COUNTED: Final = 0xFFFFFF
"""simdjson's length of any list that is this long or longer."""

_PIECE: Final = 1 << 16
"""Bytes that stay in the cache while they are compared and counted."""

_REFUSALS = (InputError, ValueError, TypeError, RuntimeError, LookupError)
"""Bytes in base64 that are faulty; and what simdjson raises: syntax, UTF-8, depth, numbers beyond 64 bits, an array of
other things than numbers, a member not found."""


class UnprovenError(Exception):
    """The text is not one that the fast way can vouch for."""


def read(text: Bytes, place: Place) -> Any:
    """The document that a JSON text holds, with arrays where `place` has them.

    Raises
    ------
    UnprovenError
        The exact way has to decide.
    """
    if bytes(text[:3]) == codecs.BOM_UTF8:  # which simdjson passes over
        raise UnprovenError
    text, lifted = lift(text)
    walk = _Walk(lifted)
    try:
        # A parser for each text: its memory goes with it, and costs nothing anew where the heap is kept.
        document = walk.value(simdjson.Parser().parse(text), place, 0)
    except _REFUSALS as error:
        raise UnprovenError from error
    if walk.lifted:  # what nothing has read as base64 may be anything
        raise UnprovenError
    # All lists that the walk saw are counted. With no other bracket in the text, no row of numbers holds one more list.
    if walk.rows and _count(text, b"[") != walk.lists:
        raise UnprovenError
    return document


def read_plain(text: Bytes) -> Any:
    """The document that a JSON text without arrays holds, if it is written as compactly as machines do.

    orjson takes the last of two members of the same name, and makes a float of an integer beyond 64 bits. But whatever
    was lost or changed is missing from what it writes: a text that comes out as it went in was read right.

    Raises
    ------
    UnprovenError
        The text is written in another way, or is wrong.
    """
    text = bytes(text).rstrip(b" ")  # safetensors fill their header with blanks
    try:
        document = orjson.loads(text)
        written = orjson.dumps(document)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:  # it reads more levels than it writes
        raise UnprovenError from error
    if written != text or not _fits(document, MOST_LEVELS):
        raise UnprovenError
    return document


def _fits(value: Any, levels: int) -> bool:
    """Whether a value has no more lists and objects inside each other."""
    if type(value) is dict:
        value = value.values()
    elif type(value) is not list:
        return True
    return levels > 0 and all(_fits(below, levels - 1) for below in value)


class _Walk:
    """Goes through what simdjson found, and counts lists and values."""

    def __init__(self, lifted: dict[str, Bytes]) -> None:
        self.lifted = lifted
        """Texts that were taken out and have not been met yet, by the names in their places."""
        self.lists = 0
        self.values = 0
        self.rows = False
        """Whether there are arrays, and so rows of numbers that were not looked at one by one."""

    def value(self, node: Any, place: Place, level: int) -> Any:
        """The value of a node that has `level` lists and objects around it."""
        kind = type(node)
        if kind is simdjson.Array and place.array:
            return self._array(node, level)
        self.values += 1
        if (level >= MOST_LEVELS and kind in (simdjson.Array, simdjson.Object)) or self.values > MOST_VALUES:
            raise UnprovenError
        if kind is simdjson.Object:
            return self._object_or_array(node, place, level) if place.array else self._object(node, place, level)
        if kind is simdjson.Array:
            self.lists += 1
            return [self.value(child, PLAIN, level + 1) for child in node]
        return _number(node) if place.array else node

    def _object(self, node: simdjson.Object, place: Place, level: int) -> dict[str, Any]:
        if len(node) > MOST_MEMBERS:  # before they are read, in one go during which no other thread runs
            raise UnprovenError
        keys = list(node)
        if len(set(keys)) < len(keys):
            raise UnprovenError
        if any("\0" in key for key in keys):  # simdjson would look for what stands before it
            raise UnprovenError
        return {key: self.value(node[key], place.under(key), level + 1) for key in keys}

    def _object_or_array(self, node: simdjson.Object, place: Place, level: int) -> dict[str, Any] | Array:
        if any(isinstance(node.get(key), str) for key in base64_form.TEXTS):
            form = self._object(node, PLAIN, level)
            if (name := form.get("base64")) in self.lifted:
                form["base64"] = self.lifted.pop(name)
            return base64_form.decode(form, ())
        if place.others is None:
            raise UnprovenError
        return self._object(node, place, level)

    def _array(self, node: simdjson.Array, level: int) -> Array:
        shape = _shape(node)
        if level + len(shape) > MOST_LEVELS or (MOST_COUNTED in shape and len(shape) > 1):
            raise UnprovenError
        _prove(node, shape)
        self.rows = True
        self.lists += sum(math.prod(shape[:axis]) for axis in range(len(shape)))
        flat = np.frombuffer(node.as_buffer(of_type="d"))
        return frozen(flat.reshape(shape) if len(shape) > 1 else flat)


def _number(node: Any) -> Array:
    if type(node) not in (int, float):
        raise UnprovenError
    return frozen(np.array(node, float))


def _shape(node: Any) -> list[int]:
    """The lengths of the first list of each level."""
    shape = []
    while type(node) is simdjson.Array:
        shape.append(len(node))
        if not shape[-1]:
            break
        node = node[0]
    return shape


def _prove(node: Any, shape: list[int]) -> None:
    """Make sure that what stands above the last axis is as long as the first list of its level.

    Texts and objects have lengths too, but the flat buffer takes nothing but numbers and lists of them.
    """
    if len(shape) > 1 and set(map(len, node)) != {shape[1]}:
        raise UnprovenError
    if len(shape) > 2:
        for child in node:
            _prove(child, shape[1:])


def _count(text: Bytes, byte: bytes) -> int:
    """How often a byte stands in a text; three times as fast as ``bytes.count`` where it is rare."""
    codes = np.frombuffer(text, np.uint8)
    pieces = (codes[start : start + _PIECE] for start in range(0, len(codes), _PIECE))
    return sum(int(np.count_nonzero(piece == ord(byte))) for piece in pieces)
