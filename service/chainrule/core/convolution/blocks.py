"""Outputs cut into blocks that stay in the processor's cache, and what the windows of a block lie over."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, Shape, size_of
from chainrule.core.windows import Window

Windows = tuple[Window, Window]
"""How the windows slide over rows and columns."""

BLOCK_NUMBERS = 2**17
"""How many numbers a block has, about: 1 MB in float64. With half as many it takes 1.1 times as long, with all at once
1.6 to 2.1 times."""

LEAST_POSITIONS = 128
"""However large its windows are, a block has so many: a matrix product of fewer rows is slow."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some of the samples, with some of the output's rows and columns."""

    samples: slice
    rows: slice
    columns: slice

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many samples, rows and columns it has."""
        samples, rows, columns = (part.stop - part.start for part in (self.samples, self.rows, self.columns))
        return samples, rows, columns

    def of(self, array: Array) -> Array:
        """View what an array ``(N, rows, columns, ...)`` has there."""
        return array[self.samples, self.rows, self.columns]


def positions_in_a_block(numbers: int, least: int = LEAST_POSITIONS) -> int:
    """Say how many positions make a block, if each of them takes so many numbers."""
    return max(BLOCK_NUMBERS // numbers, least)


def numbers_of_a_position(channels: int, windows: Windows) -> int:
    """Count what a position takes in a block: what its window sees, or what lies between it and the next."""
    rows, columns = windows
    return channels * max(rows.size * columns.size, rows.stride * columns.stride)


def block_shape(
    samples: int, windows: Windows, positions: int, most: tuple[int | None, int | None] = (None, None)
) -> tuple[int, int, int]:
    """Say how many samples, rows and columns a block has, so that it has about as many positions.

    Whole samples, or else whole rows of one, or else a piece of a row. With ``most`` rows and columns samples are cut
    up in any case.
    """
    rows, columns = (max(window.count, 1) for window in windows)
    many_columns = min(columns, positions, most[1] or columns)
    many_rows = min(rows, max(positions // many_columns, 1), most[0] or rows)
    many_samples = min(samples, max(positions // (min(rows, most[0] or rows) * many_columns), 1))
    return many_samples, many_rows, many_columns


def memory_of(shape: tuple[int, int, int], channels: int, numbers: int, windows: Windows) -> int:
    """Count what a block takes: so many numbers for each position, and all that its windows lie over."""
    samples, *counts = shape
    lengths = [(count - 1) * one.stride + one.span for count, one in zip(counts, windows, strict=True)]
    return math.prod(shape) * numbers + samples * channels * math.prod(lengths)


def cut(
    samples: int, windows: Windows, positions: int, most: tuple[int | None, int | None] = (None, None)
) -> Iterator[Block]:
    """Cut the output into blocks."""
    many_samples, many_rows, many_columns = block_shape(samples, windows, positions, most)
    rows, columns = (window.count for window in windows)
    for sample in pieces(samples, many_samples):
        for row in pieces(rows, many_rows):
            for column in pieces(columns, many_columns):
                yield Block(sample, row, column)


def pieces(length: int, step: int) -> Iterator[slice]:
    """Cut an axis into pieces of ``step`` places; the last one may be shorter.

    >>> [(piece.start, piece.stop) for piece in pieces(5, 2)]
    [(0, 2), (2, 4), (4, 5)]
    """
    return (slice(first, min(first + step, length)) for first in range(0, length, step))


class Memory:
    """Memory for one block that the next one uses again: fresh memory can cost more than what is computed in it."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._numbers: Array = np.empty(0, dtype)

    def array(self, shape: Shape) -> Array:
        """Give an array in which anything may stand."""
        size = size_of(shape)
        if self._numbers.size < size:
            self._numbers = np.empty(size, self._numbers.dtype)
        return self._numbers[:size].reshape(shape)

    def zeros(self, shape: Shape) -> Array:
        """Give an array of zeros."""
        array = self.array(shape)
        array[...] = 0
        return array
