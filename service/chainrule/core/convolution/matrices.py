"""Convolution by matrix products: the windows of a block are copied side by side, a row for each position."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.convolution.blocks import (
    Block,
    Memory,
    Windows,
    block_shape,
    cut,
    memory_of,
    numbers_of_a_position,
    pieces,
    positions_in_a_block,
)
from chainrule.core.convolution.fields import Field, every_window

FEW_CHANNELS = 4
"""With so few, runs of memory are longer along the columns of an image than along its channels."""

MOST_NUMBERS = 2**12
"""Of more than these in a window, a block of enough positions would not fit into the cache."""


def correlate(x: Array, kernel: Array, windows: Windows) -> Array:
    """Sum what each window sees, times the kernel."""
    groups, filters = kernel.shape[3:]
    y = np.empty((len(x), windows[0].count, windows[1].count, groups * filters), x.dtype)
    products = Memory(x.dtype)
    for index, (entries, part) in enumerate(_parts(windows, x.shape[3])):
        matrices = as_matrices(kernel[entries])
        for block, patches in _unfolded(x, part, groups):
            sums = by_group(block.of(y), groups)
            if index == 0:
                np.matmul(patches, matrices, out=sums)
            else:
                sums += np.matmul(patches, matrices, out=products.array(sums.shape))
    return y


def kernel_gradient(x: Array, grad: Array, windows: Windows, groups: int) -> Array:
    """Sum over all positions what the window sees, times the gradient there."""
    channels, filters = x.shape[3] // groups, grad.shape[3] // groups
    total = np.empty((windows[0].size, windows[1].size, channels, groups, filters), x.dtype)
    for entries, part in _parts(windows, x.shape[3]):
        height, width = (window.size for window in part)
        sums = np.zeros((groups, height * width * channels, filters), x.dtype)
        sent = np.empty_like(sums)
        for block, patches in _unfolded(x, part, groups):
            sums += np.matmul(patches.swapaxes(1, 2), by_group(block.of(grad), groups), out=sent)
        total[entries] = sums.reshape(groups, height, width, channels, filters).transpose(1, 2, 3, 0, 4)
    return total


def _parts(windows: Windows, channels: int) -> Iterator[tuple[tuple[slice, slice], Windows]]:
    """Cut a kernel of which few positions would fill a block into parts, each with the windows that it sees by."""
    rows, columns = windows
    across = max(MOST_NUMBERS // channels, 1)
    down = max(across // columns.size, 1)
    for lower in pieces(rows.size, down):
        for further in pieces(columns.size, across):
            yield (lower, further), (rows.part(lower.start, lower.stop), columns.part(further.start, further.stop))


def memory_needed(samples: int, channels: int, windows: Windows) -> int:
    """Count the numbers that a block takes."""
    _, part = next(_parts(windows, channels))
    numbers = numbers_of_a_position(channels, part)
    return memory_of(block_shape(samples, part, positions_in_a_block(numbers)), channels, numbers, part)


def as_matrices(kernel: Array) -> Array:
    """Give each group's kernel as a matrix: ``(groups, height · width · channels, filters)``."""
    *_, groups, filters = kernel.shape
    matrices = kernel.transpose(3, 0, 1, 2, 4).reshape(groups, -1, filters)
    return np.ascontiguousarray(matrices)  # a kernel that is turned around would keep BLAS from working


def by_group(array: Array, groups: int) -> Array:
    """View ``(..., channels)`` as ``(groups, positions, channels / groups)``."""
    return array.reshape(-1, groups, array.shape[-1] // groups).swapaxes(0, 1)


def _unfolded(x: Array, windows: Windows, groups: int) -> Iterator[tuple[Block, Array]]:
    """Give each block with its windows as matrices ``(groups, positions, height · width · channels)``."""
    rows, columns = windows
    if rows.trivial and columns.trivial and x.flags.c_contiguous:
        everything = Block(slice(0, len(x)), slice(0, rows.length), slice(0, columns.length))
        yield everything, by_group(x, groups)
        return
    padded, copied = Memory(x.dtype), Memory(x.dtype)
    for block in cut(len(x), windows, positions_in_a_block(numbers_of_a_position(x.shape[3], windows))):
        field = Field.of(block, windows).take(x, groups, padded)
        yield block, _side_by_side(every_window(field, block, windows), copied)


def _side_by_side(windows: Array, memory: Memory) -> Array:
    """Copy windows so that each is a row of its group's matrix."""
    groups, *_, height, width, channels = windows.shape
    by_position = channels > FEW_CHANNELS
    order = windows if by_position else windows.transpose(0, 4, 5, 6, 1, 2, 3)
    copy = memory.array(order.shape)
    np.copyto(copy, order)
    numbers = height * width * channels
    return copy.reshape(groups, -1, numbers) if by_position else copy.reshape(groups, numbers, -1).swapaxes(1, 2)
