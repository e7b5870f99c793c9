"""The mutants that nothing can kill, since they compute the same: each with the reason, in ``equivalent.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("equivalent.toml")

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Changes of one function that change no answer, and why."""

    file: str
    function: str
    why: str
    changes: tuple[tuple[str, str], ...]
    """For each the lines that it changes and what it makes of them, without indentation."""

    def mutants(self) -> Iterator[Key]:
        """Name each mutant as ``made.Mutant.key`` does."""
        for was, becomes in self.changes:
            yield self.file, self.function, was, becomes


def equivalents(path: Path = LIST) -> list[Equivalent]:
    """Read the list."""
    document = tomllib.loads(path.read_text())
    return [
        Equivalent(file, one["function"], one["why"], tuple((was, becomes) for was, becomes in one["changes"]))
        for file, entries in document.items()
        for one in entries
    ]
