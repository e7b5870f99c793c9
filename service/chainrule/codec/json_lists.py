"""The nested lists of one array, read number by number into a flat buffer, with the exact place of what is wrong."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable

import numpy as np

from chainrule.codec.arrays import Array, frozen
from chainrule.codec.json_text import Cursor, Scalar
from chainrule.codec.wording import described, not_finite, quotes_hint
from chainrule.errors import ErrorCode, Fault, excerpt, pointer


class Lists:
    """Reads one array. The first list of each level says how long the others have to be.

    Only the first fault is kept: what follows from it, a row later, would tell nothing new.

    Parameters
    ----------
    cursor
        Stands in front of the opening bracket.
    path
        The keys that lead here; indices are pushed and popped while the lists are read.
    enter
        Called for each list, with the cursor in front of it; refuses what is too deep.
    skip
        Steps over an object, which has no business here.
    """

    def __init__(
        self, cursor: Cursor, path: list[str | int], enter: Callable[[], None], skip: Callable[[], object]
    ) -> None:
        self.fault: Fault | None = None
        self._cursor = cursor
        self._path = path
        self._enter = enter
        self._skip = skip
        self._numbers = array("d")
        self._lengths: dict[int, int] = {}
        self._rank: int | None = None
        """How many lists are around a number, once that is known."""

    def read(self) -> Array | None:
        """The array, or nothing if there is a fault."""
        self._list(level=0)
        if self.fault:
            return None
        shape = [self._lengths[level] for level in range(len(self._lengths))]
        return frozen(np.frombuffer(self._numbers).reshape(shape))

    def _list(self, level: int) -> None:
        """Read a list that has `level` lists around it."""
        if self._rank is not None and level >= self._rank:
            self._wrong("ragged_array", "expected a number, as in the lists before, got a list")
        self._enter()
        self._cursor.expect(b"[", "a list")
        self._path.append(0)
        length = self._elements(level + 1)
        self._path.pop()
        if length == 0 and self._rank is None:
            self._rank = level + 1
        expected = self._lengths.setdefault(level, length)
        if length != expected:
            self._wrong("ragged_array", f"expected a list of {expected}, as the ones before, got a list of {length}")

    def _elements(self, level: int) -> int:
        """Read what stands in a list, and its closing bracket; say how many there are."""
        if self._cursor.take(b"]"):
            return 0
        count = 0
        while True:
            if level == self._rank:
                count += self._run()
            self._path[-1] = count
            self._element(level)
            count += 1
            if not self._cursor.take(b","):
                self._cursor.expect(b"]", '"," or "]"')
                return count

    def _run(self) -> int:
        """Read all but the last of the numbers that stand here in a row; say how many."""
        if self.fault:
            self._cursor.skip_numbers()
            return 0
        before = len(self._numbers)
        while numbers := self._cursor.numbers():
            self._numbers.extend(numbers)
        return len(self._numbers) - before

    def _element(self, level: int) -> None:
        following = self._cursor.peek()
        if following == b"[":
            self._list(level)
        elif following == b"{":
            self._wrong("not_a_number", "expected a number, got an object")
            self._skip()
        else:
            start = self._cursor.at
            self._scalar(self._cursor.scalar(), level, start)

    def _scalar(self, value: Scalar, level: int, start: int) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong("not_a_number", f"expected a number, got {described(value)}{quotes_hint(value)}")
        elif not math.isfinite(value):
            text = self._cursor.text[start : self._cursor.at].decode()
            self._wrong("non_finite_input", not_finite(text))
        elif level != (self._rank or level):
            self._wrong("ragged_array", f"expected a list, as the ones before, got the number {excerpt(value)}")
        elif self.fault is None:
            self._rank = level
            self._numbers.append(value)

    def _wrong(self, code: ErrorCode, detail: str) -> None:
        if self.fault is None:
            self.fault = Fault(code, pointer(*self._path), detail)
