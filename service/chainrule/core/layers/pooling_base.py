"""What all poolings have in common: windows that slide over images or sequences, as these lie in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from chainrule.core import pooling
from chainrule.core.arrays import Array, Shape
from chainrule.core.layer import Layer, Misfit
from chainrule.core.sizes import DATA_FORMATS, PADDINGS, DataFormat, Padding1d, Padding2d, Sizes1d, Sizes2d
from chainrule.core.windows import Window, from_channels_last, join_shape, over, slide, split_shape, to_channels_last


class OnChannels(Layer):
    """A function of the image, or the sequence, that each channel has.

    It is computed on arrays as they lie in memory, with their channels last or first.
    """

    axes: ClassVar[int] = 2
    """How many axes an image has."""

    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {"data_format": DATA_FORMATS}

    data_format: DataFormat = "channels_last"
    """Where inputs have their channels."""

    def split(self, shape: Shape) -> tuple[tuple[int, ...], int]:
        """Take an input's shape apart: lengths and channels."""
        return split_shape(shape, self.axes, self.data_format, self.type)

    def lies_last(self, x: Array) -> bool:
        """Whether the channels lie last in memory, wherever they stand."""
        last = to_channels_last(x, self.data_format)
        return last is x or (last.flags.c_contiguous and not x.flags.c_contiguous)

    def laid(self, x: Array, *, last: bool) -> Array:
        """Give the array with its channels last or first, contiguous."""
        return np.ascontiguousarray(to_channels_last(x, self.data_format) if last else x)

    def restored(self, y: Array, *, last: bool) -> Array:
        """Give what was computed in the layer's data format."""
        return from_channels_last(y, self.data_format) if last else y

    def image_axes(self, *, last: bool) -> tuple[int, ...]:
        """Name the axes of an image."""
        return tuple(range(1, 1 + self.axes) if last else range(2, 2 + self.axes))


class Pooling(OnChannels):
    """Windows that slide over images, each with one number for what it sees."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = {"kernel_size": "pool_size", "stride": "strides"}
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {"padding": PADDINGS}

    pool_size: Sizes2d = 2
    """How many places a window spans along each axis."""
    strides: Sizes2d | None = None
    """How far it moves from one output to the next; if not given, as far as it spans."""
    padding: Padding2d = "valid"
    """What is put around images: nothing (``valid``), what keeps their size at a stride of 1 (``same``), or counted.

    ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd place goes to the
    end. A whole number goes on all sides, as in PyTorch.
    """

    def resolved(self) -> dict[str, Any]:
        return {"strides": self.pool_size if self.strides is None else self.strides}

    def windows(self, lengths: tuple[int, ...]) -> tuple[Window, ...]:
        """Let the windows slide over the input."""
        windows = slide(lengths, self.pool_size, self.resolved()["strides"], self.padding, parameter="pool_size")
        for window in windows:
            padding = max(window.before, window.after)
            if padding >= window.size:
                raise Misfit(f"pool_size {window.size} with padding {padding} has windows that see nothing but padding")
        # a stride beyond the axis is as good as one to its end, and needs no large numbers
        return tuple(replace(window, stride=min(window.stride, window.padded)) for window in windows)

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        _, channels = self.split(shape)
        counts = [one.count for one in over(shape, self.data_format, self.windows)]
        return join_shape(shape[0], counts, channels, self.data_format)

    def extra_numbers(self, *inputs: Shape) -> int:
        lengths, channels = self.split(inputs[0])
        return pooling.memory_needed(inputs[0][0] * channels, self.windows(lengths))

    def sliding(self, shape: Shape, *, last: bool) -> dict[int, Window]:
        """Say which axes of an array of this shape windows slide along, as it lies in memory."""
        axes = self.image_axes(last=last)
        return dict(zip(axes, self.windows(tuple(shape[axis] for axis in axes)), strict=True))


class SequencePooling(Pooling):
    """Windows that slide along sequences."""

    axes: ClassVar[int] = 1

    pool_size: Sizes1d = 2
    """How many places a window spans."""
    strides: Sizes1d | None = None
    """How far it moves from one output to the next; if not given, as far as it spans."""
    padding: Padding1d = "valid"
    """What is put around the sequence: nothing (``valid``), what keeps its length at a stride of 1 (``same``), or
    counted; an odd place of ``same`` goes to the end."""
