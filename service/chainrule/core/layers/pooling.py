"""Images and sequences made smaller by windows that see the largest number, or the average."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core import pooling
from chainrule.core.arrays import Array, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Run, Step, Wanted
from chainrule.core.layers.pooling_base import Pooling, SequencePooling
from chainrule.core.windows import Window


class _Largest(Pooling):
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
        "max_pooling": "for images, it",
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


class MaxPooling1D(SequencePooling, _Largest):
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


class _Average(Pooling):
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
        "average_pooling": "for images, it",
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


class AveragePooling1D(SequencePooling, _Average):
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
