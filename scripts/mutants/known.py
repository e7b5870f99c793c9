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
    """Changes of one line that change no answer."""

    file: str
    function: str
    was: str
    becomes: tuple[str, ...]
    why: str

    def keys(self) -> Iterator[Key]:
        """Name each mutant as ``made.Mutant.key`` does."""
        for one in self.becomes:
            yield self.file, self.function, self.was, one


def equivalents(path: Path = LIST) -> list[Equivalent]:
    """Read the list."""
    document = tomllib.loads(path.read_text())
    return [
        Equivalent(file, one["function"], one["was"], tuple(one["becomes"]), one["why"])
        for file, entries in document.items()
        for one in entries
    ]
