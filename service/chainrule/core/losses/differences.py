"""Losses on the difference between outputs and targets of the same shape, averaged over the last axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array
from chainrule.core.examples import SCORES, VALUES, TargetExample
from chainrule.core.loss import Evaluation, Loss


class MeanSquaredError(Loss):
    """Averages squared differences over the last axis: ``L = mean (x - t)²``.

    Its gradient is ``dx = 2 · (x - t) / C``. There is no factor 1/2, and with ``mean`` it is the mean over all entries.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "mseloss": "PyTorch's MSELoss",
        "mse_loss": "PyTorch's mse_loss",
    }

    type: Literal["mean_squared_error", "mse"] = "mean_squared_error"

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        difference = outputs - targets
        return Evaluation(np.square(difference).mean(axis=-1), difference)

    def backward(self, grad: Array, cache: Any) -> Array:
        return cache * (grad * (2 / cache.shape[-1]))[..., None]


class OfSlope(Loss):
    """A mean over the last axis, whose cache is the slope at each entry."""

    def backward(self, grad: Array, cache: Any) -> Array:
        return cache * (grad / cache.shape[-1])[..., None]


class MeanAbsoluteError(OfSlope):
    """Averages absolute differences over the last axis: ``L = mean |x - t|``.

    Its gradient is ``dx = sign(x - t) / C``, with the sign 0 where they are equal.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"l1_loss": "PyTorch's l1_loss", "l1loss": "PyTorch's L1Loss"}

    type: Literal["mean_absolute_error", "mae"] = "mean_absolute_error"

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        difference = outputs - targets
        return Evaluation(np.abs(difference).mean(axis=-1), np.sign(difference))


class Huber(OfSlope):
    """Averages squares of small differences and lines beyond: ``d²/2`` up to ``delta``, or ``delta · (|d| - delta/2)``.

    ``d = x - t``, and the mean is over the last axis. Its gradient is ``dx = min(max(d, -delta), delta) / C``.
    PyTorch's HuberLoss; its SmoothL1Loss is this divided by ``delta``.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample({"delta": 1.125}, SCORES, VALUES),
        TargetExample({"delta": 0.4}, SCORES, VALUES),
    )
    elsewhere: ClassVar[Mapping[str, str]] = {
        "huberloss": "PyTorch's HuberLoss",
        "huber_loss": "PyTorch's huber_loss",
    }

    type: Literal["huber"] = "huber"
    delta: Annotated[float, Field(gt=0)] = 1.0
    """The difference from which on it is a line."""

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        difference = outputs - targets
        slope = np.clip(difference, -self.delta, self.delta)
        return Evaluation((slope * (difference - slope / 2)).mean(axis=-1), slope)


class SmoothL1(OfSlope):
    """Averages absolute differences rounded off at 0: ``d² / (2 · beta)`` up to ``beta``, or ``|d| - beta/2``.

    ``d = x - t``, and the mean is over the last axis. Its gradient is ``dx = min(max(d/beta, -1), 1) / C``. With
    ``beta`` 0 it is ``mean_absolute_error``, as in PyTorch.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample({"beta": 1.125}, SCORES, VALUES),
        TargetExample({"beta": 0.4}, SCORES, VALUES),
        TargetExample({"beta": 0.0}, SCORES, VALUES),
    )
    elsewhere: ClassVar[Mapping[str, str]] = {
        "smoothl1loss": "PyTorch's SmoothL1Loss",
        "smooth_l1_loss": "PyTorch's smooth_l1_loss",
    }

    type: Literal["smooth_l1"] = "smooth_l1"
    beta: Annotated[float, Field(ge=0)] = 1.0
    """The difference from which on it is a line."""

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        difference = outputs - targets
        slope = np.clip(difference / self.beta, -1, 1) if self.beta else np.sign(difference)
        return Evaluation((slope * (difference - slope * (self.beta / 2))).mean(axis=-1), slope)


class LogCosh(OfSlope):
    """Averages the logarithm of the hyperbolic cosine: ``L = mean log cosh(x - t)``.

    Close to ``d²/2`` for small differences and to ``|d| - log 2`` for large ones. Its gradient is
    ``dx = tanh(x - t) / C``.
    """

    type: Literal["log_cosh"] = "log_cosh"

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        difference = outputs - targets
        slope = np.tanh(difference)
        return Evaluation(_log_cosh(difference, slope).mean(axis=-1), slope)


def _log_cosh(difference: Array, tanh: Array) -> Array:
    """Compute it near 0 as ``-log(1 - tanh²) / 2``, else as ``|d| + log(1 + exp(-2|d|)) - log 2``: no digit is lost."""
    size = np.abs(difference)
    near = np.log1p(-np.minimum(np.square(tanh), 0.6)) / -2
    return np.where(size < 1, near, size + np.log1p(np.exp(-2 * size)) - math.log(2))
