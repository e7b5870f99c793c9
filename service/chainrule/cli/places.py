"""From a JSON pointer to the place in a text: the line and the column at which the value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chainrule.codec.json_text import Cursor
from chainrule.errors import InputError, go_on

_TOLD = re.compile(r"at line (\d+), column (\d+)")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text; line and column count characters, from 1."""

    line: int
    column: int
    length: int = 1
    """How many characters of the line it takes at the least."""


def spot_of(text: bytes, pointer: str) -> Spot | None:
    """Find the value that a pointer leads to, or of what is missing, the innermost object or list around it.

    Returns
    -------
    Its place; None where the text is no JSON as far as it had to be read.

    Examples
    --------
    >>> spot_of(b'{"a": [1, "two"]}', "/a/1")
    Spot(line=1, column=11, length=5)
    >>> spot_of(b'{"a": [1, "two"]}', "/a/b/c")
    Spot(line=1, column=7, length=1)
    """
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    cursor = Cursor(text, go_on)
    try:
        if cursor.peek() not in (b"{", b"["):
            return None
        start, end = _find(cursor, keys)
    except InputError:
        return None
    return _spot(text, start, end)


def spot_told(text: bytes, detail: str) -> Spot | None:
    """Read the place out of what the codec says of a text that is no JSON.

    >>> spot_told(b"{", "expected a value at line 1, column 2, got the end of the text")
    Spot(line=1, column=2, length=1)
    """
    told = _TOLD.search(detail)
    return Spot(int(told[1]), int(told[2])) if told else None


def _spot(text: bytes, start: int, end: int) -> Spot:
    line_start = text.rfind(b"\n", 0, start) + 1
    column = len(text[line_start:start].decode(errors="replace")) + 1
    stops = [at for at in (end, text.find(b"\n", start)) if at >= 0]
    length = len(text[start : min(stops)].decode(errors="replace"))
    return Spot(text.count(b"\n", 0, start) + 1, column, max(length, 1))


def _find(cursor: Cursor, keys: list[str]) -> tuple[int, int]:
    """Step to where the keys lead, as far as they lead; give where that begins and where its first token ends."""
    cursor.peek()
    start = cursor.at
    for key in keys:
        found = _enter(cursor, key)
        if found is None:
            return start, start + 1
        start = found
    return start, _end_of_token(cursor)


def _enter(cursor: Cursor, key: str) -> int | None:
    """Step into an object or a list, to the value under a key; None where it has no such value."""
    opening = cursor.peek()
    if opening not in (b"{", b"["):
        return None
    cursor.at += 1
    index = 0
    while cursor.peek() not in (b"}", b"]"):
        name = str(index)
        if opening == b"{":
            name = cursor.string()
            cursor.expect(b":", "a colon")
        cursor.peek()
        if name == key:
            return cursor.at
        _skip(cursor)
        cursor.take(b",")
        index += 1
    return None


def _skip(cursor: Cursor) -> None:
    """Step over a value, however deep it is."""
    depth = 0
    while True:
        token = cursor.peek()
        if token in (b"{", b"["):
            depth += 1
            cursor.at += 1
        elif token in (b"}", b"]"):
            depth -= 1
            cursor.at += 1
        elif depth and token in (b",", b":"):
            cursor.at += 1
        else:
            cursor.scalar()
        if depth <= 0:
            return
        cursor.skip_numbers()


def _end_of_token(cursor: Cursor) -> int:
    if cursor.peek() in (b"{", b"["):
        return cursor.at + 1
    cursor.scalar()
    return cursor.at
