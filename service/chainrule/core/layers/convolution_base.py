"""What all convolutions have in common: their parameters, and how they see images and sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from chainrule.core.activations import AnyActivation
from chainrule.core.arrays import Array, Shape
from chainrule.core.convolution import Windows
from chainrule.core.initializers import AnyInitializer
from chainrule.core.initializers.constants import Zeros
from chainrule.core.initializers.scaled import GlorotUniform
from chainrule.core.layer import Layer, Misfit
from chainrule.core.regularizers import AnyRegularizer
from chainrule.core.sizes import DATA_FORMATS, PADDINGS, DataFormat, Padding2d, Sizes2d
from chainrule.core.windows import CHANNELS_SECOND, Window, from_channels_last, split_shape, to_channels_last


class Convolution(Layer):
    """A kernel that is applied at every place of an image; a sequence is an image of one row."""

    axes: ClassVar[int] = 2
    """How many axes the kernel slides along."""
    channel_axis: ClassVar[int] = -2
    """The axis of the kernel that has the input's channels."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "out_channels": "filters",
        "stride": "strides",
        "dilation": "dilation_rate",
        "bias": "use_bias",
        "padding_mode": "leave it out: padding is always zeros",
    }
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "padding": PADDINGS,
        "data_format": DATA_FORMATS,
    }

    kernel_size: Sizes2d
    """How many places the kernel spans along each axis."""
    strides: Sizes2d = 1
    """How far it moves from one output to the next."""
    padding: Padding2d = "valid"
    """Zeros around the image: none (``valid``), as many as keep its size where the stride is 1 (``same``), or counted.

    ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd zero goes to the
    end. A whole number goes on all sides, as in PyTorch.
    """
    dilation_rate: Sizes2d = 1
    """How far apart the places are that the kernel sees."""
    data_format: DataFormat = "channels_last"
    """Where inputs and outputs have their channels; the kernel has the same layout for both."""
    use_bias: bool = True
    """Whether a bias is added to each filter's output."""
    activation: AnyActivation | None = None
    """A function of the result: the same as that activation as the next layer."""
    kernel_initializer: AnyInitializer = GlorotUniform()
    """What the kernel starts as: ``/initialize`` draws it."""
    bias_initializer: AnyInitializer = Zeros()
    """What the bias starts as."""
    kernel_regularizer: AnyRegularizer | None = None
    """A penalty on the kernel, added to the loss."""
    bias_regularizer: AnyRegularizer | None = None
    """A penalty on the bias, added to the loss."""

    def split(self, shape: Shape) -> tuple[tuple[int, ...], int]:
        """Take an input's shape apart: lengths and channels."""
        return split_shape(shape, self.axes, self.data_format, self.type)

    def hint(self, weight: str, wanted: Shape, got: Shape) -> str:
        """Guess at images with their channels first, from a kernel with another number of channels."""
        if weight != "kernel" or len(got) != len(wanted) or self.data_format == "channels_first":
            return ""
        differing = [axis for axis in range(-len(wanted), 0) if wanted[axis] != got[axis]]
        return f": {CHANNELS_SECOND}" if differing == [self.channel_axis] else ""

    def images(self, x: Array) -> Array:
        """View a batch as images with their channels last."""
        last = to_channels_last(x, self.data_format)
        return last if self.axes == 2 else last[:, np.newaxis]

    def from_images(self, images: Array) -> Array:
        """View images with their channels last as a batch of the layer's layout."""
        return from_channels_last(images if self.axes == 2 else images[:, 0], self.data_format)


def on_images(windows: tuple[Window, ...]) -> Windows:
    """Give the windows along rows and columns."""
    if len(windows) == 1:
        return Window(1, 1), windows[0]
    rows, columns = windows
    return rows, columns


def groups_dividing_filters(groups: int, info: ValidationInfo) -> int:
    """Refuse groups that would not have equally many filters: a validator of the field ``groups``."""
    filters = info.data.get("filters", groups)
    if filters % groups:
        raise PydanticCustomError("groups", f"must divide the {filters} filters")
    return groups


def check_groups(groups: int, channels: int) -> None:
    """Refuse groups that do not have equally many of the input's channels.

    Raises
    ------
    Misfit
        With both numbers.
    """
    if channels % groups:
        raise Misfit(f"groups {groups} does not divide the input's {channels} channels")


def add_bias(y: Array, bias: Array) -> None:
    """Add a number to each channel of fresh images, in place, a whole row at a time."""
    samples, rows, columns, channels = y.shape
    flat = y.reshape(samples * rows, columns * channels)
    flat += np.tile(bias, columns)


def bias_gradient(grad: Array) -> Array:
    """Sum over samples, rows and columns, whole rows first, which is fast and loses fewer digits."""
    return np.add.reduce(np.add.reduce(grad, axis=(0, 1)), axis=0)
