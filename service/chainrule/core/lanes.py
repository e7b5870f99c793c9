"""Sums and scalings by channel, wherever the channels stand.

Where they stand last, rows of a few numbers are slow to walk through. So several rows are seen as one, and the numbers
of each channel are repeated for it: the same memory, in longer stretches, and shorter sums, which keep more digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape, size_of

WIDTH = 512
"""How many numbers a row should have: with more of them nothing gets faster."""

BLOCK_NUMBERS = 131072
"""How many numbers a block has: few enough to stay in the processor's cache while several passes are made over them."""


def blocks(rows: int, width: int) -> Iterator[slice]:
    """Cut rows of so many numbers into blocks."""
    step = max(1, BLOCK_NUMBERS // width)
    return (slice(start, start + step) for start in range(0, rows, step))


def sample_blocks(batch: Array) -> Iterator[slice]:
    """Cut a batch into blocks of whole samples."""
    return blocks(len(batch), max(size_of(batch.shape[1:]), 1))


class Columns:
    """A number for each column of matrices, repeated so that several short rows are computed as one."""

    def __init__(self, values: Array) -> None:
        self.values = values.ravel()
        self.repeated = np.tile(self.values, max(WIDTH // values.size, 1))

    def times(self, rows: Array, out: Array) -> Array:
        """Multiply each column of rows by its number."""
        return self._apply(np.multiply, rows, out)

    def plus(self, rows: Array, out: Array) -> Array:
        """Add to each column of rows its number."""
        return self._apply(np.add, rows, out)

    def _apply(self, function: np.ufunc, rows: Array, out: Array) -> Array:
        values = self.values if rows.size % self.repeated.size else self.repeated
        function(rows.reshape(-1, values.size), values, out=out.reshape(-1, values.size))
        return out


@dataclass(frozen=True, slots=True)
class Lanes:
    """A view of an array by channel: ``(samples, rows, channels of several rows, numbers behind)``."""

    whole: Shape
    """The array's own shape."""
    axis: int
    """Where its channels stand."""
    shape: Shape
    """The shape of the view."""
    turned: bool
    """Whether the channels lie last in memory, although they stand elsewhere."""

    @classmethod
    def of(cls, x: Array, axis: int, *, together: bool) -> Lanes:
        """View an array; all samples together, or each for itself."""
        axis %= x.ndim
        turned = not x.flags.c_contiguous and np.moveaxis(x, axis, -1).flags.c_contiguous
        before, behind = x.shape[:axis], x.shape[axis + 1 :]
        if turned:
            before, behind = before + behind, ()
        samples = 1 if together else before[0]
        rows, after, channels = size_of(before) // samples, size_of(behind), x.shape[axis]
        repeat = _divisor(rows, WIDTH // channels) if after == 1 else 1
        return cls(x.shape, axis, (samples, rows // repeat, repeat * channels, after), turned)

    @property
    def channels(self) -> int:
        """How many there are."""
        return self.whole[self.axis]

    @property
    def count(self) -> int:
        """How many numbers a channel has in each of the samples."""
        return size_of(self.shape[1:]) // self.channels

    def view(self, x: Array) -> Array:
        """View an array of the same shape by channel."""
        return (np.moveaxis(x, self.axis, -1) if self.turned else x).reshape(self.shape)

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """Cut the view into blocks of its rows, for all samples together."""
        return ((slice(None), rows) for rows in blocks(self.shape[1], self.shape[2] * self.shape[3]))

    def restore(self, view: Array) -> Array:
        """Give a view the array's own shape."""
        if not self.turned:
            return view.reshape(self.whole)
        shape = (*self.whole[: self.axis], *self.whole[self.axis + 1 :], self.channels)
        return np.moveaxis(view.reshape(shape), -1, self.axis)

    def spread(self, values: Array) -> Array:
        """Lay a number for each channel, ``(channels,)`` or ``(samples, channels)``, over the view."""
        rows = values.reshape(-1, self.channels)
        repeat = self.shape[2] // self.channels
        return (rows if repeat == 1 else np.tile(rows, repeat))[:, None, :, None]

    def sums(self, view: Array) -> Array:
        """Add up the numbers of each channel in each of the samples: ``(samples, channels)``."""
        after = self.shape[3]
        return self._by_channel(view[..., 0] if after == 1 else view @ np.ones(after, view.dtype))

    def dots(self, view: Array, other: Array) -> Array:
        """Add up the products of two arrays: ``(samples, channels)``."""
        if self.shape[3] == 1:
            return self._folded(np.einsum("src,src->sc", view[..., 0], other[..., 0]))
        return self._by_channel(np.vecdot(view, other))

    def _by_channel(self, rows: Array) -> Array:
        """Add up rows, ``(samples, rows, channels of several rows)``."""
        return self._folded(np.ones(rows.shape[1], rows.dtype) @ rows)  # BLAS adds in half of the time of NumPy

    def _folded(self, sums: Array) -> Array:
        return sums if sums.shape[1] == self.channels else sums.reshape(len(sums), -1, self.channels).sum(axis=1)


def _divisor(number: int, most: int) -> int:
    """The largest divisor of a number that is at most so large."""
    return next((one for one in range(min(most, number), 1, -1) if number % one == 0), 1)
