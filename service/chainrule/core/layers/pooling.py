"""Images and sequences made smaller by windows that see the largest number, or the average."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core import pooling
from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted
from chainrule.core.sizes import DataFormat, Padding1d, Padding2d, Sizes1d, Sizes2d
from chainrule.core.windows import Window, from_channels_last, join_shape, slide, split_shape, to_channels_last


class OnChannels(Layer):
    """A function of the image, or the sequence, that each channel has.

    It is computed on arrays as they lie in memory, with their channels last or first.
    """

    axes: ClassVar[int] = 2
    """How many axes an image has."""

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


class _Pooling(OnChannels):
    """Windows that slide over images, each with one number for what it sees."""

    pool_size: Sizes2d = 2
    """How many places a window spans along each axis."""
    strides: Sizes2d | None = None
    """How far it moves from one output to the next; if not given, as far as it spans."""
    padding: Padding2d = "valid"
    """What is put around images: nothing (``valid``), what keeps their size at a stride of 1 (``same``), or counted.

    ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd place goes to the
    end. A whole number goes on all sides, as in PyTorch.
    """

    def windows(self, lengths: tuple[int, ...]) -> tuple[Window, ...]:
        """Let the windows slide over the input."""
        strides = self.pool_size if self.strides is None else self.strides
        windows = slide(lengths, self.pool_size, strides, self.padding, parameter="pool_size")
        for window in windows:
            padding = max(window.before, window.after)
            if padding >= window.size:
                raise Misfit(f"pool_size {window.size} with padding {padding} has windows that see nothing but padding")
        # a stride beyond the axis is as good as one to its end, and needs no large numbers
        return tuple(replace(window, stride=min(window.stride, window.padded)) for window in windows)

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        lengths, channels = self.split(shape)
        return join_shape(shape[0], [one.count for one in self.windows(lengths)], channels, self.data_format)

    def extra_numbers(self, *inputs: Shape) -> int:
        lengths, channels = self.split(inputs[0])
        return pooling.memory_needed(inputs[0][0] * channels, self.windows(lengths))

    def sliding(self, shape: Shape, *, last: bool) -> dict[int, Window]:
        """Say which axes of an array of this shape windows slide along, as it lies in memory."""
        axes = self.image_axes(last=last)
        return dict(zip(axes, self.windows(tuple(shape[axis] for axis in axes)), strict=True))


class _Sequences(_Pooling):
    """Windows that slide along sequences."""

    axes: ClassVar[int] = 1

    pool_size: Sizes1d = 2
    """How many places a window spans."""
    strides: Sizes1d | None = None
    """How far it moves from one output to the next; if not given, as far as it spans."""
    padding: Padding1d = "valid"
    """What is put around the sequence: nothing (``valid``), what keeps its length at a stride of 1 (``same``), or
    counted; an odd place of ``same`` goes to the end."""


class _Largest(_Pooling):
    """Windows that take the largest number."""

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        last = self.lies_last(x)
        images = self.laid(x, last=last)
        y = pooling.largest(images, self.sliding(images.shape, last=last))
        return Step(self.restored(y, last=last), (x, y))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, y = cache
        last = self.lies_last(x)
        images, upstream = self.laid(x, last=last), self.laid(grad, last=last)
        dx = pooling.send_to_largest(upstream, images, y, self.sliding(images.shape, last=last))
        return Gradients((self.restored(dx, last=last),))


class MaxPooling2D(_Largest):
    """Takes the largest number that each window on images sees; the gradient goes to the place where it was.

    Of equal numbers the first in row-major order gets it. Padding is never the largest.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "max_pool": "ONNX's MaxPool",
        "maxpool": "ONNX's MaxPool",
        "max_pool2d": "PyTorch's max_pool2d",
        "maxpool2d": "PyTorch's MaxPool2d",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((2, 4, 5, 2),)),
        LayerExample({"pool_size": [3, 2], "strides": 1, "padding": 1}, inputs=((2, 3, 4, 2),)),
        LayerExample(
            {"pool_size": 3, "strides": [2, 1], "padding": "same", "data_format": "channels_first"},
            inputs=((2, 2, 4, 5),),
        ),
        LayerExample({"pool_size": [1, 40], "strides": 1, "padding": [[0, 0], [29, 28]]}, inputs=((2, 2, 12, 1),)),
    )

    type: Literal["max_pooling2d"] = "max_pooling2d"


class MaxPooling1D(_Sequences, _Largest):
    """Takes the largest number that each window on sequences sees; the gradient goes to the place where it was.

    Of equal numbers the first gets it. Padding is never the largest.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "max_pool1d": "PyTorch's max_pool1d",
        "maxpool1d": "PyTorch's MaxPool1d",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((2, 5, 2),)),
        LayerExample({"pool_size": [3], "strides": 1, "padding": "same"}, inputs=((2, 5, 2),)),
        LayerExample(
            {"pool_size": 3, "strides": [2], "padding": [[0, 1]], "data_format": "channels_first"}, inputs=((2, 2, 6),)
        ),
    )

    type: Literal["max_pooling1d"] = "max_pooling1d"


class _Average(_Pooling):
    """Windows that take the average."""

    count_include_pad: bool = False
    """Whether the sum is divided by the size of the window, even where some of it is padding, as in PyTorch."""

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        last = self.lies_last(x)
        images = self.laid(x, last=last)
        sliding = self.sliding(images.shape, last=last)
        y = pooling.sums(images, sliding)
        y /= self._counts(sliding, y)
        return Step(self.restored(y, last=last), (images.shape, last))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        shape, last = cache
        sliding = self.sliding(shape, last=last)
        upstream = self.laid(grad, last=last)
        dx = pooling.spread(upstream / self._counts(sliding, upstream), sliding)
        return Gradients((self.restored(dx, last=last),))

    def _counts(self, sliding: Mapping[int, Window], y: Array) -> Array:
        """Say what each sum is divided by, in a shape that is broadcast to the outputs."""
        counts = np.ones((1,) * y.ndim, y.dtype)
        for axis, window in sliding.items():
            count = np.array([window.size]) if self.count_include_pad else pooling.seen(window)
            shape = [1] * y.ndim
            shape[axis] = len(count)
            counts = counts * count.astype(y.dtype).reshape(shape)
        return counts


class AveragePooling2D(_Average):
    """Takes the average of what each window on images sees; each number gets the same share of the gradient.

    Padding does not count, as in Keras; with ``count_include_pad``, as in PyTorch, it counts as zeros.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "average_pool": "ONNX's AveragePool",
        "averagepool": "ONNX's AveragePool",
        "avg_pool2d": "PyTorch's avg_pool2d",
        "avgpool2d": "PyTorch's AvgPool2d",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((2, 4, 5, 2),)),
        LayerExample({"pool_size": [3, 2], "strides": 1, "padding": 1}, inputs=((2, 3, 4, 2),)),
        LayerExample(
            {"pool_size": 3, "strides": [2, 1], "padding": "same", "data_format": "channels_first"},
            inputs=((2, 2, 4, 5),),
        ),
        LayerExample(
            {"pool_size": [1, 40], "strides": 1, "padding": [[0, 0], [29, 28]], "count_include_pad": True},
            inputs=((2, 2, 12, 1),),
        ),
    )

    type: Literal["average_pooling2d"] = "average_pooling2d"


class AveragePooling1D(_Sequences, _Average):
    """Takes the average of what each window on sequences sees; each number gets the same share of the gradient.

    Padding does not count, as in Keras; with ``count_include_pad``, as in PyTorch, it counts as zeros.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "avg_pool1d": "PyTorch's avg_pool1d",
        "avgpool1d": "PyTorch's AvgPool1d",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((2, 5, 2),)),
        LayerExample({"pool_size": [3], "strides": 1, "padding": "same"}, inputs=((2, 5, 2),)),
        LayerExample(
            {
                "pool_size": 3,
                "strides": [2],
                "padding": [[0, 1]],
                "count_include_pad": True,
                "data_format": "channels_first",
            },
            inputs=((2, 2, 6),),
        ),
    )

    type: Literal["average_pooling1d"] = "average_pooling1d"
