"""Hinges: losses that are 0 once the right side is ahead by a margin of 1."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape, plain_zeros
from chainrule.core.examples import LABELS, ONE_HOT, SCORES, SOFT, TargetExample
from chainrule.core.loss import Evaluation, Loss
from chainrule.core.losses.checks import check_targets
from chainrule.core.losses.class_targets import read_labels

SIGNS = ((1, -1, -1), (-1, 1, 1), (-1, 1, -1))
"""Targets of yes and no as 1 and -1."""


class OfMargin(Loss):
    """A mean over the last axis of a function of ``1 - t · x``, with ``t`` 1 or -1."""

    examples: ClassVar[tuple[TargetExample, ...]] = (TargetExample(outputs=SCORES, targets=SIGNS),)

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> Array:
        signs: Array = super().read_targets(targets, outputs, dtype)
        check_targets(signs, np.abs(signs) == 1, f"the targets of {self.type} are -1 and 1")
        return signs


class Hinge(OfMargin):
    """Averages how far outputs stay behind the margin on their side: ``L = mean max(0, 1 - t · x)``.

    Its gradient is ``dx = -t / C where t · x < 1, else 0``. Targets are -1 or 1; Keras reads 0 as -1 silently.
    """

    type: Literal["hinge"] = "hinge"

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        behind = 1 - targets * outputs
        return Evaluation(np.maximum(behind, 0).mean(axis=-1), (behind > 0, targets))

    def backward(self, grad: Array, cache: Any) -> Array:
        behind, targets = cache
        dx = targets * (grad / -targets.shape[-1])[..., None]
        dx *= behind
        return plain_zeros(dx)


class SquaredHinge(OfMargin):
    """Averages squares of how far outputs stay behind the margin: ``L = mean max(0, 1 - t · x)²``.

    Its gradient is ``dx = -2 · t · max(0, 1 - t · x) / C``. Targets are -1 or 1; Keras reads 0 as -1 silently.
    """

    type: Literal["squared_hinge"] = "squared_hinge"

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        behind = np.maximum(1 - targets * outputs, 0)
        return Evaluation(np.square(behind).mean(axis=-1), (behind, targets))

    def backward(self, grad: Array, cache: Any) -> Array:
        behind, targets = cache
        dx = targets * (grad * (-2 / targets.shape[-1]))[..., None]
        dx *= behind
        return plain_zeros(dx)


class CategoricalHinge(Loss):
    """Compares the score of the right class with the best of the others: ``L = max(0, 1 + max (1 - t) · x - Σ t · x)``.

    Where it is not 0, ``dx = -t``, and ``1 - t`` more at the best of the others, the first of equals. Targets are
    labels or rows of 0 and 1. Keras's formula: the right class takes part with 0, so that others below 0 do not count.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=SCORES, targets=LABELS),
        TargetExample(outputs=SCORES, targets=ONE_HOT),
        TargetExample(outputs=SCORES, targets=SOFT),
    )

    type: Literal["categorical_hinge"] = "categorical_hinge"

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> Array:
        if targets.shape != outputs:
            labels, _ = read_labels(targets, outputs, dtype)
            return np.equal(labels[..., None], np.arange(outputs[-1])).astype(dtype)
        shares: Array = super().read_targets(targets, outputs, dtype)
        check_targets(shares, (shares >= 0) & (shares <= 1), f"a target of {self.type} is from 0 to 1")
        return shares

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        others = (1 - targets) * outputs
        best = others.argmax(axis=-1)[..., None]
        behind = 1 + np.take_along_axis(others, best, axis=-1)[..., 0] - (targets * outputs).sum(axis=-1)
        return Evaluation(np.maximum(behind, 0), (behind > 0, best, targets))

    def backward(self, grad: Array, cache: Any) -> Array:
        behind, best, targets = cache
        dx = -targets
        at_best = np.take_along_axis(dx, best, axis=-1) + (1 - np.take_along_axis(targets, best, axis=-1))
        np.put_along_axis(dx, best, at_best, axis=-1)
        dx *= (grad * behind)[..., None]
        return plain_zeros(dx)
