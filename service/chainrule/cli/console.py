"""The terminal: colour where it has it and nobody set NO_COLOR, plain text in a pipe."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console

PIPED_WIDTH = 120
"""Columns where there is no terminal that would say how many it has."""


def on_stdout(width: int | None = None) -> Console:
    """Where answers go; a width is that of the answer, and not of the terminal."""
    return _console(sys.stdout, width)


def on_stderr() -> Console:
    """Where faults go."""
    return _console(sys.stderr)


def _console(stream: TextIO, width: int | None = None) -> Console:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")  # a terminal that cannot write `·` gets a question mark for it
    if width is None and not stream.isatty() and "COLUMNS" not in os.environ:
        width = PIPED_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
