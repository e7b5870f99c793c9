"""Losses on the difference between outputs and targets of the same shape."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.loss import Evaluation, Loss


class MeanSquaredError(Loss):
    """Averages squared differences over the last axis: ``L = mean (x - t)²``.

    Its gradient is ``dx = 2 · (x - t) / C``. There is no factor 1/2, and with ``mean`` it is the mean over all entries.
    """

    type: Literal["mean_squared_error", "mse"] = "mean_squared_error"

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        difference = outputs - targets
        return Evaluation(np.square(difference).mean(axis=-1), difference)

    def backward(self, grad: Array, cache: Any) -> Array:
        return cache * (grad * (2 / cache.shape[-1]))[..., None]
