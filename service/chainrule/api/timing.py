"""Where the time of a request went: the phases of ``Server-Timing``, and of the latency histogram."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, time_ns
from typing import Literal, NamedTuple, get_args

Phase = Literal["read", "queue", "decode", "resolve", "compute", "encode"]


class Span(NamedTuple):
    """A phase, from when to when: nanoseconds since 1970."""

    phase: Phase
    start: int
    end: int


class Stopwatch:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[Phase, float] = {}
        self.spans: list[Span] = []

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Add the time of a ``with`` block to a phase."""
        start = perf_counter()
        try:
            yield
        finally:
            self.add(name, perf_counter() - start)

    def add(self, name: Phase, seconds: float) -> None:
        """Add time that was measured elsewhere, and has just ended."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        now = time_ns()
        self.spans.append(Span(name, now - round(1e9 * seconds), now))

    def header(self) -> str:
        """The value of ``Server-Timing``, in milliseconds, in the order of a request's way.

        >>> watch = Stopwatch()
        >>> watch.add("read", 0.0025)
        >>> watch.header()
        'read;dur=2.500'
        """
        ordered = [(name, self.seconds[name]) for name in get_args(Phase) if name in self.seconds]
        return ", ".join(f"{name};dur={1000 * seconds:.3f}" for name, seconds in ordered)
