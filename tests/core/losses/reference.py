"""The losses over classes once more, position by position and class by class, as the formulas are written."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Float64s = NDArray[np.float64]


def log_softmax(scores: Sequence[float]) -> list[float]:
    largest = max(scores)
    total = math.log(math.fsum(math.exp(score - largest) for score in scores))
    return [score - largest - total for score in scores]


def cross_entropy(
    scores: Float64s,
    targets: Float64s,
    *,
    smoothing: float = 0.0,
    class_weights: Sequence[float] | None = None,
    ignore_index: int | None = None,
    sample_weights: Sequence[float] | None = None,
) -> tuple[list[float], float]:
    """PyTorch's formulas: the loss of each row times its weights, and what a mean divides their sum by."""
    losses, divisor = [], 0.0
    count = scores.shape[1]
    for row, target in enumerate(targets):
        log_p = log_softmax(scores[row].tolist())
        weights = [1.0] * count if class_weights is None else class_weights
        sample_weight = 1.0 if sample_weights is None else sample_weights[row]
        if targets.ndim == 2:
            q = [(1 - smoothing) * target[c] + smoothing / count for c in range(count)]
            loss = -math.fsum(weights[c] * q[c] * log_p[c] for c in range(count))
            class_weight = 1.0
        elif target == ignore_index:
            loss, class_weight = 0.0, 0.0
        else:
            label = int(target)
            spread = -math.fsum(weights[c] * log_p[c] for c in range(count))
            loss = (1 - smoothing) * weights[label] * -log_p[label] + smoothing / count * spread
            class_weight = weights[label]
        losses.append(sample_weight * loss)
        divisor += sample_weight * class_weight
    return losses, divisor
