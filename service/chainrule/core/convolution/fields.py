"""What the windows of a block lie over, and a view of every window on it."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.lib.stride_tricks import as_strided

from chainrule.core.arrays import Array
from chainrule.core.convolution.blocks import Block, Memory, Windows
from chainrule.core.windows import Window


@dataclass(frozen=True, slots=True)
class Field:
    """What the windows of a block lie over: a part of the samples, with what it needs of the padding around."""

    lengths: tuple[int, int]
    """Rows and columns, padding and all."""
    samples: slice
    inside: tuple[slice, slice]
    """The part of the samples' rows and columns."""
    at: tuple[slice, slice]
    """Where that part stands in the field."""

    @classmethod
    def of(cls, block: Block, windows: Windows) -> Field:
        """Find the field of a block."""
        (height, row, top), (width, column, left) = map(_along, windows, (block.rows, block.columns))
        return cls((height, width), block.samples, (row, column), (top, left))

    def take(self, x: Array, groups: int, memory: Memory) -> Array:
        """Give the field by group, ``(samples, height, width, groups, channels)``, with zeros for the padding.

        It is a view where that is possible. Where it is a copy, each group's channels stand together.
        """
        part = split(x[self.samples, *self.inside], groups)
        samples, height, width, _, channels = part.shape
        if (height, width) == self.lengths and x.flags.c_contiguous and (groups == 1 or channels == 1):
            return part
        field = memory.zeros((groups, samples, *self.lengths, channels)).transpose(1, 2, 3, 0, 4)
        field[:, *self.at] = part
        return field

    def give_back(self, field: Array, x: Array) -> None:
        """Add the field to where it was taken from, without the padding."""
        x[self.samples, *self.inside] += field[:, *self.at]


def _along(window: Window, part: slice) -> tuple[int, slice, slice]:
    """Give a field's length along an axis, which part of the axis is in it, and where that stands in it."""
    first, stop = window.reach(part.start, part.stop)
    inside = slice(min(max(first, 0), window.length), max(min(stop, window.length), 0))
    return stop - first, inside, slice(max(inside.start - first, 0), max(inside.stop - first, 0))


def split(field: Array, groups: int) -> Array:
    """View ``(samples, height, width, channels)`` as ``(samples, height, width, groups, channels / groups)``."""
    return field.reshape(*field.shape[:3], groups, field.shape[3] // groups)


def every_window(field: Array, block: Block, windows: Windows) -> Array:
    """View every window of a block on its field ``(samples, height, width, groups, channels)``.

    The view is ``(groups, samples, rows, columns, kernel's height, kernel's width, channels)``; windows may overlap.
    """
    rows, columns = windows
    next_sample, down, right, next_group, next_channel = field.strides
    steps = (rows.stride * down, columns.stride * right, rows.dilation * down, columns.dilation * right)
    shape = (field.shape[3], *block.shape, rows.size, columns.size, field.shape[4])
    return as_strided(field, shape, (next_group, next_sample, *steps, next_channel))
