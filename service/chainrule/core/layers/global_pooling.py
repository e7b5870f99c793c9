"""Images made one number for each channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.lanes import Lanes
from chainrule.core.layer import EVERYTHING, Gradients, Run, Step, Wanted
from chainrule.core.layers.pooling_base import OnChannels
from chainrule.core.windows import join_shape


class _GlobalPooling(OnChannels):
    """A number for what each channel has of an image."""

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((2, 2, 3, 2),)),
        LayerExample({"keepdims": True, "data_format": "channels_first"}, inputs=((2, 2, 3, 2),)),
    )

    keepdims: bool = False
    """Whether the output still has axes for rows and columns, of length 1."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        _, channels = self.split(shape)
        return join_shape(shape[0], (1, 1), channels, self.data_format) if self.keepdims else (shape[0], channels)


class GlobalAveragePooling2D(_GlobalPooling):
    """Takes the average of each channel of an image; every number gets the same share of the gradient."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "adaptive_avg_pool2d": "with one output, PyTorch's adaptive_avg_pool2d",
        "adaptiveavgpool2d": "with one output, PyTorch's AdaptiveAvgPool2d",
        "globalaveragepool": "ONNX's GlobalAveragePool",
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "output_size": "leave it out: there is one number a channel",
    }

    type: Literal["global_average_pooling2d"] = "global_average_pooling2d"

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        lanes = Lanes.of(x, -1 if self.data_format == "channels_last" else 1, together=False)
        y = lanes.sums(lanes.view(x)) / lanes.count
        return Step(y.reshape(self.output_shape(x.shape)), lanes)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        lanes = cache
        dx = np.empty(lanes.shape, grad.dtype)
        dx[...] = lanes.spread(grad / lanes.count)
        return Gradients((lanes.restore(dx),))


class GlobalMaxPooling2D(_GlobalPooling):
    """Takes the largest number of each channel of an image; the gradient goes to the place where it was.

    Of equal numbers the first in row-major order gets it.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "adaptive_max_pool2d": "with one output, PyTorch's adaptive_max_pool2d",
        "adaptivemaxpool2d": "with one output, PyTorch's AdaptiveMaxPool2d",
        "globalmaxpool": "ONNX's GlobalMaxPool",
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "output_size": "leave it out: there is one number a channel",
    }

    type: Literal["global_max_pooling2d"] = "global_max_pooling2d"

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        places, axis = self._places(x)
        y = places.max(axis=axis, keepdims=True)
        return Step(y.reshape(self.output_shape(x.shape)), (x, y))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, y = cache
        places, axis = self._places(x)
        dx = np.zeros(places.shape, grad.dtype)
        first = (places == y).argmax(axis=axis, keepdims=True)
        np.put_along_axis(dx, first, grad.reshape(y.shape), axis)
        last = self.lies_last(x)
        return Gradients((self.restored(dx.reshape(self.laid(x, last=last).shape), last=last),))

    def _places(self, x: Array) -> tuple[Array, int]:
        """View the places of each image in one row, and give its axis."""
        last = self.lies_last(x)
        images = self.laid(x, last=last)
        samples, *shape = images.shape
        return (images.reshape(samples, -1, shape[-1]), 1) if last else (images.reshape(samples, shape[0], -1), 2)
