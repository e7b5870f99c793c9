"""The bytes of a JSON text, read token by token by a cursor that knows where it stands."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable

from chainrule.errors import InputError, Proceed, excerpt, pointer

# Quantifiers are possessive: nothing is tried twice, and nothing remembered for it, however long the text is.
_NOT_BLANK = re.compile(rb"[^ \t\n\r]")
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_SCALAR = re.compile(rb"(?P<number>" + _NUMBER + rb")|true|false|null|NaN|-?Infinity")
_RUN = re.compile(rb"(?:" + _NUMBER + rb"[ \t\n\r]*+,[ \t\n\r]*+){1,512}+")
_STOP = re.compile(rb'["\\\x00-\x1f]')
_SHOWN = re.compile(r'"(?P<text>[^"]{1,40})|[\w.+-]{1,40}|.', re.DOTALL)
_CONTINUATIONS = bytes(range(0x80, 0xC0))

_WORDS: dict[bytes, bool | float | None] = {
    b"true": True,
    b"false": False,
    b"null": None,
    b"NaN": math.nan,
    b"Infinity": math.inf,
    b"-Infinity": -math.inf,
}

_HINTS = {
    "'": ": JSON has double quotes around texts",
    "]": ": is there a comma too many?",
    "}": ": is there a comma too many?",
    "True": ": JSON writes true",
    "False": ": JSON writes false",
    "None": ": JSON writes null",
    "nan": ": JSON has no such number",
    "inf": ": JSON has no such number",
}

_STRETCH = 1 << 11
"""Bytes that are read without a look at whether to go on."""

_MOST_INTEGER_DIGITS = 64
"""A longer integer becomes a float, before Python takes quadratic time to read it."""

Scalar = str | int | float | bool | None


class Cursor:
    """Steps through a JSON text. All that is wrong is raised as ``malformed_json`` with line and column."""

    __slots__ = ("_next_stop", "_proceed", "at", "text")

    def __init__(self, text: bytes, proceed: Proceed) -> None:
        self.text = text
        self.at = 0
        self._proceed = proceed
        self._next_stop = _STRETCH

    def peek(self) -> bytes:
        """The next byte that is not blank; nothing at the end."""
        match = _NOT_BLANK.search(self.text, self.at)
        self.at = match.start() if match else len(self.text)
        if self.at > self._next_stop:
            self._next_stop = self.at + _STRETCH
            self._proceed()
        return self.text[self.at : self.at + 1]

    def take(self, token: bytes) -> bool:
        """Step over a byte if it is the next one."""
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def expect(self, token: bytes, expected: str) -> None:
        """Step over a byte that has to be the next one."""
        if not self.take(token):
            raise self.failure(expected)

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self.peek():
            raise self.failure("the end of the text")

    def scalar(self) -> Scalar:
        """Read a value that is no list and no object; NaN, Infinity and numbers beyond float64 come as floats."""
        if self.peek() == b'"':
            return self.string()
        match = _SCALAR.match(self.text, self.at)
        if match is None:
            raise self.failure("a value")
        self.at = match.end()
        return _number(match["number"]) if match["number"] else _WORDS[match[0]]

    def numbers(self) -> list[float]:
        """Read the numbers that stand here in a row, each with the comma after it, for speed: 512 at the most.

        Reads none if one of them is beyond float64.
        """
        match = self._run_of_numbers()
        if match is None:
            return []
        numbers = list(map(float, match[0].split(b",")[:-1]))
        if not math.isfinite(sum(numbers)) and not all(map(math.isfinite, numbers)):
            return []
        self.at = match.end()
        return numbers

    def skip_numbers(self) -> None:
        """Step over the numbers that stand here in a row, each with the comma after it."""
        while match := self._run_of_numbers():
            self.at = match.end()

    def _run_of_numbers(self) -> re.Match[bytes] | None:
        self.peek()
        return _RUN.match(self.text, self.at)

    def string(self) -> str:
        """Read a text, whose opening quote is the next byte."""
        start = self.at
        self.at = self._closing_quote(start)
        try:
            raw = self.text[start : self.at].decode()
        except UnicodeDecodeError as error:
            raise self.failure("UTF-8", at=start + error.start) from None
        if "\\" not in raw:
            return raw[1:-1]
        try:
            value: str = json.loads(raw)
            value.encode()  # half of a surrogate pair can be escaped, but is no character
        except ValueError:
            raise self.failure("a text with the escapes that JSON knows", at=start) from None
        return value

    def _closing_quote(self, start: int) -> int:
        """Where the text that begins at `start` ends, behind its closing quote."""
        at = start + 1
        while match := _STOP.search(self.text, at):
            if match[0] == b'"':
                return match.end()
            if match[0] != b"\\":
                raise self.failure("control characters in texts to be escaped", at=match.start())
            at = match.end() + 1
        raise self.failure("a closing quote of the text that begins", at=start)

    def failure(self, expected: str, *, at: int | None = None, path: Iterable[str | int] = ()) -> InputError:
        """What stops the cursor: what it expected, where, and what came instead."""
        at = self.at if at is None else at
        line = self.text.count(b"\n", 0, at) + 1
        before = self.text[self.text.rfind(b"\n", 0, at) + 1 : at]
        column = len(before.translate(None, _CONTINUATIONS)) + 1  # characters, not bytes
        detail = f"expected {expected} at line {line}, column {column}, got {self._shown(at)}"
        return InputError("malformed_json", pointer(*path), detail)

    def _shown(self, at: int) -> str:
        shown = _SHOWN.match(self.text[at : at + 160].decode(errors="replace"))
        if shown is None:
            return "the end of the text"
        return excerpt(shown["text"] or shown[0]) + _HINTS.get(shown[0], "")


def _number(text: bytes) -> int | float:
    """An integer if it is written as one, of any size that has a use."""
    if len(text) <= _MOST_INTEGER_DIGITS and text.removeprefix(b"-").isdigit():
        return int(text)
    return float(text)
