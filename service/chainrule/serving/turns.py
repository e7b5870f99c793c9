"""Whose turn it is: requests begin one by one, and between two of them the event loop looks at everything else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Turns:
    """Begins one request in each turn of the event loop.

    All that arrived in one turn would otherwise begin in the next, a quarter of a millisecond each, and what arrives
    meanwhile, a health check for example, would wait for all of them.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._taken = False

    def take(self, begin: Callable[[], None]) -> None:
        """Call ``begin``: now, if nothing else has begun in this turn of the loop, else after those that wait."""
        if self._taken:
            self._waiting.append(begin)
        else:
            self._begin(begin)

    def _begin(self, begin: Callable[[], None]) -> None:
        self._taken = True
        asyncio.get_running_loop().call_soon(self._next)
        begin()

    def _next(self) -> None:
        self._taken = False
        if self._waiting:
            self._begin(self._waiting.popleft())
