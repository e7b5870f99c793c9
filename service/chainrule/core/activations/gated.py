"""Functions that let a number pass by a gate that the number itself opens: ``y = x · g(x)``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from chainrule.core.arrays import Array
from chainrule.core.examples import LayerExample
from chainrule.core.functions import normal_cdf
from chainrule.core.layer import Elementwise

TWICE_ROOT = 2 * math.sqrt(2 / math.pi)
CUBIC = 0.044715
"""The constants of the approximation of ``gelu``."""


class Silu(Elementwise):
    """Multiplies every number by its sigmoid: ``y = x · s``, with the slope ``s + y · (1 - s)``."""

    type: Literal["silu", "swish"] = "silu"

    def value(self, x: Array) -> Array:
        y = expit(x)
        y *= x
        return y

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        gate = gate_of(x, y)
        slope = 1 - gate
        slope *= y
        slope += gate
        return slope


class Gelu(Elementwise):
    """Multiplies every number by the normal distribution below it: ``y = x · Φ(x)``, with slope ``Φ(x) + x · φ(x)``.

    ``Φ(x) = (1 + erf(x / √2)) / 2``, and ``φ`` is its derivative. With ``approximate``, ``Φ`` is replaced by
    ``(1 + tanh u) / 2``, ``u = √(2/π) · (x + 0.044715 x³)``, which is the sigmoid of ``2u``. PyTorch, Keras and ONNX do
    not approximate by default, JAX does: at 1 it has 0.841192 instead of 0.841345.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (
        *Elementwise.examples,
        LayerExample({"approximate": True}, inputs=((4, 12),), span=(-4.0, 7.0)),
    )
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "approximate": {"tanh": "true is the approximation by tanh", "none": "false is without one"}
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "gelu_tanh": "with approximate, it",
        "gelu_new": "with approximate, it",
    }

    type: Literal["gelu"] = "gelu"
    approximate: bool = False
    """Whether the distribution is approximated by a hyperbolic tangent."""

    def value(self, x: Array) -> Array:
        y = expit(_doubled_u(x)) if self.approximate else normal_cdf(x)
        y *= x
        return y

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        gate = gate_of(x, y)
        slope = (1 - gate) * y * _doubled_u_slope(x) if self.approximate else _x_density(x)
        slope += gate
        return slope


class Mish(Elementwise):
    """Multiplies every number by the tanh of its softplus: ``y = x · tanh(log(1 + exp(x)))``.

    With ``e = exp(x)`` and ``n = e · (e + 2)`` the gate is ``n / (n + 2)``, and the slope
    ``n / (n + 2) + x · 4 e (e + 1) / (n + 2)²``: one exponential, and no digit lost.
    """

    LARGE: ClassVar[float] = 22.0
    """From here on gate and slope are 1 to the last digit, while nothing overflows yet, in float32 either."""

    type: Literal["mish"] = "mish"

    def value(self, x: Array) -> Array:
        _, n = self._powers(np.minimum(x, self.LARGE))
        y = n / (n + 2)
        y *= x
        return y

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        x = np.minimum(x, self.LARGE)
        e, n = self._powers(x)
        slope = e + 1
        slope *= e
        slope *= x
        slope *= 4
        divisor = n + 2
        slope /= divisor
        slope += n
        slope /= divisor
        return slope

    def _powers(self, x: Array) -> tuple[Array, Array]:
        e = np.exp(x)
        n = e + 2
        n *= e
        return e, n


def gate_of(x: Array, y: Array) -> Array:
    """Find the gate of ``y = x · g(x)`` again: ``y / x``, and 1/2 at zero.

    A division takes a fraction of the time of the gate's formula, and needs no memory between the passes.
    """
    info = np.finfo(x.dtype)
    at_zero = np.abs(x) < info.smallest_normal / info.eps  # where y has no digits left to divide
    if at_zero.any():
        return np.divide(y, x, out=np.full_like(x, 0.5), where=~at_zero)
    return y / x


def _doubled_u(x: Array) -> Array:
    u = x * x
    u *= CUBIC
    u += 1
    u *= x
    u *= TWICE_ROOT
    return u


def _doubled_u_slope(x: Array) -> Array:
    """Compute the derivative of ``2u``; beyond 100, where the gate is 0 or 1 and shut to changes, it stays finite."""
    slope = np.clip(x, -100, 100)
    slope *= slope
    slope *= 3 * CUBIC
    slope += 1
    slope *= TWICE_ROOT
    return slope


def _x_density(x: Array) -> Array:
    """Compute ``x · φ(x)``."""
    result = x * x
    result *= -0.5
    np.exp(result, out=result)
    result *= x
    result *= 1 / math.sqrt(2 * math.pi)
    return result
