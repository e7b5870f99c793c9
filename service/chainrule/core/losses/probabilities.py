"""What losses on probabilities share: outputs that cannot be probabilities are refused, clipped ones are counted."""

from __future__ import annotations

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.loss import Warned
from chainrule.core.losses.class_targets import ClassTargets
from chainrule.errors import InputError

TOLERANCE = 1e-3
"""How far from 1 a row may sum, and how far outside of 0 to 1 a number may lie, before it is no rounding."""

WITH_LOGITS = "end with softmax or sigmoid, or set from_logits"
"""The ways out for a loss that has ``from_logits``."""


def check_probabilities(outputs: Array, *, sum_to_one: bool, way_out: str = WITH_LOGITS) -> None:
    """Refuse outputs that are no probabilities.

    Raises
    ------
    InputError
        With the way out: a last layer that makes them so, or ``from_logits``.
    """
    low, high = outputs.min(), outputs.max()
    if low < -TOLERANCE or high > 1 + TOLERANCE:
        raise _no_probabilities(f"{low if low < -TOLERANCE else high:.6g} is no probability", way_out)
    if sum_to_one:
        sums = outputs.sum(axis=-1)
        worst = sums.flat[int(np.abs(sums - 1).argmax())]
        if abs(worst - 1) > TOLERANCE:
            raise _no_probabilities(f"a row sums to {worst:.6g}", way_out)


def _no_probabilities(fact: str, way_out: str) -> InputError:
    return InputError("invalid_parameter", "/loss", f"the outputs are no probabilities ({fact}): {way_out}")


def count_clipped(outputs: Array, targets: ClassTargets, epsilon: float) -> int:
    """Count the probabilities below ``epsilon`` that the targets read."""
    below = outputs < epsilon
    if not below.any():
        return 0
    read = targets.scaled(np.ones(outputs.shape[:-1], outputs.dtype), outputs.shape) != 0
    return int((below & read).sum())


def clip_warning(count: int, epsilon: float, *, fused_is_exact: bool = False) -> Warned:
    """Warn of so many probabilities below ``epsilon`` that the loss has read, and name the loss's way around it."""
    what = "1 probability was" if count == 1 else f"{count} probabilities were"
    way_out = ": a fused loss is exact" if fused_is_exact else ""
    detail = f"{what} below epsilon {epsilon:g} and clipped, so that loss and gradient are bounded{way_out}"
    return Warned("clipped_probabilities", detail, "/loss/epsilon")
