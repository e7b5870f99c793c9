"""Zeros around images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, Step, Wanted
from chainrule.core.sizes import DataFormat, Margins2d, each_margin
from chainrule.core.windows import from_channels_last, join_shape, split_shape, to_channels_last


class ZeroPadding2D(Layer):
    """Puts rows and columns of zeros around images.

    The gradient is the part of the output's that lies over the image.
    """

    moves_numbers: ClassVar[bool] = True
    elsewhere: ClassVar[Mapping[str, str]] = {"zeropad2d": "PyTorch's ZeroPad2d", "pad": "ONNX's Pad"}
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"padding": 2}, inputs=((2, 2, 3, 2),)),
        LayerExample({"padding": [[1, 0], [0, 2]], "data_format": "channels_first"}, inputs=((2, 1, 3, 2),)),
    )

    type: Literal["zero_padding2d"] = "zero_padding2d"
    padding: Margins2d = 1
    """How many rows and columns: one number for all four sides, or ``[[top, bottom], [left, right]]``."""
    data_format: DataFormat = "channels_last"
    """Where images have their channels."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        lengths, channels = split_shape(shape, 2, self.data_format, self.type)
        margins = each_margin(self.padding, 2)
        padded = [before + length + after for length, (before, after) in zip(lengths, margins, strict=True)]
        return join_shape(shape[0], padded, channels, self.data_format)

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        y = np.zeros(self.output_shape(x.shape), x.dtype)
        self._inside(y)[...] = x
        return Step(y)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((self._inside(grad),))

    def _inside(self, padded: Array) -> Array:
        """View the part of padded images that holds the images themselves."""
        last = to_channels_last(padded, self.data_format)
        (top, bottom), (left, right) = each_margin(self.padding, 2)
        _, height, width, _ = last.shape
        return from_channels_last(last[:, top : height - bottom, left : width - right], self.data_format)
