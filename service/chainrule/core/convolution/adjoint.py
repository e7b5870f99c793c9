"""The adjoint of a convolution: each position sends what it has back to all the places that its window sees.

* By *phases*: at the places that lie a stride apart it is an ordinary convolution, with every stride-th entry of the
  kernel, turned around. With a stride of 1 there is one phase.
* By *tiles*: a matrix product gives what all windows send by a tile of the kernel, so large that they do not overlap,
  and it is added in place. Where windows do not overlap at all, there is one tile.
* By *planes*, for few channels: one matrix product for all entries of the kernel, which are added one after the other
  along the columns of the image, since runs along its channels would be short.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.convolution import matrices
from chainrule.core.convolution.blocks import (
    Memory,
    Windows,
    block_shape,
    cut,
    memory_of,
    numbers_of_a_position,
    pieces,
    positions_in_a_block,
)
from chainrule.core.convolution.fields import Field, every_window, split
from chainrule.core.windows import Window

LEAST_POSITIONS = 16
"""A block of tiles has so many: what a position sends is long where a tile is large, so that fewer are enough."""

Correlate = Callable[[Array, Array, Windows], Array]


@dataclass(frozen=True, slots=True)
class Effort:
    """What the ways take, to choose among them."""

    entries: int
    """Of the kernel: how many planes are added."""
    tiles: int
    """How many tiles are added."""
    phases: int
    """How many convolutions are computed."""
    waste: float
    """How many times as many products these make, most of them with the zeros around small gradients."""

    @classmethod
    def of(cls, windows: Windows) -> Effort:
        """Count what it takes."""
        return cls(
            math.prod(window.size for window in windows),
            math.prod(-(-window.size // _tile(window)) for window in windows),
            math.prod(min(window.size, _step(window)) for window in windows),
            math.prod(-(-window.length // window.stride) / window.count for window in windows),
        )


def by_phases(grad: Array, kernel: Array, windows: Windows, correlate: Correlate) -> Array:
    """Send back by one ordinary convolution for each phase."""
    turned = kernel.transpose(0, 1, 4, 3, 2)
    phases = list(product(*map(_phases, windows)))
    if all(window.stride == 1 for window in windows):
        ((rows, columns),) = phases
        return correlate(grad, turned[rows.entries, columns.entries], (rows.window, columns.window))
    result = np.zeros(_shape(grad, kernel, windows), grad.dtype)
    for rows, columns in phases:
        part = turned[rows.entries, columns.entries]
        result[:, rows.places, columns.places] = correlate(grad, part, (rows.window, columns.window))
    return result


def by_tiles(grad: Array, kernel: Array, windows: Windows) -> Array:
    """Send back by a matrix product for each tile."""
    groups = kernel.shape[3]
    tiles = product(*(pieces(window.size, _tile(window)) for window in windows))
    parts = [(tile, matrices.as_matrices(kernel[tile]).swapaxes(1, 2)) for tile in tiles]
    result = split(np.zeros(_shape(grad, kernel, windows), grad.dtype), groups)
    zeros, products = Memory(grad.dtype), Memory(grad.dtype)
    for block in cut(len(grad), windows, *_blocks_of_tiles(groups * kernel.shape[2], grad.shape[3], windows)):
        field = Field.of(block, windows)
        sums = zeros.zeros((block.shape[0], *field.lengths, *result.shape[3:]))
        places, part = every_window(sums, block, windows), matrices.by_group(block.of(grad), groups)
        for (lower, further), matrix in parts:
            tile = places[:, :, :, :, lower, further]
            sent = np.matmul(part, matrix, out=products.array((groups, part.shape[1], matrix.shape[2])))
            tile += sent.reshape(tile.shape)
        field.give_back(sums, result)
    return result.reshape(*result.shape[:3], -1)


def by_planes(grad: Array, kernel: Array, windows: Windows) -> Array:
    """Send back by one matrix product for all entries of the kernel, each of which gives a plane of numbers."""
    groups, channels = kernel.shape[3], kernel.shape[2]
    whole = matrices.as_matrices(kernel)
    result = split(np.zeros(_shape(grad, kernel, windows), grad.dtype), groups)
    numbers = numbers_of_a_position(groups * channels, windows)
    zeros, products = Memory(grad.dtype), Memory(grad.dtype)
    for block in cut(len(grad), windows, positions_in_a_block(numbers)):
        field = Field.of(block, windows)
        sums = zeros.zeros((block.shape[0], groups, channels, *field.lengths)).transpose(0, 3, 4, 1, 2)
        places, part = every_window(sums, block, windows), matrices.by_group(block.of(grad), groups)
        sent = np.matmul(whole, part.swapaxes(1, 2), out=products.array((*whole.shape[:2], part.shape[1])))
        planes = sent.reshape(groups, *kernel.shape[:3], *block.shape).transpose(0, 4, 5, 6, 1, 2, 3)
        for row, column in np.ndindex(kernel.shape[:2]):
            plane = places[:, :, :, :, row, column]
            plane += planes[:, :, :, :, row, column]
        field.give_back(sums, result)
    return result.reshape(*result.shape[:3], -1)


def memory_needed(samples: int, channels: int, filters: int, windows: Windows) -> int:
    """Count the numbers that a block takes, whichever way it is done."""
    rows, columns = (_turned(window, 0) for window in windows)  # the phase with the largest kernel
    phases = matrices.memory_needed(samples, filters, (rows, columns))
    tiles = block_shape(samples, windows, *_blocks_of_tiles(channels, filters, windows))
    entries = math.prod(map(_tile, windows))
    return max(phases, memory_of(tiles, channels, channels * entries, windows))


def _blocks_of_tiles(channels: int, filters: int, windows: Windows) -> tuple[int, tuple[int | None, int | None]]:
    """Say how many positions a block of tiles has, and how many rows and columns at the most."""
    rows, columns = windows
    numbers = max(channels * _tile(rows) * _tile(columns), filters)
    return positions_in_a_block(numbers, LEAST_POSITIONS), (_most_positions(rows), _most_positions(columns))


@dataclass(frozen=True, slots=True)
class _Phase:
    """Places of an axis that lie a stride apart, and the ordinary convolution that gives what they get."""

    places: slice
    entries: slice
    """The entries of the kernel that reach them, the last one first."""
    window: Window


def _phases(window: Window) -> Iterator[_Phase]:
    """Find the phases that the kernel reaches: one for each entry within a step, which on a short axis may be empty."""
    step = _step(window)
    for entry in range(min(step, window.size)):
        turned = _turned(window, entry)
        last = entry + (turned.size - 1) * step
        yield _Phase(slice(_first_place(window, entry), None, window.stride), slice(last, None, -step), turned)


def _step(window: Window) -> int:
    """Say how many entries apart a window sees the same phase again; so many entries never see the same place."""
    return window.stride // math.gcd(window.stride, window.dilation)


def _tile(window: Window) -> int:
    """Say how many entries of the kernel are added at once: as many as do not overlap."""
    return window.size if _most_positions(window) == 1 else _step(window)


def _most_positions(window: Window) -> int | None:
    """Say how many positions are added at once: one, with all entries, where that is done sooner."""
    return 1 if window.count < -(-window.size // _step(window)) else None


def _first_place(window: Window, entry: int) -> int:
    """Find the first place on the axis that is in the phase of an entry of the kernel."""
    return (entry * window.dilation - window.before) % window.stride


def _turned(window: Window, entry: int) -> Window:
    """Give the window of the ordinary convolution for the phase of an entry.

    Window ``r`` sees by its entry ``i`` the place ``r · stride + i · dilation - before``. So the ``v``-th place of the
    phase gets what windows ``v + offset - a · dilation'`` send by the entries ``entry + a · step``.
    """
    step = _step(window)
    size = -((entry - window.size) // step)
    dilation = window.dilation * step // window.stride
    first = _first_place(window, entry)
    count = -((first - window.length) // window.stride)
    offset = (first + window.before - entry * window.dilation) // window.stride
    reach = (size - 1) * dilation
    before = reach - offset
    return Window(window.count, size, 1, dilation, before, after=count + reach - window.count - before)


def _shape(grad: Array, kernel: Array, windows: Windows) -> Shape:
    _, _, channels, groups, _ = kernel.shape
    return (len(grad), *(window.length for window in windows), channels * groups)
