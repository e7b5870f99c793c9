"""Tables of text, for results that are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence


def table(headings: Mapping[str, str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    r"""Lay out rows under headings, each column as wide as its widest cell.

    Parameters
    ----------
    headings
        Each column's heading, with ``<`` for a column of words and ``>`` for one of numbers.
    rows
        The cells.

    Examples
    --------
    >>> print(*table({"layer": "<", "parameters": ">"}, [("hidden", "192"), ("p", "0")]), sep="\n")
    layer   parameters
    hidden         192
    p                0
    """
    lines = [tuple(headings), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = zip(line, headings.values(), widths, strict=True)
        yield "  ".join(f"{cell:{side}{width}}" for cell, side, width in cells).rstrip()
