"""The logistic function, its logarithm and its integral, all in forms that cannot overflow."""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import NDArray
from scipy.special import expit

from chainrule.core.arrays import Array
from chainrule.core.functions import softplus
from chainrule.core.layer import Elementwise


class Sigmoid(Elementwise):
    """Squeezes every number between 0 and 1: ``y = 1 / (1 + exp(-x))``, with the slope ``y · (1 - y)``.

    Computed in the form that cannot overflow (``scipy.special.expit``).
    """

    type: Literal["sigmoid"] = "sigmoid"

    def value(self, x: Array) -> Array:
        return expit(x)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return y * (1 - y)


class LogSigmoid(Elementwise):
    """Takes the logarithm of the sigmoid: ``y = -log(1 + exp(-x))``, with the slope ``1 / (1 + exp(x))``.

    Exact where the sigmoid itself is 0 or 1 already.
    """

    type: Literal["log_sigmoid"] = "log_sigmoid"

    def value(self, x: Array) -> Array:
        return -softplus(-x)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return expit(-x)


class Softplus(Elementwise):
    """Rounds off the rectifier's kink: ``y = log(1 + exp(x))``, with the slope ``1 / (1 + exp(-x))``.

    Exact everywhere; PyTorch takes ``x`` itself above 20, which is up to 2e-9 off.
    """

    type: Literal["softplus"] = "softplus"

    def value(self, x: Array) -> Array:
        return softplus(x)

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        return expit(x)
