"""How busy the machine is with other things than these tests: a time means nothing where others compute."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

PROC = Path("/proc")


class Others:
    """Measures, while a ``with`` block runs, how many cores were taken by others than this process and its children.

    ``cores`` is infinite where the system does not tell.
    """

    def __init__(self) -> None:
        self.cores = float("inf")

    def __enter__(self) -> Self:
        self._begun, self._before = time.monotonic(), self._seconds()
        return self

    def __exit__(self, *_: object) -> None:
        if PROC.joinpath("stat").exists():
            self.cores = (self._seconds() - self._before) / (time.monotonic() - self._begun)

    def _seconds(self) -> float:
        return (_ticks_of_all() - _ticks_of_family()) / os.sysconf("SC_CLK_TCK")


def _ticks_of_all() -> int:
    """What all processes took so far, and what a host below took from this machine; nothing where nobody tells."""
    with suppress(OSError):
        user, nice, system, _idle, _wait, _irq, _softirq, steal, *_ = _numbers(PROC.joinpath("stat"), 1)
        return user + nice + system + steal
    return 0


def _ticks_of_family() -> int:
    """What this process and all below it took so far."""
    parents, ticks = {}, {}
    for entry in PROC.glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            fields = entry.joinpath("stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))  # with its children that have ended
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks.get(pid, 0) for pid in family)


def _numbers(path: Path, skip: int) -> list[int]:
    return [int(word) for word in path.read_text().splitlines()[0].split()[skip:]]
