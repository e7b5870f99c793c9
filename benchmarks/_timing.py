"""Times functions side by side, and prints tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Measured = dict[str, float]
"""Median seconds by name."""


def side_by_side(functions: Mapping[str, Callable[[], Any]], seconds: float = 2.0) -> Measured:
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
    return {name: statistics.median(one) for name, one in taken.items()}


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
