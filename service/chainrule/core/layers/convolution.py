"""Convolutions: the same small kernel at every place of an image or a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import PositiveInt, field_validator

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.convolution import Windows, correlate, kernel_gradient, memory_needed, spread
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Run, Step, Wanted
from chainrule.core.layers.convolution_base import (
    Convolution,
    add_bias,
    bias_gradient,
    check_groups,
    groups_dividing_filters,
    on_images,
)
from chainrule.core.layouts import Layout, Layouts
from chainrule.core.sizes import Padding1d, Sizes1d, each_axis
from chainrule.core.variables import Variable, bias, kernel
from chainrule.core.windows import Window, join_shape, over, slide


class _Sliding(Convolution):
    """A convolution whose output has a position for each place of the kernel."""

    def groups_of(self, channels: int) -> int:
        """Into how many parts the channels are split, none of which sees another."""
        raise NotImplementedError

    def filters_of(self, channels: int) -> int:
        """How many channels the output has."""
        raise NotImplementedError

    def windows(self, lengths: tuple[int, ...]) -> tuple[Window, ...]:
        """Let the kernel slide over the input."""
        return slide(lengths, self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        _, channels = self.split(shape)
        check_groups(self.groups_of(channels), channels)
        counts = [window.count for window in over(shape, self.data_format, self.windows)]
        return join_shape(shape[0], counts, self.filters_of(channels), self.data_format)

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        _, channels = self.split(inputs[0])
        filters = self.filters_of(channels)
        kernel = (*each_axis(self.kernel_size, self.axes), channels // self.groups_of(channels), filters)
        return {"kernel": kernel, "bias": (filters,)} if self.use_bias else {"kernel": kernel}

    def flops(self, *inputs: Shape) -> int:
        """Count ``2 · outputs · kernel's height and width · channels that a filter sees``."""
        _, channels = self.split(inputs[0])
        kernel = size_of(each_axis(self.kernel_size, self.axes)) * (channels // self.groups_of(channels))
        return 2 * size_of(self.output_shape(*inputs)) * kernel

    def extra_numbers(self, *inputs: Shape) -> int:
        lengths, channels = self.split(inputs[0])
        return memory_needed(inputs[0][0], channels, self.filters_of(channels), on_images(self.windows(lengths)))

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        images = self.images(x)
        y = correlate(images, self._kernel(images, weights), self._windows(images))
        if self.use_bias:
            add_bias(y, weights["bias"])
        return Step(self.from_images(y), x)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        images, grad = self.images(cache), self.images(grad)
        kernel, windows = self._kernel(images, weights), self._windows(images)
        dx = self.from_images(spread(grad, kernel, windows)) if wanted.inputs else None
        if not wanted.weights:
            return Gradients((dx,))
        dkernel = kernel_gradient(images, grad, windows, groups=kernel.shape[3])
        gradients = {"kernel": dkernel.reshape(weights["kernel"].shape)}
        if self.use_bias:
            gradients["bias"] = bias_gradient(grad)
        return Gradients((dx,), gradients)

    def _windows(self, images: Array) -> Windows:
        return on_images(self.windows(images.shape[3 - self.axes : 3]))

    def _kernel(self, images: Array, weights: Weights) -> Array:
        """View the kernel as ``(height, width, channels of a group, groups, filters of a group)``."""
        rows, columns = self._windows(images)
        groups = self.groups_of(images.shape[3])
        return weights["kernel"].reshape(rows.size, columns.size, images.shape[3] // groups, groups, -1)


class _WithFilters(_Sliding):
    """A convolution that says how many filters it has."""

    filters: PositiveInt
    """How many channels the output has."""
    groups: PositiveInt = 1
    """Into how many parts channels and filters are split: a part's filters see only that part's channels."""

    _groups_divide_filters = field_validator("groups")(groups_dividing_filters)

    def groups_of(self, channels: int) -> int:
        return self.groups

    def filters_of(self, channels: int) -> int:
        return self.filters


class Conv2D(_WithFilters):
    """Slides a kernel over images: each output is the sum of what the kernel sees times the kernel, plus a bias.

    ``y[n, r, c, f] = Σ x[n, r·stride + i·dilation, c·stride + j·dilation, k] · kernel[i, j, k, f] + bias[f]`` over the
    padded image. An entry of the kernel serves every position, so that its gradient is the sum over all of them; a
    pixel is seen by many windows, so that its gradient is the sum of what they send back:

    ``dkernel[i, j, k, f] = Σ x[n, r·stride + i·dilation, …, k] · grad[n, r, c, f]``, ``dbias = Σ grad``,
    ``dx[n, r·stride + i·dilation, …, k] += grad[n, r, c, f] · kernel[i, j, k, f]``.

    The kernel is ``(height, width, in / groups, filters)`` as in Keras, for both data formats; PyTorch's is
    ``(out, in, height, width)``. ``same`` with a stride pads as Keras does; PyTorch has no such padding.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"conv": "ONNX's Conv", "convolution2d": "a convolution of images"}
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"filters": 2, "kernel_size": 2}, inputs=((2, 4, 3, 2),)),
        LayerExample(
            {"filters": 6, "kernel_size": [2, 3], "strides": 2, "padding": "same", "use_bias": False},
            inputs=((2, 5, 4, 5),),
        ),
        LayerExample(
            {"filters": 4, "kernel_size": 3, "padding": [[1, 0], [2, 1]], "groups": 2}, inputs=((2, 3, 4, 4),)
        ),
        LayerExample(
            {
                "filters": 4,
                "kernel_size": 3,
                "strides": [1, 2],
                "padding": 1,
                "dilation_rate": [1, 2],
                "data_format": "channels_first",
            },
            inputs=((2, 2, 4, 6),),
        ),
        LayerExample({"filters": 4, "kernel_size": 1, "groups": 2}, inputs=((2, 2, 2, 2),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "kernel": kernel("(height, width, in / groups, filters)"),
        "bias": bias("(filters,)"),
    }
    pytorch: ClassVar[Layouts] = {"weight": Layout("kernel", "(out, in, height, width)", (2, 3, 1, 0))}

    type: Literal["conv2d"] = "conv2d"


class Conv1D(_WithFilters):
    """Slides a kernel along sequences: each output is the sum of what the kernel sees times the kernel, plus a bias.

    ``y[n, t, f] = Σ x[n, t·stride + i·dilation, k] · kernel[i, k, f] + bias[f]``; the gradients are those of
    ``conv2d`` with one row. The kernel is ``(size, in / groups, filters)`` for both data formats.
    """

    axes: ClassVar[int] = 1
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"filters": 3, "kernel_size": 2, "strides": [2], "padding": "same"}, inputs=((2, 7, 2),)),
        LayerExample(
            {
                "filters": 4,
                "kernel_size": [3],
                "padding": [[0, 2]],
                "dilation_rate": 2,
                "groups": 2,
                "use_bias": False,
                "data_format": "channels_first",
            },
            inputs=((2, 4, 6),),
        ),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "kernel": kernel("(size, in / groups, filters)"),
        "bias": bias("(filters,)"),
    }
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "padding": {"causal": "it is [[(kernel_size - 1) · dilation_rate, 0]]"}
    }
    pytorch: ClassVar[Layouts] = {"weight": Layout("kernel", "(out, in, length)", (2, 1, 0))}

    type: Literal["conv1d"] = "conv1d"
    kernel_size: Sizes1d
    """How many places the kernel spans."""
    strides: Sizes1d = 1
    """How far it moves from one output to the next."""
    padding: Padding1d = "valid"
    """Zeros around the sequence: none (``valid``), as many as keep its length where the stride is 1 (``same``), or
    counted; an odd zero of ``same`` goes to the end."""
    dilation_rate: Sizes1d = 1
    """How far apart the places are that the kernel sees."""


class DepthwiseConv2D(_Sliding):
    """Slides a kernel of its own over each channel of images, so that channels do not mix.

    ``y[n, r, c, k·multiplier + m] = Σ x[n, r·stride + i·dilation, c·stride + j·dilation, k] · kernel[i, j, k, m]
    + bias``: a ``conv2d`` with as many groups as channels, and its gradients. The kernel is
    ``(height, width, in, multiplier)`` as in Keras.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"kernel_size": 2}, inputs=((2, 4, 3, 3),)),
        LayerExample(
            {"kernel_size": [3, 2], "strides": [1, 2], "padding": "same", "depth_multiplier": 2, "use_bias": False},
            inputs=((2, 4, 5, 3),),
        ),
        LayerExample(
            {"kernel_size": 2, "padding": 1, "dilation_rate": 2, "data_format": "channels_first"},
            inputs=((2, 2, 3, 4),),
        ),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "kernel": kernel("(height, width, in, depth_multiplier)"),
        "bias": bias("(in · depth_multiplier,)"),
    }
    pytorch: ClassVar[Layouts] = {
        "weight": Layout("kernel", "(in · multiplier, 1, height, width)", (2, 3, 0, 1), joined=True)
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "groups": "leave it out: each channel is a group of its own",
        "filters": 'say "depth_multiplier", how many filters each channel has',
        "out_channels": 'say "depth_multiplier", how many filters each channel has',
    }

    type: Literal["depthwise_conv2d"] = "depthwise_conv2d"
    depth_multiplier: PositiveInt = 1
    """How many filters each channel has."""

    def groups_of(self, channels: int) -> int:
        return channels

    def filters_of(self, channels: int) -> int:
        return channels * self.depth_multiplier

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        _, channels = self.split(inputs[0])
        kernel = (*each_axis(self.kernel_size, self.axes), channels, self.depth_multiplier)
        return super().weight_shapes(*inputs) | {"kernel": kernel}
