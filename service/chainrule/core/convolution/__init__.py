"""Convolution and its derivatives, channels last, for every kernel, stride, dilation, padding and group.

Shapes, where ``x`` has ``groups · channels`` channels, and ``y`` has ``groups · filters``:

* ``x``: ``(N, height, width, groups · channels)``
* ``kernel``: ``(height, width, channels, groups, filters)``
* ``y``: ``(N, rows, columns, groups · filters)``, a position for each place of the window
"""

from __future__ import annotations

from types import ModuleType

from chainrule.core.arrays import Array
from chainrule.core.convolution import adjoint, channelwise, matrices
from chainrule.core.convolution.blocks import BLOCK_NUMBERS, Windows

__all__ = ["Windows", "correlate", "kernel_gradient", "memory_needed", "spread"]

SMALL_GROUP = 4
"""A group of so many channels times filters is too small for a matrix product."""

MOST_STEPS = 256
"""How many additions are made for a block, or phases computed, before another way is looked for."""

BLOCKS_TO_SPARE = 4
"""How many blocks of memory are not worth counting."""


def correlate(x: Array, kernel: Array, windows: Windows) -> Array:
    """Sum what each window sees, times the kernel: ``y``."""
    channels, groups, filters = kernel.shape[2:]
    result: Array = _way(channels, groups, filters).correlate(x, kernel, windows)
    return result


def kernel_gradient(x: Array, grad: Array, windows: Windows, groups: int) -> Array:
    """Sum over all positions what the window sees, times the gradient there: a ``kernel``."""
    way = _way(x.shape[3] // groups, groups, grad.shape[3] // groups)
    result: Array = way.kernel_gradient(x, grad, windows, groups)
    return result


def spread(grad: Array, kernel: Array, windows: Windows) -> Array:
    """Send what each position has back to all that its window sees, times the kernel: ``x``."""
    channels, groups, filters = kernel.shape[2:]
    effort = adjoint.Effort.of(windows)
    way = _way(channels, groups, filters)
    most_phases = MOST_STEPS if way is channelwise else effort.tiles if filters <= channels else 0
    if effort.phases <= most_phases and effort.waste <= (8 if channels * filters <= SMALL_GROUP else 2):
        return adjoint.by_phases(grad, kernel, windows, way.correlate)
    run = channels * effort.entries / effort.tiles
    if channels <= matrices.FEW_CHANNELS and run <= 2 * matrices.FEW_CHANNELS and effort.entries <= MOST_STEPS:
        return adjoint.by_planes(grad, kernel, windows)
    return adjoint.by_tiles(grad, kernel, windows)


def memory_needed(samples: int, channels: int, filters: int, windows: Windows) -> int:
    """Count the numbers that a block takes forward or backward, if they are many.

    That is so for kernels of which a few positions take more than a block: very large ones, or very dilated ones.
    """
    needed = max(
        matrices.memory_needed(samples, channels, windows), adjoint.memory_needed(samples, channels, filters, windows)
    )
    return max(needed - BLOCKS_TO_SPARE * BLOCK_NUMBERS, 0)


def _way(channels: int, groups: int, filters: int) -> ModuleType:
    return channelwise if groups > 1 and channels * filters <= SMALL_GROUP else matrices
