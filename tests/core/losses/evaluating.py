"""A loss of a batch without a network: its value, what each row counts, and the gradient at the outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from chainrule.core.loss import Loss, Warned, reduce
from chainrule.errors import Fault, InputError


@dataclass(frozen=True)
class Result:
    """What a loss gives."""

    loss: Any
    rows: NDArray[Any]
    weight: float
    gradient: NDArray[Any]
    warnings: tuple[Warned, ...]


def evaluated(loss: Loss, outputs: ArrayLike, targets: ArrayLike, sample_weights: ArrayLike | None = None) -> Result:
    """Both passes of a loss, on plain outputs."""
    y = np.asarray(outputs, float)
    read = loss.read_targets(np.asarray(targets, float), y.shape, y.dtype)
    evaluation = loss.forward(y, read)
    reduced, grad = reduce(
        loss, evaluation, read, None if sample_weights is None else np.asarray(sample_weights, float)
    )
    gradient = loss.backward(grad, evaluation.cache)
    warnings = (loss.warning(evaluation.noticed),) if evaluation.noticed else ()
    assert all(isinstance(warned.detail, str) for warned in warnings)
    return Result(reduced.loss, reduced.position_losses, reduced.loss_weight, gradient, warnings)


def refused(loss: Loss, outputs: ArrayLike, targets: ArrayLike, sample_weights: ArrayLike | None = None) -> Fault:
    """Why a loss refuses a batch."""
    with pytest.raises(InputError) as error:
        evaluated(loss, outputs, targets, sample_weights)
    (fault,) = error.value.faults
    assert isinstance(fault.detail, str)
    return fault
