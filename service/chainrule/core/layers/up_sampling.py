"""Images made larger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, Step, Wanted
from chainrule.core.sizes import DataFormat, Sizes2d, each_axis
from chainrule.core.windows import from_channels_last, join_shape, split_shape, to_channels_last


class UpSampling2D(Layer):
    """Makes images a whole number of times larger, by repeating pixels or by drawing lines between them.

    ``nearest`` repeats each pixel, so that its gradient is the sum of its copies' gradients. ``bilinear`` takes pixels
    as the middles of squares (PyTorch's ``align_corners=False``, and Keras): place ``i · size + q`` of the output lies
    at ``i + t`` with ``t = (q + 1/2) / size - 1/2``, and gets ``(1 - |t|)`` of pixel ``i`` and ``|t|`` of its
    neighbour on that side; at the border the pixel is its own neighbour. The gradient goes back by the same shares.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"upsample": "PyTorch's Upsample", "resize": "ONNX's Resize"}
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"size": [3, 2]}, inputs=((2, 2, 3, 2),)),
        LayerExample({"interpolation": "bilinear", "data_format": "channels_first"}, inputs=((2, 1, 2, 3),)),
        LayerExample({"interpolation": "bilinear", "size": [1, 3]}, inputs=((2, 2, 1, 2),)),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "scale_factor": "size",
        "mode": "interpolation",
    }

    type: Literal["up_sampling2d"] = "up_sampling2d"
    size: Sizes2d = 2
    """How many times as many rows and columns there are."""
    interpolation: Literal["nearest", "bilinear"] = "nearest"
    """Whether pixels are repeated (``nearest``) or joined by straight lines (``bilinear``)."""
    data_format: DataFormat = "channels_last"
    """Where images have their channels."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        lengths, channels = split_shape(shape, 2, self.data_format, self.type)
        longer = [length * size for length, size in zip(lengths, each_axis(self.size, 2), strict=True)]
        return join_shape(shape[0], longer, channels, self.data_format)

    def extra_numbers(self, *inputs: Shape) -> int:
        """Count the images of which only the rows are stretched, and their neighbours, if lines are drawn."""
        return 3 * size_of(inputs[0]) * each_axis(self.size, 2)[0] if self.interpolation == "bilinear" else 0

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        images = to_channels_last(x, self.data_format)
        down, right = each_axis(self.size, 2)
        if self.interpolation == "nearest":
            samples, height, width, channels = images.shape
            apart = images[:, :, np.newaxis, :, np.newaxis]
            y = np.broadcast_to(apart, (samples, height, down, width, right, channels))
            y = y.reshape(samples, height * down, width * right, channels)
        else:
            y = _stretched(_stretched(images, 1, down), 2, right)
        return Step(from_channels_last(y, self.data_format))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        images = to_channels_last(grad, self.data_format)
        down, right = each_axis(self.size, 2)
        if self.interpolation == "nearest":
            samples, height, width, channels = images.shape
            copies = images.reshape(samples, height // down, down, width // right, right, channels)
            dx = np.add.reduce(copies, axis=(2, 4))
        else:
            dx = _gathered(_gathered(images, 2, right), 1, down)
        return Gradients((from_channels_last(dx, self.data_format),))


def _stretched(x: Array, axis: int, size: int) -> Array:
    """Draw lines between the neighbours along an axis."""
    flat = _with_axis_in_the_middle(x, axis)
    own, other = _shares(size, x.dtype)
    half = size // 2
    y = flat[:, :, np.newaxis] * own  # (before, length, size, after)
    y[:, :, :half] += _neighbours(flat, -1)[:, :, np.newaxis] * other[:half]
    y[:, :, half:] += _neighbours(flat, 1)[:, :, np.newaxis] * other[half:]
    return y.reshape(*x.shape[:axis], -1, *x.shape[axis + 1 :])


def _gathered(grad: Array, axis: int, size: int) -> Array:
    """Send back along an axis what ``_stretched`` has sent."""
    shape = (*grad.shape[:axis], grad.shape[axis] // size, *grad.shape[axis + 1 :])
    flat = _with_axis_in_the_middle(grad, axis)
    apart = flat.reshape(len(flat), shape[axis], size, -1)
    own, other = (share[:, 0] for share in _shares(size, grad.dtype))
    half = size // 2
    dx = np.einsum("alqb,q->alb", apart, own)
    to_previous = np.einsum("alqb,q->alb", apart[:, :, :half], other[:half])
    to_next = np.einsum("alqb,q->alb", apart[:, :, half:], other[half:])
    dx[:, :-1] += to_previous[:, 1:]
    dx[:, :1] += to_previous[:, :1]
    dx[:, 1:] += to_next[:, :-1]
    dx[:, -1:] += to_next[:, -1:]
    return dx.reshape(shape)


def _shares(size: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Give the share of the pixel itself and that of its neighbour, for each of ``size`` places: ``(size, 1)``."""
    other = np.abs((np.arange(size, dtype=np.float64)[:, np.newaxis] + 0.5) / size - 0.5)
    return (1 - other).astype(dtype), other.astype(dtype)


def _neighbours(flat: Array, step: int) -> Array:
    """Give each place's neighbour along the middle axis: the one before (-1) or behind (1); at the end, itself."""
    border = flat[:, :1] if step < 0 else flat[:, -1:]
    return np.concatenate((border, flat[:, :-1]) if step < 0 else (flat[:, 1:], border), axis=1)


def _with_axis_in_the_middle(x: Array, axis: int) -> Array:
    return x.reshape(size_of(x.shape[:axis]), x.shape[axis], size_of(x.shape[axis + 1 :]))
