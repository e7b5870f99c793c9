"""Convolution where every group is small, as in a depthwise one: multiplied and added along rows of memory.

A matrix product would have next to nothing to do for each group. Here columns and groups are one long run of memory,
along which the kernel is repeated, and ``einsum`` multiplies and adds in one pass, without a copy of the windows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from chainrule.core.arrays import Array
from chainrule.core.convolution.blocks import BLOCK_NUMBERS, Block, Memory, Windows, cut, positions_in_a_block
from chainrule.core.convolution.fields import Field

RUN_NUMBERS = 2_048
"""How long a run of memory is at the most, so that it stays in the fastest cache."""


def correlate(x: Array, kernel: Array, windows: Windows) -> Array:
    """Sum what each window sees, times the kernel."""
    groups, filters = kernel.shape[3:]
    y = np.empty((len(x), windows[0].count, windows[1].count, groups * filters), x.dtype)
    columns = columns_in_a_run(windows, x.shape[3], groups * filters, groups)
    repeated = np.tile(kernel.swapaxes(3, 4), columns)
    for block, patches in _unfolded(x, windows, groups, columns):
        sums = _in_runs(block.of(y), groups)  # a view, since y is in the order of its axes
        np.einsum("nrhwck,hwcfk->nrfk", patches, repeated[..., : patches.shape[-1]], out=sums)
    return y


def kernel_gradient(x: Array, grad: Array, windows: Windows, groups: int) -> Array:
    """Sum over all positions what the window sees, times the gradient there."""
    channels, filters = x.shape[3] // groups, grad.shape[3] // groups
    total = np.zeros((windows[0].size, windows[1].size, channels, filters, groups), x.dtype)
    columns = columns_in_a_run(windows, x.shape[3], grad.shape[3], groups)
    for block, patches in _unfolded(x, windows, groups, columns):
        part = _in_runs(block.of(grad), groups)
        for c, f in np.ndindex(channels, filters):
            sums = np.einsum("nrhwk,nrk->hwk", patches[..., c, :], part[:, :, f])
            total[:, :, c, f] += sums.reshape(*sums.shape[:2], -1, groups).sum(axis=2)
    return total.swapaxes(3, 4)


def columns_in_a_run(windows: Windows, channels: int, filters: int, groups: int) -> int:
    """Say how many columns make a run, so that it is no longer than it should be, nor the repeated kernel too large."""
    kernel = windows[0].size * windows[1].size * (channels // groups) * filters
    return min(windows[1].count, max(min(RUN_NUMBERS // groups, BLOCK_NUMBERS // kernel), 1))


def _numbers_of_a_position(channels: int, windows: Windows) -> int:
    """Count what a position takes in a block: what its row of the window sees, and what lies before the next one."""
    rows, columns = windows
    return channels * max(columns.size if columns.stride > 1 else 1, columns.stride) * rows.stride


def _in_runs(array: Array, groups: int) -> Array:
    """Give ``(samples, rows, columns, groups · filters)`` as ``(samples, rows, filters, columns · groups)``."""
    samples, rows, columns, channels = array.shape
    filters = channels // groups
    apart = array.reshape(samples, rows, columns, groups, filters).transpose(0, 1, 4, 2, 3)
    return apart.reshape(samples, rows, filters, columns * groups)


def _unfolded(x: Array, windows: Windows, groups: int, columns: int) -> Iterator[tuple[Block, Array]]:
    """Give each block with its windows: ``(samples, rows, height, width, channels of a group, columns · groups)``."""
    padded, copied = Memory(x.dtype), Memory(x.dtype)
    positions = positions_in_a_block(_numbers_of_a_position(x.shape[3], windows))
    for block in cut(len(x), windows, positions, most=(None, columns)):
        field = Field.of(block, windows).take(x, 1, padded)[:, :, :, 0]
        yield block, _windows_in_runs(field, block, windows, groups, copied)


def _windows_in_runs(field: Array, block: Block, windows: Windows, groups: int, memory: Memory) -> Array:
    rows, columns = windows
    samples, count_rows, count = block.shape
    channels = field.shape[3] // groups
    item = field.itemsize
    next_sample, down, right, _ = field.strides
    next_width, next_channel = columns.dilation * right, 0
    if columns.stride > 1 or channels > 1:  # columns that do not stand side by side are copied so that they do
        apart = as_strided(
            field,
            (samples, field.shape[1], columns.size, channels, count, groups),
            (next_sample, down, next_width, item, columns.stride * right, channels * item),
        )
        field = memory.array(apart.shape)
        np.copyto(field, apart)
        next_sample, down, next_width, next_channel = field.strides[:4]
    return as_strided(
        field,
        (samples, count_rows, rows.size, columns.size, channels, count * groups),
        (next_sample, rows.stride * down, rows.dilation * down, next_width, next_channel, item),
    )
