"""Where the time of a request went: the phases of ``Server-Timing``, and of the latency histogram."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Literal, get_args

Phase = Literal["read", "queue", "decode", "resolve", "compute", "encode"]


class Stopwatch:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[Phase, float] = {}

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Add the time of a ``with`` block to a phase."""
        start = perf_counter()
        try:
            yield
        finally:
            self.add(name, perf_counter() - start)

    def add(self, name: Phase, seconds: float) -> None:
        """Add time that was measured elsewhere."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def header(self) -> str:
        """The value of ``Server-Timing``, in milliseconds, in the order of a request's way.

        >>> watch = Stopwatch()
        >>> watch.add("read", 0.0025)
        >>> watch.header()
        'read;dur=2.500'
        """
        ordered = [(name, self.seconds[name]) for name in get_args(Phase) if name in self.seconds]
        return ", ".join(f"{name};dur={1000 * seconds:.3f}" for name, seconds in ordered)
