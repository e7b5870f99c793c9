"""The rectified linear unit."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from chainrule.core.arrays import Array, Weights
from chainrule.core.layer import EVERYTHING, Activation, Gradients, Run, Step, Wanted


class Relu(Activation):
    """Cuts off what is below zero: ``y = max(x, 0)``, ``dx = grad where x > 0, else 0``.

    The slope at 0 is 0, as in PyTorch and in the chapter.
    """

    type: Literal["relu"] = "relu"

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        y = np.maximum(x, 0)
        return Step(y, y)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        dx = grad * (cache > 0)
        dx += 0.0  # a negative number times 0 is -0.0, which a reader would wonder at; -0.0 + 0.0 is 0.0
        return Gradients((dx,))
