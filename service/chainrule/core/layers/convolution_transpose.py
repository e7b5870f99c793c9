"""The transposed convolution: from few places to many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import PositiveInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.convolution import Windows, correlate, kernel_gradient, memory_needed, spread
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Misfit, Run, Step, Wanted
from chainrule.core.layers.convolution_base import (
    Convolution,
    add_bias,
    bias_gradient,
    check_groups,
    groups_dividing_filters,
    on_images,
)
from chainrule.core.layouts import Layout, Layouts
from chainrule.core.sizes import Counts2d, Sizes, each_axis, each_margin
from chainrule.core.variables import Variable, bias, kernel
from chainrule.core.windows import Window, join_shape


class Conv2DTranspose(Convolution):
    """Sends each input pixel times the kernel to the outputs around it: the adjoint of ``conv2d``.

    ``y[n, r·stride + i·dilation, c·stride + j·dilation, f] += x[n, r, c, k] · kernel[i, j, f, k]``, from which the
    padding is cut, and ``+ bias[f]``. What ``conv2d`` does backward it does forward, and the other way round:

    ``dx[n, r, c, k] = Σ grad[n, r·stride + i·dilation, …, f] · kernel[i, j, f, k]``,
    ``dkernel[i, j, f, k] = Σ grad[n, r·stride + i·dilation, …, f] · x[n, r, c, k]``, ``dbias = Σ grad``.

    ``same`` makes each length ``input · stride``, where an odd row is cut from the end; ``valid`` makes it
    ``(input - 1) · stride + max(span, stride)``, where the span is that of the dilated kernel; counted padding cuts so
    many rows of ``(input - 1) · stride + span``, as in PyTorch. The kernel is ``(height, width, filters / groups, in)``
    as in Keras.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "convtranspose": "ONNX's ConvTranspose",
        "convtranspose2d": "PyTorch's ConvTranspose2d",
        "deconvolution": "a transposed convolution",
    }
    channel_axis: ClassVar[int] = -1
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"filters": 2, "kernel_size": 3, "strides": 2}, inputs=((2, 2, 3, 2),)),
        LayerExample(
            {"filters": 3, "kernel_size": [3, 2], "strides": [2, 3], "padding": "same", "use_bias": False},
            inputs=((2, 2, 3, 4),),
        ),
        LayerExample(
            {"filters": 4, "kernel_size": 3, "strides": 2, "padding": 1, "output_padding": [1, 0], "groups": 2},
            inputs=((2, 3, 2, 2),),
        ),
        LayerExample(
            {"filters": 1, "kernel_size": 2, "padding": [[0, 1], [2, 0]], "dilation_rate": 2}
            | {"data_format": "channels_first"},
            inputs=((2, 2, 2, 3),),
        ),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "kernel": kernel("(height, width, filters / groups, in)"),
        "bias": bias("(filters,)"),
    }
    pytorch: ClassVar[Layouts] = {"weight": Layout("kernel", "(in, out, height, width)", (2, 3, 1, 0))}

    type: Literal["conv2d_transpose"] = "conv2d_transpose"
    filters: PositiveInt
    """How many channels the output has."""
    groups: PositiveInt = 1
    """Into how many parts channels and filters are split: a part's channels reach only that part's filters."""
    output_padding: Counts2d | None = None
    """How many rows and columns the output has beyond that, at the end; fewer than the stride or the dilation."""

    _groups_divide_filters = field_validator("groups")(groups_dividing_filters)

    @field_validator("output_padding")
    @classmethod
    def _is_less_than_a_step(cls, output_padding: Sizes | None, info: ValidationInfo) -> Sizes | None:
        steps = [each_axis(info.data.get(name, 1), cls.axes) for name in ("strides", "dilation_rate")]
        if any(more >= max(step) for more, *step in zip(each_axis(output_padding or 0, cls.axes), *steps, strict=True)):
            raise PydanticCustomError("output_padding", "must be less than the stride or the dilation")
        return output_padding

    def windows(self, lengths: tuple[int, ...]) -> tuple[Window, ...]:
        """Let the kernel of the ``conv2d`` slide over the output, so that it has a position for each input."""
        sizes, strides, dilations, more = (
            each_axis(value, self.axes)
            for value in (self.kernel_size, self.strides, self.dilation_rate, self.output_padding or 0)
        )
        windows = []
        for axis, count in enumerate(lengths):
            window = Window(0, sizes[axis], strides[axis], dilations[axis])
            full = (count - 1) * window.stride + window.span
            before, length = self._cut(axis, count, window)
            length += more[axis]
            if length < 1:
                raise Misfit(f"padding {self.padding} leaves nothing of an output of {full}")
            windows.append(Window(length, window.size, window.stride, window.dilation, before, full - length - before))
        return tuple(windows)

    def _cut(self, axis: int, count: int, window: Window) -> tuple[int, int]:
        """Say how much is cut before the output, and what length is left."""
        if self.padding == "same":
            return max(window.span - window.stride, 0) // 2, count * window.stride
        if self.padding == "valid":
            return 0, (count - 1) * window.stride + max(window.span, window.stride)
        before, after = each_margin(self.padding, self.axes)[axis]
        return before, (count - 1) * window.stride + window.span - before - after

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        lengths, channels = self.split(shape)
        check_groups(self.groups, channels)
        return join_shape(shape[0], [one.length for one in self.windows(lengths)], self.filters, self.data_format)

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        _, channels = self.split(inputs[0])
        kernel = (*each_axis(self.kernel_size, self.axes), self.filters // self.groups, channels)
        return {"kernel": kernel, "bias": (self.filters,)} if self.use_bias else {"kernel": kernel}

    def flops(self, *inputs: Shape) -> int:
        """Count ``2 · inputs · kernel's height and width · filters that a channel reaches``."""
        return 2 * size_of(inputs[0]) * size_of(each_axis(self.kernel_size, self.axes)) * (self.filters // self.groups)

    def extra_numbers(self, *inputs: Shape) -> int:
        lengths, channels = self.split(inputs[0])
        return memory_needed(inputs[0][0], self.filters, channels, on_images(self.windows(lengths)))

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        images = self.images(x)
        y = spread(images, self._kernel(weights), self._windows(images))
        if self.use_bias:
            add_bias(y, weights["bias"])
        return Step(self.from_images(y), x)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        images, grad = self.images(cache), self.images(grad)
        windows = self._windows(images)
        dx = self.from_images(correlate(grad, self._kernel(weights), windows)) if wanted.inputs else None
        if not wanted.weights:
            return Gradients((dx,))
        dkernel = kernel_gradient(grad, images, windows, self.groups)
        gradients = {"kernel": dkernel.reshape(weights["kernel"].shape)}
        if self.use_bias:
            gradients["bias"] = bias_gradient(grad)
        return Gradients((dx,), gradients)

    def _windows(self, images: Array) -> Windows:
        return on_images(self.windows(images.shape[1:3]))

    def _kernel(self, weights: Weights) -> Array:
        """View the kernel as that of the ``conv2d``: ``(height, width, filters of a group, groups, channels)``."""
        kernel = weights["kernel"]
        return kernel.reshape(*kernel.shape[:3], self.groups, -1)
