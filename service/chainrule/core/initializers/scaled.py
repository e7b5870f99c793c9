"""Laws whose spread follows from the weight's shape, so that signals neither grow nor vanish from layer to layer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from chainrule.core.arrays import Shape, size_of
from chainrule.core.draws import Numbers, draw, truncated_normal
from chainrule.core.initializers import Initializer
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Proceed, go_on

WITHIN_TWO = 0.87962566103423978
"""The standard deviation of a standard normal number that is drawn again beyond 2: Keras divides by it, too."""


def fans(shape: Shape) -> tuple[int, int]:
    """Count what a unit reads, and what reads it, as Keras does for weights of every shape.

    The last two axes are what is read and what reads, and all axes before them are places of a kernel. So a
    ``conv2d`` has ``(height · width · in, height · width · filters)``; that the last axis of a transposed convolution
    is what is read, and that the first one of an attention's projection is no place, does not count.

    >>> fans((784, 64)), fans((3, 3, 16, 32)), fans((10,)), fans(())
    ((784, 64), (144, 288), (10, 10), (1, 1))
    """
    if len(shape) < 2:
        return (size_of(shape), size_of(shape))
    places = size_of(shape[:-2])
    return shape[-2] * places, shape[-1] * places


class Scaled(Initializer):
    """Numbers of mean 0 and a variance that the weight's shape says."""

    def variance(self, shape: Shape) -> float:
        """Give the variance for a weight of this shape."""
        raise NotImplementedError


class ScaledNormal(Scaled):
    """Normal numbers within two standard deviations."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return draw(shape, bits, truncated_normal) * (math.sqrt(self.variance(shape)) / WITHIN_TWO)


class ScaledUniform(Scaled):
    """Uniform numbers."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        bound = math.sqrt(3 * self.variance(shape))
        return draw(shape, bits, lambda u: (2 * u - 1) * bound)


class Glorot(Scaled):
    """The variance that suits both passes: ``2 / (fan_in + fan_out)``."""

    def variance(self, shape: Shape) -> float:
        return 2 / sum(fans(shape))


class He(Scaled):
    """The variance that suits a relu, which lets half of a signal through: ``2 / fan_in``."""

    def variance(self, shape: Shape) -> float:
        return 2 / fans(shape)[0]


class Lecun(Scaled):
    """The variance that keeps that of a signal: ``1 / fan_in``."""

    def variance(self, shape: Shape) -> float:
        return 1 / fans(shape)[0]


class GlorotUniform(Glorot, ScaledUniform):
    """Draws every number within ``±√(6 / (fan_in + fan_out))`` alike: Keras's default for kernels.

    ``fan_in`` and ``fan_out`` are what a unit reads and what reads it: of a kernel ``(in, units)`` these two; of a
    convolution each times the number of the kernel's places. The same holds for all that are named ``he`` and
    ``lecun``. Xavier, as PyTorch calls it, was Glorot's first name.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "xavier_uniform": "PyTorch's xavier_uniform_",
        "xavier_uniform_": "PyTorch's xavier_uniform_",
        "glorot": "Glorot's uniform law",
        "xavier": "Glorot's uniform law",
    }

    type: Literal["glorot_uniform"] = "glorot_uniform"


class GlorotNormal(Glorot, ScaledNormal):
    """Draws from the normal distribution with variance ``2 / (fan_in + fan_out)``, cut off at two deviations.

    As in Keras, the normal distribution is a little wider, so that the variance of what is left of it is this one;
    PyTorch cuts nothing off.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "xavier_normal": "PyTorch's xavier_normal_",
        "xavier_normal_": "PyTorch's xavier_normal_",
    }

    type: Literal["glorot_normal"] = "glorot_normal"


class HeUniform(He, ScaledUniform):
    """Draws every number within ``±√(6 / fan_in)`` alike, which suits a relu."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "kaiming_uniform": "PyTorch's kaiming_uniform_",
        "kaiming_uniform_": "PyTorch's kaiming_uniform_",
    }

    type: Literal["he_uniform"] = "he_uniform"


class HeNormal(He, ScaledNormal):
    """Draws from the normal distribution with variance ``2 / fan_in``, cut off at two deviations; it suits a relu.

    As in Keras, the normal distribution is a little wider, so that the variance of what is left of it is this one;
    PyTorch cuts nothing off.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "kaiming_normal": "PyTorch's kaiming_normal_",
        "kaiming_normal_": "PyTorch's kaiming_normal_",
        "he": "He's normal law",
        "kaiming": "He's normal law",
    }

    type: Literal["he_normal"] = "he_normal"


class LecunUniform(Lecun, ScaledUniform):
    """Draws every number within ``±√(3 / fan_in)`` alike, which keeps the variance of a signal."""

    type: Literal["lecun_uniform"] = "lecun_uniform"


class LecunNormal(Lecun, ScaledNormal):
    """Draws from the normal distribution with variance ``1 / fan_in``, cut off at two deviations; it suits a selu.

    As in Keras, the normal distribution is a little wider, so that the variance of what is left of it is this one.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"lecun": "LeCun's normal law"}

    type: Literal["lecun_normal"] = "lecun_normal"
