"""The exact way to read JSON: slower, right by itself, and it knows the place of everything that is wrong.

Memory stays near the size of the text, whatever it holds: arrays go number by number into flat buffers, and the values
beside them are counted. Time is linear, and Python gets a turn every few hundred numbers, so that other threads run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from chainrule.codec import base64_form
from chainrule.codec.arrays import Array, frozen
from chainrule.codec.json_lists import Lists
from chainrule.codec.json_text import Cursor, Scalar
from chainrule.codec.layout import PLAIN, Place
from chainrule.codec.wording import described, not_finite, quotes_hint
from chainrule.errors import ErrorCode, Fault, InputError, Proceed, go_on, pointer

MOST_LEVELS: Final = 64
"""Lists and objects inside each other."""

MOST_NAMES: Final = 100_000
"""Members of all objects together."""

MOST_VALUES: Final = 1_000_000
"""Values outside arrays, all together."""


def read(text: bytes, place: Place, proceed: Proceed = go_on) -> Any:
    """The document that a JSON text holds, with arrays where `place` has them.

    Raises
    ------
    InputError
        ``malformed_json``; or all that is wrong with the numbers: ``ragged_array``, ``not_a_number``,
        ``non_finite_input``, ``malformed_encoding``.
    """
    return _Reader(text, proceed).read(place)


class _Reader:
    def __init__(self, text: bytes, proceed: Proceed) -> None:
        self._cursor = Cursor(text, proceed)
        self._path: list[str | int] = []
        self._faults: list[Fault] = []
        self._names = 0
        self._values = 0

    def read(self, place: Place) -> Any:
        document = self._value(place)
        self._cursor.end()
        if self._faults:
            raise InputError.of(self._faults)
        return document

    def _value(self, place: Place) -> Any:
        following = self._cursor.peek()
        if following == b"[" and place.array:
            return self._array()
        self._count()
        if following == b"[":
            return self._list()
        if following == b"{":
            return self._object_or_array(place) if place.array else self._object(place)
        start = self._cursor.at
        value = self._cursor.scalar()
        if isinstance(value, float) and not math.isfinite(value):
            self._wrong("non_finite_input", not_finite(self._cursor.text[start : self._cursor.at].decode()))
            return None
        return self._number(value) if place.array else value

    def _object(self, place: Place) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key in self._keys(members):
            members[key] = self._value(place.under(key))
        return members

    def _object_or_array(self, place: Place) -> dict[str, Any] | Array | None:
        """Read an object that stands for an array, or, where the inputs have names, holds an array for each."""
        start, faults = self._cursor.at, len(self._faults)
        members: dict[str, Any] = {}
        for key in self._keys(members):
            if key in base64_form.TEXTS and self._cursor.peek() == b'"':
                self._path.pop()
                self._cursor.at = start
                del self._faults[faults:]
                return self._base64()
            members[key] = self._value(place.under(key))
        if place.others:
            return members
        self._wrong("not_a_number", _not_an_array(members))
        return None

    def _base64(self) -> Array | None:
        form = self._object(PLAIN)
        try:
            return base64_form.decode(form, tuple(self._path))
        except InputError as error:
            self._faults.extend(error.faults)
            return None

    def _keys(self, members: dict[str, Any]) -> Iterator[str]:
        """Step through an object: each key is on the path, and the cursor in front of its value, while it is out."""
        cursor = self._cursor
        self._enter()
        cursor.expect(b"{", "an object")
        if cursor.take(b"}"):
            return
        while True:
            yield self._key(members)
            self._path.pop()
            if not cursor.take(b","):
                cursor.expect(b"}", '"," or "}"')
                return

    def _key(self, members: dict[str, Any]) -> str:
        cursor = self._cursor
        if cursor.peek() != b'"':
            raise cursor.failure("a name in double quotes")
        start = cursor.at
        key = cursor.string()
        self._names += 1
        if self._names > MOST_NAMES:
            raise cursor.failure(f"at most {MOST_NAMES:,} names", at=start)
        self._path.append(key)
        if key in members:
            raise cursor.failure("each name once in an object", at=start, path=self._path)
        cursor.expect(b":", '":"')
        return key

    def _list(self) -> list[Any]:
        """Read a list that is no array."""
        cursor = self._cursor
        self._enter()
        cursor.expect(b"[", "a list")
        values: list[Any] = []
        if cursor.take(b"]"):
            return values
        while True:
            self._path.append(len(values))
            values.append(self._value(PLAIN))
            self._path.pop()
            if not cursor.take(b","):
                cursor.expect(b"]", '"," or "]"')
                return values

    def _array(self) -> Array | None:
        lists = Lists(self._cursor, self._path, self._enter, lambda: self._object(PLAIN))
        array = lists.read()
        if lists.fault:
            self._faults.append(lists.fault)
        return array

    def _number(self, value: Scalar) -> Array | None:
        """An array without axes, where one number stands in the place of an array."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong("not_a_number", _not_an_array(value) + quotes_hint(value))
            return None
        return frozen(np.array(value, float))

    def _enter(self) -> None:
        """Bound how deep lists and objects stand inside each other; called in front of each."""
        if len(self._path) >= MOST_LEVELS:
            raise self._cursor.failure(f"at most {MOST_LEVELS} lists and objects inside each other")

    def _count(self) -> None:
        """Bound how many values stand outside arrays."""
        self._values += 1
        if self._values > MOST_VALUES:
            raise self._cursor.failure(f"at most {MOST_VALUES:,} values outside arrays")

    def _wrong(self, code: ErrorCode, detail: str) -> None:
        self._faults.append(Fault(code, pointer(*self._path), detail))


def _not_an_array(value: object) -> str:
    expected = "expected an array as nested lists of numbers, or as an object of dtype, shape and base64"
    return f"{expected}, got {described(value)}"
