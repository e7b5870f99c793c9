# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""Layers, the activations among them. What is not given is not sent, and the service's default holds.

>>> Dense(64, activation="relu")
Dense(units=64, activation='relu')
>>> dict(Conv2D(8, (3, 5), padding="same"))
{'type': 'conv2d', 'filters': 8, 'kernel_size': (3, 5), 'padding': 'same'}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ._parts import Layer, refusing
from .activations import (
    CELU,
    ELU,
    GELU,
    SELU,
    AnyActivation,
    Exponential,
    HardSigmoid,
    HardSiLU,
    HardTanh,
    Identity,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from .initializers import AnyInitializer
from .regularizers import AnyRegularizer


class Add(Layer):
    """Adds its inputs: ``y = Σ x_i``, ``dx_i = grad``: a sum passes the gradient on to every summand.

    Parameters
    ----------
    name
        Its name, unique in the network; ``add_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "add"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Average(Layer):
    """Averages its inputs: ``y = Σ x_i / n``, ``dx_i = grad / n``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``average_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "average"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class AveragePooling1D(Layer):
    """Takes the average of what each window on sequences sees; each number gets the same share of the gradient.

    Padding does not count, as in Keras; with ``count_include_pad``, as in PyTorch, it counts as zeros.

    Parameters
    ----------
    count_include_pad
        Whether the sum is divided by the size of the window, even where some of it is padding, as in PyTorch.
    pool_size
        How many places a window spans.
    strides
        How far it moves from one output to the next; if not given, as far as it spans.
    padding
        What is put around the sequence: nothing (``valid``), what keeps its length at a stride of 1 (``same``), or
        counted; an odd place of ``same`` goes to the end.
    data_format
        Where inputs have their channels.
    name
        Its name, unique in the network; ``average_pooling1d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "average_pooling1d"
    _positional: ClassVar[tuple[str, ...]] = ("pool_size",)

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        *,
        count_include_pad: bool = False,
        strides: int | Sequence[int] | None = None,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class AveragePooling2D(Layer):
    """Takes the average of what each window on images sees; each number gets the same share of the gradient.

    Padding does not count, as in Keras; with ``count_include_pad``, as in PyTorch, it counts as zeros.

    Parameters
    ----------
    count_include_pad
        Whether the sum is divided by the size of the window, even where some of it is padding, as in PyTorch.
    pool_size
        How many places a window spans along each axis.
    strides
        How far it moves from one output to the next; if not given, as far as it spans.
    padding
        What is put around images: nothing (``valid``), what keeps their size at a stride of 1 (``same``), or
        counted. ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd
        place goes to the end. A whole number goes on all sides, as in PyTorch.
    data_format
        Where inputs have their channels.
    name
        Its name, unique in the network; ``average_pooling2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "average_pooling2d"
    _positional: ClassVar[tuple[str, ...]] = ("pool_size",)

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        *,
        count_include_pad: bool = False,
        strides: int | Sequence[int] | None = None,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class BatchNormalization(Layer):
    """Brings each channel to mean 0 and variance 1 over the batch: ``y = gamma · x̂ + beta``.

    ``x̂ = (x - mean) / spread`` with ``spread = √(variance + epsilon)``. In training, mean and variance are those of the
    batch, over all axes but ``axis``; the running ones move to them, ``momentum · moving + (1 - momentum) · batch``.
    Otherwise they are the running ones, and constants.

    ``dbeta = Σ grad`` and ``dgamma = Σ grad · x̂``. In training each number moves mean and variance too, so that
    ``dx = gamma / spread · (grad - mean(grad) - x̂ · mean(grad · x̂))``; otherwise ``dx = gamma / spread · grad``.

    ``momentum`` is the share of the old value that is kept, as in Keras; PyTorch's 0.1 is 0.9 here. The variance
    divides by the count of the numbers, as in Keras and ONNX; PyTorch's running one divides by one less.

    Parameters
    ----------
    axis
        The axis of the channels; not 0, which has the samples.
    momentum
        Share of the running mean and variance that is kept in each step.
    epsilon
        What is added to the variance, so that nothing is divided by 0.
    center
        Whether ``beta`` is added.
    scale
        Whether the result is multiplied by ``gamma``.
    unbiased_moving_variance
        Whether the running variance moves to the batch's sum of squares divided by one less than their count.
    name
        Its name, unique in the network; ``batch_normalization_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "batch_normalization"
    _positional: ClassVar[tuple[str, ...]] = ("axis",)

    def __init__(
        self,
        axis: int = -1,
        *,
        momentum: float = 0.9,
        epsilon: float = 1e-05,
        center: bool = True,
        scale: bool = True,
        unbiased_moving_variance: bool = False,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Bidirectional(Layer):
    """Reads a sequence in both directions, by two layers of the same definition with weights of their own.

    The second reads from the end; its sequence is turned round, so that both stand at the same step, and the two are
    merged: one behind the other (``concat``), or by ``sum``, ``mul`` (the product) or ``ave`` (the average).

    Parameters
    ----------
    layer
        The recurrent layer that reads forward; its twin reads backward.
    merge_mode
        How the two outputs become one.
    name
        Its name, unique in the network; ``bidirectional_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "bidirectional"
    _positional: ClassVar[tuple[str, ...]] = ("layer",)

    def __init__(
        self,
        layer: GRU | LSTM | SimpleRNN | dict[str, Any],
        *,
        merge_mode: Literal["concat", "sum", "mul", "ave"] = "concat",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Concatenate(Layer):
    """Puts its inputs behind one another along an axis; the gradient is cut into their pieces again.

    Parameters
    ----------
    axis
        The axis along which the inputs may differ in length; not 0, which would mix the samples.
    name
        Its name, unique in the network; ``concatenate_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "concatenate"
    _positional: ClassVar[tuple[str, ...]] = ("axis",)

    def __init__(
        self, axis: int = -1, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class Conv1D(Layer):
    """Slides a kernel along sequences: each output is the sum of what the kernel sees times the kernel, plus a bias.

    ``y[n, t, f] = Σ x[n, t·stride + i·dilation, k] · kernel[i, k, f] + bias[f]``; the gradients are those of
    ``conv2d`` with one row. The kernel is ``(size, in / groups, filters)`` for both data formats.

    Parameters
    ----------
    filters
        How many channels the output has.
    kernel_size
        How many places the kernel spans.
    groups
        Into how many parts channels and filters are split: a part's filters see only that part's channels.
    strides
        How far it moves from one output to the next.
    padding
        Zeros around the sequence: none (``valid``), as many as keep its length where the stride is 1 (``same``), or
        counted; an odd zero of ``same`` goes to the end.
    dilation_rate
        How far apart the places are that the kernel sees.
    data_format
        Where inputs and outputs have their channels; the kernel has the same layout for both.
    use_bias
        Whether a bias is added to each filter's output.
    activation
        A function of the result: the same as that activation as the next layer.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    bias_initializer
        What the bias starts as.
    kernel_regularizer
        A penalty on the kernel, added to the loss.
    bias_regularizer
        A penalty on the bias, added to the loss.
    name
        Its name, unique in the network; ``conv1d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "conv1d"
    _positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        groups: int = 1,
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        dilation_rate: int | Sequence[int] = 1,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        use_bias: bool = True,
        activation: AnyActivation | None = None,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        bias_initializer: AnyInitializer = "zeros",
        kernel_regularizer: AnyRegularizer | None = None,
        bias_regularizer: AnyRegularizer | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Conv2D(Layer):
    """Slides a kernel over images: each output is the sum of what the kernel sees times the kernel, plus a bias.

    ``y[n, r, c, f] = Σ x[n, r·stride + i·dilation, c·stride + j·dilation, k] · kernel[i, j, k, f] + bias[f]`` over the
    padded image. An entry of the kernel serves every position, so that its gradient is the sum over all of them; a
    pixel is seen by many windows, so that its gradient is the sum of what they send back:

    ``dkernel[i, j, k, f] = Σ x[n, r·stride + i·dilation, …, k] · grad[n, r, c, f]``, ``dbias = Σ grad``,
    ``dx[n, r·stride + i·dilation, …, k] += grad[n, r, c, f] · kernel[i, j, k, f]``.

    The kernel is ``(height, width, in / groups, filters)`` as in Keras, for both data formats; PyTorch's is
    ``(out, in, height, width)``. ``same`` with a stride pads as Keras does; PyTorch has no such padding.

    Parameters
    ----------
    filters
        How many channels the output has.
    kernel_size
        How many places the kernel spans along each axis.
    groups
        Into how many parts channels and filters are split: a part's filters see only that part's channels.
    strides
        How far it moves from one output to the next.
    padding
        Zeros around the image: none (``valid``), as many as keep its size where the stride is 1 (``same``), or
        counted. ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd
        zero goes to the end. A whole number goes on all sides, as in PyTorch.
    dilation_rate
        How far apart the places are that the kernel sees.
    data_format
        Where inputs and outputs have their channels; the kernel has the same layout for both.
    use_bias
        Whether a bias is added to each filter's output.
    activation
        A function of the result: the same as that activation as the next layer.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    bias_initializer
        What the bias starts as.
    kernel_regularizer
        A penalty on the kernel, added to the loss.
    bias_regularizer
        A penalty on the bias, added to the loss.
    name
        Its name, unique in the network; ``conv2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "conv2d"
    _positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        groups: int = 1,
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        dilation_rate: int | Sequence[int] = 1,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        use_bias: bool = True,
        activation: AnyActivation | None = None,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        bias_initializer: AnyInitializer = "zeros",
        kernel_regularizer: AnyRegularizer | None = None,
        bias_regularizer: AnyRegularizer | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Conv2DTranspose(Layer):
    """Sends each input pixel times the kernel to the outputs around it: the adjoint of ``conv2d``.

    ``y[n, r·stride + i·dilation, c·stride + j·dilation, f] += x[n, r, c, k] · kernel[i, j, f, k]``, from which the
    padding is cut, and ``+ bias[f]``. What ``conv2d`` does backward it does forward, and the other way round:

    ``dx[n, r, c, k] = Σ grad[n, r·stride + i·dilation, …, f] · kernel[i, j, f, k]``,
    ``dkernel[i, j, f, k] = Σ grad[n, r·stride + i·dilation, …, f] · x[n, r, c, k]``, ``dbias = Σ grad``.

    ``same`` makes each length ``input · stride``, where an odd row is cut from the end; ``valid`` makes it
    ``(input - 1) · stride + max(span, stride)``, where the span is that of the dilated kernel; counted padding cuts so
    many rows of ``(input - 1) · stride + span``, as in PyTorch. The kernel is ``(height, width, filters / groups, in)``
    as in Keras.

    Parameters
    ----------
    filters
        How many channels the output has.
    kernel_size
        How many places the kernel spans along each axis.
    groups
        Into how many parts channels and filters are split: a part's channels reach only that part's filters.
    output_padding
        How many rows and columns the output has beyond that, at the end; fewer than the stride or the dilation.
    strides
        How far it moves from one output to the next.
    padding
        Zeros around the image: none (``valid``), as many as keep its size where the stride is 1 (``same``), or
        counted. ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd
        zero goes to the end. A whole number goes on all sides, as in PyTorch.
    dilation_rate
        How far apart the places are that the kernel sees.
    data_format
        Where inputs and outputs have their channels; the kernel has the same layout for both.
    use_bias
        Whether a bias is added to each filter's output.
    activation
        A function of the result: the same as that activation as the next layer.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    bias_initializer
        What the bias starts as.
    kernel_regularizer
        A penalty on the kernel, added to the loss.
    bias_regularizer
        A penalty on the bias, added to the loss.
    name
        Its name, unique in the network; ``conv2d_transpose_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "conv2d_transpose"
    _positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        groups: int = 1,
        output_padding: int | Sequence[int] | None = None,
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        dilation_rate: int | Sequence[int] = 1,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        use_bias: bool = True,
        activation: AnyActivation | None = None,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        bias_initializer: AnyInitializer = "zeros",
        kernel_regularizer: AnyRegularizer | None = None,
        bias_regularizer: AnyRegularizer | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Dense(Layer):
    """Mixes the last axis: ``y = x @ kernel + bias``.

    An input feeds every unit, so that its gradient is the sum of what they send back; a weight serves the whole batch,
    so that its gradient is the sum over the samples:

    ``dx = grad @ kernelᵀ``, ``dkernel = xᵀ @ grad``, ``dbias = Σ grad``.

    The kernel is ``(in, units)`` as in Keras; PyTorch's ``weight`` is its transpose.

    Parameters
    ----------
    units
        Length of the output's last axis.
    use_bias
        Whether a bias is added.
    activation
        A function of the result: the same as that activation as the next layer.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    bias_initializer
        What the bias starts as.
    kernel_regularizer
        A penalty on the kernel, added to the loss.
    bias_regularizer
        A penalty on the bias, added to the loss.
    name
        Its name, unique in the network; ``dense_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "dense"
    _positional: ClassVar[tuple[str, ...]] = ("units",)

    def __init__(
        self,
        units: int,
        *,
        use_bias: bool = True,
        activation: AnyActivation | None = None,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        bias_initializer: AnyInitializer = "zeros",
        kernel_regularizer: AnyRegularizer | None = None,
        bias_regularizer: AnyRegularizer | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class DepthwiseConv2D(Layer):
    """Slides a kernel of its own over each channel of images, so that channels do not mix.

    ``y[n, r, c, k·multiplier + m] = Σ x[n, r·stride + i·dilation, c·stride + j·dilation, k] · kernel[i, j, k, m]
    + bias``: a ``conv2d`` with as many groups as channels, and its gradients. The kernel is
    ``(height, width, in, multiplier)`` as in Keras.

    Parameters
    ----------
    kernel_size
        How many places the kernel spans along each axis.
    depth_multiplier
        How many filters each channel has.
    strides
        How far it moves from one output to the next.
    padding
        Zeros around the image: none (``valid``), as many as keep its size where the stride is 1 (``same``), or
        counted. ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd
        zero goes to the end. A whole number goes on all sides, as in PyTorch.
    dilation_rate
        How far apart the places are that the kernel sees.
    data_format
        Where inputs and outputs have their channels; the kernel has the same layout for both.
    use_bias
        Whether a bias is added to each filter's output.
    activation
        A function of the result: the same as that activation as the next layer.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    bias_initializer
        What the bias starts as.
    kernel_regularizer
        A penalty on the kernel, added to the loss.
    bias_regularizer
        A penalty on the bias, added to the loss.
    name
        Its name, unique in the network; ``depthwise_conv2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "depthwise_conv2d"
    _positional: ClassVar[tuple[str, ...]] = ("kernel_size",)

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        *,
        depth_multiplier: int = 1,
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        dilation_rate: int | Sequence[int] = 1,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        use_bias: bool = True,
        activation: AnyActivation | None = None,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        bias_initializer: AnyInitializer = "zeros",
        kernel_regularizer: AnyRegularizer | None = None,
        bias_regularizer: AnyRegularizer | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Dropout(Layer):
    """Leaves out numbers at random in training: ``y = x / (1 - rate)`` where kept, else 0; otherwise ``y = x``.

    The gradient passes where the number was kept, with the same factor. The mask is a function of the seed, the layer
    and the row, so that ``/forward`` and ``/backward`` draw the same one, and a batch may be sent in pieces.

    Parameters
    ----------
    rate
        Share of the numbers that is left out, on average.
    name
        Its name, unique in the network; ``dropout_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "dropout"
    _positional: ClassVar[tuple[str, ...]] = ("rate",)

    def __init__(
        self, rate: float, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class Embedding(Layer):
    """Looks up a vector for each whole number: ``y = embeddings[x]``.

    A row's gradient is the sum over all places where it was looked up; whole numbers have none. The row ``padding_idx``
    is looked up like any other, and its gradient is 0, as in PyTorch.

    Parameters
    ----------
    input_dim
        How many vectors there are: tokens are 0 to ``input_dim - 1``.
    output_dim
        Length of a vector.
    embeddings_initializer
        What the vectors start as: ``/initialize`` draws them.
    padding_idx
        A token whose vector is not trained.
    name
        Its name, unique in the network; ``embedding_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "embedding"
    _positional: ClassVar[tuple[str, ...]] = ("input_dim", "output_dim")

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        embeddings_initializer: AnyInitializer = "uniform",
        padding_idx: int | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Flatten(Layer):
    """Lays all numbers of a sample in one row, in row-major order: ``(N, ...)`` becomes ``(N, size)``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``flatten_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "flatten"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class GlobalAveragePooling2D(Layer):
    """Takes the average of each channel of an image; every number gets the same share of the gradient.

    Parameters
    ----------
    keepdims
        Whether the output still has axes for rows and columns, of length 1.
    data_format
        Where inputs have their channels.
    name
        Its name, unique in the network; ``global_average_pooling2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "global_average_pooling2d"

    def __init__(
        self,
        *,
        keepdims: bool = False,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class GlobalMaxPooling2D(Layer):
    """Takes the largest number of each channel of an image; the gradient goes to the place where it was.

    Of equal numbers the first in row-major order gets it.

    Parameters
    ----------
    keepdims
        Whether the output still has axes for rows and columns, of length 1.
    data_format
        Where inputs have their channels.
    name
        Its name, unique in the network; ``global_max_pooling2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "global_max_pooling2d"

    def __init__(
        self,
        *,
        keepdims: bool = False,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class GroupNormalization(Layer):
    """Brings groups of channels of each sample to mean 0 and variance 1: ``y = gamma · x̂ + beta``.

    ``x̂ = (x - mean) / spread`` with ``spread = √(variance + epsilon)``. Neighbouring channels make a group; mean and
    variance are over them and all other axes of the sample, ``gamma`` and ``beta`` have a number for each channel. As
    many groups as channels are an instance normalization.

    With ``g = gamma · grad``, ``dx = (g - mean(g) - x̂ · mean(g · x̂)) / spread``; ``dgamma = Σ grad · x̂`` and
    ``dbeta = Σ grad`` for each channel.

    ``epsilon`` is PyTorch's and ONNX's; Keras has 1e-3.

    Parameters
    ----------
    groups
        How many groups the channels are divided into.
    axis
        The axis of the channels; not 0, which has the samples.
    epsilon
        What is added to the variance, so that nothing is divided by 0.
    name
        Its name, unique in the network; ``group_normalization_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "group_normalization"
    _positional: ClassVar[tuple[str, ...]] = ("groups",)

    def __init__(
        self,
        groups: int,
        *,
        axis: int = -1,
        epsilon: float = 1e-05,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class GRU(Layer):
    """Keeps a share ``z`` of its state, and takes the rest from a candidate that sees the state through a reset ``r``.

    With blocks of ``units`` columns in Keras's order ``z, r, h``: ``h_t = z · h_{t-1} + (1 - z) · ĥ``, where

    * ``reset_after`` (PyTorch, and Keras's default): ``ĥ = activation(x kernel_h + b_h + r · (h_{t-1} R_h + c_h))``;
      the bias is ``(2, 3 · units)``, one row for the input and one for the state;
    * otherwise (ONNX's default): ``ĥ = activation(x kernel_h + (r · h_{t-1}) R_h + b_h)``, with one row of bias.

    Backward in time: ``dz = dh · (h_{t-1} - ĥ)``, ``dĥ = dh · (1 - z)``, and ``dh · z`` goes on to the step before.
    A PyTorch GRU has the blocks ``r`` and ``z`` the other way round.

    Parameters
    ----------
    units
        Length of the state.
    activation
        The function of the candidate.
    recurrent_activation
        The function of the gates.
    reset_after
        Whether the reset is applied after the state's product with its kernel, rather than before.
    use_bias
        Whether biases are added.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    recurrent_initializer
        What the recurrent kernel starts as.
    bias_initializer
        What the bias starts as.
    return_sequences
        Whether the output is the state after every step, ``(N, T, units)``, rather than the last one, ``(N,
        units)``.
    go_backwards
        Whether the last position is read first; a sequence is returned in the order in which it was computed.
    return_state
        A layer has one output, the last of which is the last of ``return_sequences``.
    name
        Its name, unique in the network; ``gru_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "gru"
    _positional: ClassVar[tuple[str, ...]] = ("units",)

    def __init__(
        self,
        units: int,
        *,
        activation: AnyActivation = "tanh",
        recurrent_activation: AnyActivation = "sigmoid",
        reset_after: bool = True,
        use_bias: bool = True,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        recurrent_initializer: AnyInitializer = "orthogonal",
        bias_initializer: AnyInitializer = "zeros",
        return_sequences: bool = False,
        go_backwards: bool = False,
        return_state: Literal[False] = False,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class LayerNormalization(Layer):
    """Brings the features of each sample to mean 0 and variance 1: ``y = gamma · x̂ + beta``.

    ``x̂ = (x - mean) / spread`` with ``spread = √(variance + epsilon)``, over the axes. With ``g = gamma · grad``,
    ``dx = (g - mean(g) - x̂ · mean(g · x̂)) / spread``: it sums to 0, since moving all numbers together changes nothing.
    ``dgamma = Σ grad · x̂`` and ``dbeta = Σ grad`` over everything but the axes.

    ``epsilon`` is PyTorch's and ONNX's; Keras has 1e-3.

    Parameters
    ----------
    center
        Whether ``beta`` is added.
    scale
        Whether the result is multiplied by ``gamma``.
    axis
        The axis, or the axes in ascending order, along which the spread is taken; not 0, which has the samples.
    epsilon
        What is added to the variance, so that nothing is divided by 0.
    name
        Its name, unique in the network; ``layer_normalization_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "layer_normalization"
    _positional: ClassVar[tuple[str, ...]] = ("axis",)

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        *,
        center: bool = True,
        scale: bool = True,
        epsilon: float = 1e-05,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class LSTM(Layer):
    """Keeps a cell beside its state, and gates for what enters, stays and leaves.

    With ``[i, f, g, o] = x_t @ kernel + h_{t-1} @ recurrent_kernel + bias``, blocks of ``units`` columns in the order
    of Keras and PyTorch, each through its activation: ``c_t = f · c_{t-1} + i · g``, ``h_t = o · activation(c_t)``.

    Backward in time: ``do = dh · activation(c)``, ``dc += dh · o · activation'(c)``, ``di = dc · g``, ``dg = dc · i``,
    ``df = dc · c_{t-1}``, and ``dc · f`` goes on to the step before. PyTorch adds two biases, whose gradients are both
    that of this one.

    Parameters
    ----------
    units
        Length of the state.
    activation
        The function of what enters the cell, and of the cell as it leaves.
    recurrent_activation
        The function of the gates.
    unit_forget_bias
        Whether the bias of the forget gate starts as ones, whatever the rest starts as.
    use_bias
        Whether biases are added.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    recurrent_initializer
        What the recurrent kernel starts as.
    bias_initializer
        What the bias starts as.
    return_sequences
        Whether the output is the state after every step, ``(N, T, units)``, rather than the last one, ``(N,
        units)``.
    go_backwards
        Whether the last position is read first; a sequence is returned in the order in which it was computed.
    return_state
        A layer has one output, the last of which is the last of ``return_sequences``.
    name
        Its name, unique in the network; ``lstm_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "lstm"
    _positional: ClassVar[tuple[str, ...]] = ("units",)

    def __init__(
        self,
        units: int,
        *,
        activation: AnyActivation = "tanh",
        recurrent_activation: AnyActivation = "sigmoid",
        unit_forget_bias: bool = True,
        use_bias: bool = True,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        recurrent_initializer: AnyInitializer = "orthogonal",
        bias_initializer: AnyInitializer = "zeros",
        return_sequences: bool = False,
        go_backwards: bool = False,
        return_state: Literal[False] = False,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class MaxPooling1D(Layer):
    """Takes the largest number that each window on sequences sees; the gradient goes to the place where it was.

    Of equal numbers the first gets it. Padding is never the largest.

    Parameters
    ----------
    pool_size
        How many places a window spans.
    strides
        How far it moves from one output to the next; if not given, as far as it spans.
    padding
        What is put around the sequence: nothing (``valid``), what keeps its length at a stride of 1 (``same``), or
        counted; an odd place of ``same`` goes to the end.
    data_format
        Where inputs have their channels.
    name
        Its name, unique in the network; ``max_pooling1d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "max_pooling1d"
    _positional: ClassVar[tuple[str, ...]] = ("pool_size",)

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        *,
        strides: int | Sequence[int] | None = None,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class MaxPooling2D(Layer):
    """Takes the largest number that each window on images sees; the gradient goes to the place where it was.

    Of equal numbers the first in row-major order gets it. Padding is never the largest.

    Parameters
    ----------
    pool_size
        How many places a window spans along each axis.
    strides
        How far it moves from one output to the next; if not given, as far as it spans.
    padding
        What is put around images: nothing (``valid``), what keeps their size at a stride of 1 (``same``), or
        counted. ``same`` is Keras's rule: the output is the input's length over the stride, rounded up, and an odd
        place goes to the end. A whole number goes on all sides, as in PyTorch.
    data_format
        Where inputs have their channels.
    name
        Its name, unique in the network; ``max_pooling2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "max_pooling2d"
    _positional: ClassVar[tuple[str, ...]] = ("pool_size",)

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        *,
        strides: int | Sequence[int] | None = None,
        padding: Literal["valid", "same"] | int | Sequence[Sequence[int]] = "valid",
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Maximum(Layer):
    """Takes the largest of its inputs at each place; the gradient goes to the one that was taken.

    Of two equal ones each gets half, as in PyTorch; of more inputs the first two are compared, then the result with the
    third, and so on.

    Parameters
    ----------
    name
        Its name, unique in the network; ``maximum_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "maximum"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class MultiHeadAttention(Layer):
    """Reads from all positions at once: ``y = concat_h(softmax(scale · q_h k_hᵀ) v_h) @ attention_output + bias``.

    ``q``, ``k`` and ``v`` are projections of the inputs: of one for self-attention, of ``[query, value]`` (the key is
    the value), or of ``[query, key, value]``. Backward, with ``a`` the softmax and ``dc`` the gradient at what was
    read: ``dv = aᵀ dc``, ``da = dc vᵀ``, ``ds = a · (da - Σ da · a)``, ``dq = scale · ds k``, ``dk = scale · dsᵀ q``.

    With ``num_kv_heads`` fewer keys and values than queries are projected, and consecutive heads share one. With
    ``causal`` position ``t`` reads positions 0 to ``t``.

    Parameters
    ----------
    num_heads
        How many queries each position has.
    key_dim
        Length of a query and of a key.
    value_dim
        Length of a value; that of a key if not given.
    num_kv_heads
        How many keys and values each position has, a divisor of ``num_heads``; as many as queries if not given.
    causal
        Whether a position reads none that come after it.
    use_bias
        Whether the four projections add a bias.
    kernel_initializer
        What each of the four kernels starts as: ``/initialize`` draws them.
    bias_initializer
        What each of the four biases starts as.
    dropout
        Share of the attention that is left out at random in training.
    scale
        Factor of the products of queries and keys; ``1 / sqrt(key_dim)`` if not given.
    name
        Its name, unique in the network; ``multi_head_attention_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "multi_head_attention"
    _positional: ClassVar[tuple[str, ...]] = ("num_heads", "key_dim")

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        *,
        value_dim: int | None = None,
        num_kv_heads: int | None = None,
        causal: bool = False,
        use_bias: bool = True,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        bias_initializer: AnyInitializer = "zeros",
        dropout: float = 0.0,
        scale: float | None = None,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Multiply(Layer):
    """Multiplies its inputs: ``y = Π x_i``, ``dx_i = grad · Π_{j≠i} x_j``: the product of the other factors.

    The others are multiplied, not divided out of ``y``, so that a factor may be 0.

    Parameters
    ----------
    name
        Its name, unique in the network; ``multiply_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "multiply"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Permute(Layer):
    """Puts the axes of a sample into another order: axis ``i`` of the output is axis ``dims[i]`` of the input.

    Parameters
    ----------
    dims
        The input's axes in their new order, counted from 1, without the batch, as in Keras.
    name
        Its name, unique in the network; ``permute_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "permute"
    _positional: ClassVar[tuple[str, ...]] = ("dims",)

    def __init__(
        self, dims: Sequence[int], *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class PositionalEmbedding(Layer):
    """Adds a vector to each position: ``y[:, t] = x[:, t] + embeddings[t]``, with position ``t`` along axis 1.

    A row's gradient is the sum over the samples; rows beyond the sequence have gradient 0.

    Parameters
    ----------
    max_length
        How many positions have a vector.
    embeddings_initializer
        What the vectors start as: ``/initialize`` draws them.
    name
        Its name, unique in the network; ``positional_embedding_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "positional_embedding"
    _positional: ClassVar[tuple[str, ...]] = ("max_length",)

    def __init__(
        self,
        max_length: int,
        *,
        embeddings_initializer: AnyInitializer = "uniform",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Reshape(Layer):
    """Gives every sample another shape: ``(N, ...)`` becomes ``(N, *target_shape)``, in row-major order.

    Parameters
    ----------
    target_shape
        The shape of a sample, without the batch; one length may be -1, which is whatever is left.
    name
        Its name, unique in the network; ``reshape_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "reshape"
    _positional: ClassVar[tuple[str, ...]] = ("target_shape",)

    def __init__(
        self, target_shape: Sequence[int], *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class RMSNormalization(Layer):
    """Divides the features of each sample by their root mean square: ``y = scale · x̂``.

    ``x̂ = x / spread`` with ``spread = √(mean(x²) + epsilon)``, over the axes. With ``g = scale · grad``,
    ``dx = (g - x̂ · mean(g · x̂)) / spread``; ``dscale = Σ grad · x̂`` over everything but the axes.

    ``epsilon`` is Keras's; PyTorch's is the machine epsilon of the type, ONNX has 1e-5.

    Parameters
    ----------
    axis
        The axis, or the axes in ascending order, along which the spread is taken; not 0, which has the samples.
    epsilon
        What is added to the mean square, so that nothing is divided by 0.
    name
        Its name, unique in the network; ``rms_normalization_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "rms_normalization"
    _positional: ClassVar[tuple[str, ...]] = ("axis",)

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        *,
        epsilon: float = 1e-06,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class RotaryEmbedding(Layer):
    """Turns pairs of numbers by an angle that grows with the position: ``(a, b) -> (a cos - b sin, a sin + b cos)``.

    Pair ``i`` of position ``t``, counted along axis 1, is turned by ``t · theta^(-2 i / d)``. Pairs are the numbers
    ``i`` and ``i + d/2`` of the last axis, or ``2 i`` and ``2 i + 1`` if ``interleaved``. Turning keeps lengths,
    so that the gradient is turned back by the same angle.

    Parameters
    ----------
    theta
        How much slower each pair turns than the one before it.
    interleaved
        Whether neighbours make a pair, rather than numbers half an axis apart.
    name
        Its name, unique in the network; ``rotary_embedding_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "rotary_embedding"
    _positional: ClassVar[tuple[str, ...]] = ("theta",)

    def __init__(
        self,
        theta: float = 10000.0,
        *,
        interleaved: bool = False,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class SimpleRNN(Layer):
    """Mixes the input with its own last output: ``h_t = activation(x_t @ kernel + h_{t-1} @ recurrent_kernel + bias)``.

    Backward in time: ``dz_t = (dh_t + dz_{t+1} @ recurrent_kernelᵀ) · activation'``.

    Parameters
    ----------
    units
        Length of the state.
    activation
        The function of every step.
    use_bias
        Whether biases are added.
    kernel_initializer
        What the kernel starts as: ``/initialize`` draws it.
    recurrent_initializer
        What the recurrent kernel starts as.
    bias_initializer
        What the bias starts as.
    return_sequences
        Whether the output is the state after every step, ``(N, T, units)``, rather than the last one, ``(N,
        units)``.
    go_backwards
        Whether the last position is read first; a sequence is returned in the order in which it was computed.
    return_state
        A layer has one output, the last of which is the last of ``return_sequences``.
    name
        Its name, unique in the network; ``simple_rnn_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "simple_rnn"
    _positional: ClassVar[tuple[str, ...]] = ("units",)

    def __init__(
        self,
        units: int,
        *,
        activation: AnyActivation = "tanh",
        use_bias: bool = True,
        kernel_initializer: AnyInitializer = "glorot_uniform",
        recurrent_initializer: AnyInitializer = "orthogonal",
        bias_initializer: AnyInitializer = "zeros",
        return_sequences: bool = False,
        go_backwards: bool = False,
        return_state: Literal[False] = False,
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class Subtract(Layer):
    """Takes the second input from the first: ``y = a - b``, ``da = grad``, ``db = -grad``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``subtract_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "subtract"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class UpSampling2D(Layer):
    """Makes images a whole number of times larger, by repeating pixels or by drawing lines between them.

    ``nearest`` repeats each pixel, so that its gradient is the sum of its copies' gradients. ``bilinear`` takes pixels
    as the middles of squares (PyTorch's ``align_corners=False``, and Keras): place ``i · size + q`` of the output lies
    at ``i + t`` with ``t = (q + 1/2) / size - 1/2``, and gets ``(1 - |t|)`` of pixel ``i`` and ``|t|`` of its
    neighbour on that side; at the border the pixel is its own neighbour. The gradient goes back by the same shares.

    Parameters
    ----------
    size
        How many times as many rows and columns there are.
    interpolation
        Whether pixels are repeated (``nearest``) or joined by straight lines (``bilinear``).
    data_format
        Where images have their channels.
    name
        Its name, unique in the network; ``up_sampling2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "up_sampling2d"
    _positional: ClassVar[tuple[str, ...]] = ("size",)

    def __init__(
        self,
        size: int | Sequence[int] = 2,
        *,
        interpolation: Literal["nearest", "bilinear"] = "nearest",
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


class ZeroPadding2D(Layer):
    """Puts rows and columns of zeros around images.

    The gradient is the part of the output's that lies over the image.

    Parameters
    ----------
    padding
        How many rows and columns: one number for all four sides, or ``[[top, bottom], [left, right]]``.
    data_format
        Where images have their channels.
    name
        Its name, unique in the network; ``zero_padding2d_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "zero_padding2d"
    _positional: ClassVar[tuple[str, ...]] = ("padding",)

    def __init__(
        self,
        padding: int | Sequence[Sequence[int]] = 1,
        *,
        data_format: Literal["channels_last", "channels_first"] = "channels_last",
        name: str | None = None,
        inputs: Sequence[str | Layer] | None = None,
    ) -> None: ...


if not TYPE_CHECKING:
    __getattr__ = refusing(
        __name__,
        {
            "activation": 'Keras\'s Activation("relu") is ReLU',
            "adaptive_avg_pool2d": "with one output, PyTorch's adaptive_avg_pool2d is GlobalAveragePooling2D",
            "adaptive_max_pool2d": "with one output, PyTorch's adaptive_max_pool2d is GlobalMaxPooling2D",
            "adaptiveavgpool2d": "with one output, PyTorch's AdaptiveAvgPool2d is GlobalAveragePooling2D",
            "adaptivemaxpool2d": "with one output, PyTorch's AdaptiveMaxPool2d is GlobalMaxPooling2D",
            "attention": "attention with projections and heads is MultiHeadAttention",
            "average_pool": "ONNX's AveragePool is AveragePooling2D",
            "average_pooling": "for images, it is AveragePooling2D",
            "averagepool": "ONNX's AveragePool is AveragePooling2D",
            "averagepooling": "for images, it is AveragePooling2D",
            "avg_pool1d": "PyTorch's avg_pool1d is AveragePooling1D",
            "avg_pool2d": "PyTorch's avg_pool2d is AveragePooling2D",
            "avgpool1d": "PyTorch's AvgPool1d is AveragePooling1D",
            "avgpool2d": "PyTorch's AvgPool2d is AveragePooling2D",
            "batch_norm": "PyTorch's batch_norm is BatchNormalization",
            "batchnorm": "a batch normalization is BatchNormalization",
            "batchnorm1d": "PyTorch's BatchNorm1d is BatchNormalization",
            "batchnorm2d": "PyTorch's BatchNorm2d is BatchNormalization",
            "cat": "PyTorch's cat is Concatenate",
            "concat": "ONNX's Concat is Concatenate",
            "conv": "ONNX's Conv is Conv2D",
            "convolution2d": "a convolution of images is Conv2D",
            "convtranspose": "ONNX's ConvTranspose is Conv2DTranspose",
            "convtranspose2d": "PyTorch's ConvTranspose2d is Conv2DTranspose",
            "deconvolution": "a transposed convolution is Conv2DTranspose",
            "fc": "a fully connected layer is Dense",
            "fully_connected": "a fully connected layer is Dense",
            "fullyconnected": "a fully connected layer is Dense",
            "gelu_new": "with approximate, it is GELU",
            "gelu_tanh": "with approximate, it is GELU",
            "gelunew": "with approximate, it is GELU",
            "gelutanh": "with approximate, it is GELU",
            "globalaveragepool": "ONNX's GlobalAveragePool is GlobalAveragePooling2D",
            "globalmaxpool": "ONNX's GlobalMaxPool is GlobalMaxPooling2D",
            "group_norm": "PyTorch's group_norm is GroupNormalization",
            "groupnorm": "PyTorch's GroupNorm is GroupNormalization",
            "hard_swish": "it is HardSiLU",
            "hardswish": "it is HardSiLU",
            "input": "a network reads its batch without one; what only passes numbers on is Identity",
            "input_layer": "a network reads its batch without one; what only passes numbers on is Identity",
            "inputlayer": "a network reads its batch without one; what only passes numbers on is Identity",
            "instance_norm": "with as many groups as channels, instance_norm is GroupNormalization",
            "instancenorm": "with as many groups as channels, instance_norm is GroupNormalization",
            "layer_norm": "PyTorch's layer_norm is LayerNormalization",
            "layernorm": "PyTorch's LayerNorm is LayerNormalization",
            "linear": "PyTorch's Linear is Dense",
            "lrelu": "it is LeakyReLU",
            "max_pool": "ONNX's MaxPool is MaxPooling2D",
            "max_pool1d": "PyTorch's max_pool1d is MaxPooling1D",
            "max_pool2d": "PyTorch's max_pool2d is MaxPooling2D",
            "max_pooling": "for images, it is MaxPooling2D",
            "maxpool": "ONNX's MaxPool is MaxPooling2D",
            "maxpool1d": "PyTorch's MaxPool1d is MaxPooling1D",
            "maxpool2d": "PyTorch's MaxPool2d is MaxPooling2D",
            "maxpooling": "for images, it is MaxPooling2D",
            "mha": "it is MultiHeadAttention",
            "pad": "ONNX's Pad is ZeroPadding2D",
            "parametric_relu": "a rectifier with a learned slope is PReLU",
            "parametricrelu": "a rectifier with a learned slope is PReLU",
            "residual": "with two inputs, a residual connection is Add",
            "residual_connection": "with two inputs, a residual connection is Add",
            "residualconnection": "with two inputs, a residual connection is Add",
            "resize": "ONNX's Resize is UpSampling2D",
            "rms_norm": "PyTorch's rms_norm is RMSNormalization",
            "rmsnorm": "PyTorch's RMSNorm is RMSNormalization",
            "rnn": "PyTorch's RNN is SimpleRNN",
            "skip": "with two inputs, a residual connection is Add",
            "skip_connection": "with two inputs, a residual connection is Add",
            "skipconnection": "with two inputs, a residual connection is Add",
            "swish": "it is SiLU",
            "upsample": "PyTorch's Upsample is UpSampling2D",
            "zeropad2d": "PyTorch's ZeroPad2d is ZeroPadding2D",
        },
    )


__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "SELU",
    "Add",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "Exponential",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "HardSiLU",
    "HardSigmoid",
    "HardTanh",
    "Identity",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "MaxPooling1D",
    "MaxPooling2D",
    "Maximum",
    "Mish",
    "MultiHeadAttention",
    "Multiply",
    "PReLU",
    "Permute",
    "PositionalEmbedding",
    "RMSNormalization",
    "ReLU",
    "ReLU6",
    "Reshape",
    "RotaryEmbedding",
    "SiLU",
    "Sigmoid",
    "SimpleRNN",
    "Softmax",
    "Softplus",
    "Softsign",
    "Subtract",
    "Tanh",
    "UpSampling2D",
    "ZeroPadding2D",
]
