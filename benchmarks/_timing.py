"""Times functions side by side, and prints tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Functions = Mapping[str, Callable[[], Any]]

Measured = dict[str, float]
"""Seconds by name."""


def side_by_side(functions: Functions, seconds: float = 2.0) -> Measured:
    """Find the median of each function's times."""
    return {name: statistics.median(one) for name, one in _times(functions, seconds).items()}


def fastest(functions: Functions, seconds: float = 2.0) -> Measured:
    """Find the shortest of each function's times, which other work on the machine disturbs least."""
    return {name: min(one) for name, one in _times(functions, seconds).items()}


def _times(functions: Functions, seconds: float) -> dict[str, list[float]]:
    """Run the functions in turn, round after round, for about so long; the machine's moods meet all of them alike."""
    for function in functions.values():
        function()
    taken: dict[str, list[float]] = {name: [] for name in functions}
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline or len(next(iter(taken.values()))) < 5:
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            taken[name].append(time.perf_counter() - start)
    return taken


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
    """Print a table in Markdown, so that it can be kept in ``docs/`` as it is."""
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    print(f"\n## {title}\n")
    print(_line(header, widths))
    print("|".join(["", *("-" * (width + 1) + ":" for width in widths), ""]))
    for row in rows:
        print(_line(row, widths))
    if note:
        print(f"\n{note}")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def time_of(seconds: float) -> str:
    """Write a time in the unit that fits."""
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"
