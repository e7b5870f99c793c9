# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""What weights start as: a layer's ``kernel_initializer``, ``bias_initializer`` and so on.

`Client.initialize` draws the weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from ._parts import Initializer, refusing

InitializerName: TypeAlias = Literal[
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
    "truncated_normal",
    "uniform",
    "zeros",
]
"""The names that may stand alone, for the defaults."""


AnyInitializer: TypeAlias = InitializerName | Initializer | dict[str, Any]
"""A name, a builder or a dict."""


class Constant(Initializer):
    """Starts with a number of your choice: ``w = value``.

    Parameters
    ----------
    value
        The number.
    """

    __slots__ = ()
    type: ClassVar[str] = "constant"
    _positional: ClassVar[tuple[str, ...]] = ("value",)

    def __init__(self, value: float) -> None: ...


class GlorotNormal(Initializer):
    """Draws from the normal distribution with variance ``2 / (fan_in + fan_out)``, cut off at two deviations.

    As in Keras, the normal distribution is a little wider, so that the variance of what is left of it is this one;
    PyTorch cuts nothing off.
    """

    __slots__ = ()
    type: ClassVar[str] = "glorot_normal"

    def __init__(self) -> None: ...


class GlorotUniform(Initializer):
    """Draws every number within ``±√(6 / (fan_in + fan_out))`` alike: Keras's default for kernels.

    ``fan_in`` and ``fan_out`` are what a unit reads and what reads it: of a kernel ``(in, units)`` these two; of a
    convolution each times the number of the kernel's places. The same holds for all that are named ``he`` and
    ``lecun``. Xavier, as PyTorch calls it, was Glorot's first name.
    """

    __slots__ = ()
    type: ClassVar[str] = "glorot_uniform"

    def __init__(self) -> None: ...


class HeNormal(Initializer):
    """Draws from the normal distribution with variance ``2 / fan_in``, cut off at two deviations; it suits a relu.

    As in Keras, the normal distribution is a little wider, so that the variance of what is left of it is this one;
    PyTorch cuts nothing off.
    """

    __slots__ = ()
    type: ClassVar[str] = "he_normal"

    def __init__(self) -> None: ...


class HeUniform(Initializer):
    """Draws every number within ``±√(6 / fan_in)`` alike, which suits a relu."""

    __slots__ = ()
    type: ClassVar[str] = "he_uniform"

    def __init__(self) -> None: ...


class LecunNormal(Initializer):
    """Draws from the normal distribution with variance ``1 / fan_in``, cut off at two deviations; it suits a selu.

    As in Keras, the normal distribution is a little wider, so that the variance of what is left of it is this one.
    """

    __slots__ = ()
    type: ClassVar[str] = "lecun_normal"

    def __init__(self) -> None: ...


class LecunUniform(Initializer):
    """Draws every number within ``±√(3 / fan_in)`` alike, which keeps the variance of a signal."""

    __slots__ = ()
    type: ClassVar[str] = "lecun_uniform"

    def __init__(self) -> None: ...


class RandomNormal(Initializer):
    """Draws from the normal distribution: ``w ~ N(mean, stddev²)``.

    Parameters
    ----------
    mean
        Its mean.
    stddev
        Its standard deviation.
    """

    __slots__ = ()
    type: ClassVar[str] = "normal"
    _positional: ClassVar[tuple[str, ...]] = ("mean",)

    def __init__(self, mean: float = 0.0, *, stddev: float = 0.05) -> None: ...


class Ones(Initializer):
    """Starts with ones: ``w = 1``."""

    __slots__ = ()
    type: ClassVar[str] = "ones"

    def __init__(self) -> None: ...


class Orthogonal(Initializer):
    """Starts with a random orthogonal matrix times ``gain``: ``wᵀ w = gain²`` for its columns, or its rows.

    All axes but the last are rows. If there are no more columns than rows, the columns are orthogonal to each other
    and have the length ``gain``; otherwise the rows are. All such matrices are equally likely.

    Parameters
    ----------
    gain
        Factor of the matrix.
    """

    __slots__ = ()
    type: ClassVar[str] = "orthogonal"
    _positional: ClassVar[tuple[str, ...]] = ("gain",)

    def __init__(self, gain: float = 1.0) -> None: ...


class TruncatedNormal(Initializer):
    """Draws from the normal distribution, again and again until the number is near: ``|w - mean| ≤ 2 · stddev``.

    Its own standard deviation is therefore less, ``0.8796 · stddev``.

    Parameters
    ----------
    mean
        The mean.
    stddev
        The standard deviation before numbers are drawn again.
    """

    __slots__ = ()
    type: ClassVar[str] = "truncated_normal"
    _positional: ClassVar[tuple[str, ...]] = ("mean",)

    def __init__(self, mean: float = 0.0, *, stddev: float = 0.05) -> None: ...


class RandomUniform(Initializer):
    """Draws every number between two bounds alike: ``w ~ U(minval, maxval)``.

    Parameters
    ----------
    minval
        The least number.
    maxval
        The largest.
    """

    __slots__ = ()
    type: ClassVar[str] = "uniform"
    _positional: ClassVar[tuple[str, ...]] = ("minval",)

    def __init__(self, minval: float = -0.05, *, maxval: float = 0.05) -> None: ...


class Zeros(Initializer):
    """Starts with zeros: ``w = 0``."""

    __slots__ = ()
    type: ClassVar[str] = "zeros"

    def __init__(self) -> None: ...


if not TYPE_CHECKING:
    __getattr__ = refusing(
        __name__,
        {
            "fill": "a fill is Constant",
            "gaussian": "a normal distribution is RandomNormal",
            "glorot": "Glorot's uniform law is GlorotUniform",
            "he": "He's normal law is HeNormal",
            "kaiming": "He's normal law is HeNormal",
            "kaiming_normal": "PyTorch's kaiming_normal_ is HeNormal",
            "kaiming_normal_": "PyTorch's kaiming_normal_ is HeNormal",
            "kaiming_uniform": "PyTorch's kaiming_uniform_ is HeUniform",
            "kaiming_uniform_": "PyTorch's kaiming_uniform_ is HeUniform",
            "kaimingnormal": "PyTorch's kaiming_normal_ is HeNormal",
            "kaiminguniform": "PyTorch's kaiming_uniform_ is HeUniform",
            "lecun": "LeCun's normal law is LecunNormal",
            "normal": "PyTorch's normal_ is RandomNormal",
            "normal_": "PyTorch's normal_ is RandomNormal",
            "one": "Keras's one is Ones",
            "orthogonal_initializer": "Keras's OrthogonalInitializer is Orthogonal",
            "orthogonalinitializer": "Keras's OrthogonalInitializer is Orthogonal",
            "trunc_normal": "PyTorch's trunc_normal_, but for its bounds is TruncatedNormal",
            "trunc_normal_": "PyTorch's trunc_normal_, but for its bounds is TruncatedNormal",
            "truncnormal": "PyTorch's trunc_normal_, but for its bounds is TruncatedNormal",
            "uniform": "PyTorch's uniform_, but for its bounds is RandomUniform",
            "uniform_": "PyTorch's uniform_, but for its bounds is RandomUniform",
            "xavier": "Glorot's uniform law is GlorotUniform",
            "xavier_normal": "PyTorch's xavier_normal_ is GlorotNormal",
            "xavier_normal_": "PyTorch's xavier_normal_ is GlorotNormal",
            "xavier_uniform": "PyTorch's xavier_uniform_ is GlorotUniform",
            "xavier_uniform_": "PyTorch's xavier_uniform_ is GlorotUniform",
            "xaviernormal": "PyTorch's xavier_normal_ is GlorotNormal",
            "xavieruniform": "PyTorch's xavier_uniform_ is GlorotUniform",
            "zero": "Keras's zero is Zeros",
        },
    )


__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "Zeros",
]
