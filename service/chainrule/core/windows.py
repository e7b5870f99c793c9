"""Windows that slide over the axes of an image: the arithmetic of kernels, pools, strides, dilation and padding.

Everything here is whole numbers, so that absurd parameters cost nothing: sizes are known before anything is allocated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.layer import Misfit
from chainrule.core.sizes import DataFormat, Margins, Rule, Sizes, each_axis, each_margin


@dataclass(frozen=True, slots=True)
class Window:
    """How a window slides along one axis."""

    length: int
    """Of the axis, before padding."""
    size: int
    """How many places the window sees at once."""
    stride: int = 1
    """How far it moves."""
    dilation: int = 1
    """How far apart the places are."""
    before: int = 0
    """How many zeros stand before the axis; fewer than none are places left out."""
    after: int = 0
    """How many stand behind it."""

    @property
    def padded(self) -> int:
        """The length of the padded axis."""
        return self.length + self.before + self.after

    @property
    def span(self) -> int:
        """From the first place that it sees to the last."""
        return (self.size - 1) * self.dilation + 1

    @property
    def count(self) -> int:
        """How many times it fits: the length of the output."""
        return (self.padded - self.span) // self.stride + 1

    @property
    def trivial(self) -> bool:
        """Whether it sees each place once, alone and in order."""
        return self.size == 1 and self.stride == 1 and self.before == 0 and self.after == 0

    def reach(self, first: int, stop: int) -> tuple[int, int]:
        """Give the places that the windows from ``first`` to before ``stop`` lie over, on the axis without padding."""
        return first * self.stride - self.before, (stop - 1) * self.stride - self.before + self.span

    def part(self, first: int, stop: int) -> Window:
        """Give the window that sees, as many times, only the places from ``first`` to before ``stop``."""
        before = self.before - first * self.dilation
        span = (stop - first - 1) * self.dilation + 1
        after = (self.count - 1) * self.stride + span - self.length - before
        return Window(self.length, stop - first, self.stride, self.dilation, before, after)


def same_margin(length: int, span: int, stride: int) -> tuple[int, int]:
    """Pad so that there are ``length / stride`` windows, rounded up; Keras's rule: an odd zero goes to the end.

    >>> same_margin(5, 3, 1), same_margin(6, 3, 2)
    ((1, 1), (0, 1))
    """
    total = max((-(-length // stride) - 1) * stride + span - length, 0)
    return total // 2, total - total // 2


def slide(
    lengths: Sequence[int],
    sizes: Sizes,
    strides: Sizes,
    padding: Margins | Rule,
    dilations: Sizes = 1,
    *,
    parameter: str = "kernel_size",
) -> tuple[Window, ...]:
    """Let windows slide over axes.

    Parameters
    ----------
    lengths
        Of each axis, without padding.
    parameter
        What the size is called, for the error.

    Raises
    ------
    Misfit
        If a window is larger than the padded axis.
    """
    axes = len(lengths)
    each = zip(lengths, each_axis(sizes, axes), each_axis(strides, axes), each_axis(dilations, axes), strict=True)
    unpadded = [Window(*one) for one in each]
    if padding == "same":
        margins = tuple(same_margin(one.length, one.span, one.stride) for one in unpadded)
    else:
        margins = each_margin(0 if isinstance(padding, str) else padding, axes)
    windows = tuple(
        Window(one.length, one.size, one.stride, one.dilation, *margin)
        for one, margin in zip(unpadded, margins, strict=True)
    )
    for window in windows:
        _check_fit(window, parameter)
    return windows


def over(
    shape: Shape, data_format: DataFormat, windows: Callable[[tuple[int, ...]], tuple[Window, ...]]
) -> tuple[Window, ...]:
    """Let windows slide over a batch of this shape.

    Raises
    ------
    Misfit
        If they are too large; it says so where they would fit channels that stand second.
    """
    if data_format == "channels_first":
        return windows(shape[2:])
    try:
        return windows(shape[1:-1])
    except Misfit as misfit:
        if _fit(shape[2:], windows):
            raise Misfit(f"{misfit}: {CHANNELS_SECOND}") from None
        raise


def _fit(lengths: tuple[int, ...], windows: Callable[[tuple[int, ...]], tuple[Window, ...]]) -> bool:
    try:
        windows(lengths)
    except Misfit:
        return False
    return True


def _check_fit(window: Window, parameter: str) -> None:
    if window.count < 1:
        dilated = f" (dilated to {window.span})" if window.dilation > 1 else ""
        where = "padded input" if window.padded > window.length else "input"
        raise Misfit(f"{parameter} {window.size}{dilated} does not fit the {where} of {window.padded}")


CHANNELS_SECOND = 'where the channels stand second, say "data_format": "channels_first"'
"""The hint for whoever has images as PyTorch has them."""

_AXES = {1: "length", 2: "height, width"}


def split_shape(shape: Shape, axes: int, data_format: DataFormat, reader: str) -> tuple[tuple[int, ...], int]:
    """Take a batch's shape apart: the lengths of its spatial axes, and its channels.

    Raises
    ------
    Misfit
        If it has another number of axes.
    """
    if len(shape) != axes + 2:
        last = data_format == "channels_last"
        layout = f"{_AXES[axes]}, channels" if last else f"channels, {_AXES[axes]}"
        raise Misfit(f"{reader} reads (samples, {layout}), got the shape {shape}")
    return (shape[1:-1], shape[-1]) if data_format == "channels_last" else (shape[2:], shape[1])


def join_shape(samples: int, lengths: Sequence[int], channels: int, data_format: DataFormat) -> Shape:
    """Put a batch's shape together."""
    last = data_format == "channels_last"
    return (samples, *lengths, channels) if last else (samples, channels, *lengths)


def to_channels_last(x: Array, data_format: DataFormat) -> Array:
    """View a batch with its channels last, which is how everything is computed."""
    return x if data_format == "channels_last" else np.moveaxis(x, 1, -1)


def from_channels_last(x: Array, data_format: DataFormat) -> Array:
    """View what was computed with channels last in the layout that was asked for.

    The memory stays as it is, so that the next layer finds its channels last again.
    """
    return x if data_format == "channels_last" else np.moveaxis(x, -1, 1)
