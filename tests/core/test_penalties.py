"""Penalties that overflow are told with the layer whose weights are too large."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.definition import Definition
from chainrule.core.engine import arithmetic, penalty, with_penalties
from chainrule.core.limits import Limits
from chainrule.core.network import resolve
from chainrule.errors import Fault, InputError

DENSE = {
    "type": "dense",
    "name": "heavy",
    "units": 1,
    "use_bias": False,
    "kernel_regularizer": {"type": "l2", "l2": 1e10},
}
NETWORK = resolve(Definition.model_validate({"layers": [{"type": "relu"}, DENSE]}), {"inputs": (1, 1)}, Limits())
WEIGHTS = [{}, {"kernel": np.full((1, 1), 1e300)}]


def told(what: str) -> tuple[Fault, ...]:
    detail = f'the {what} of layer "heavy" is the first that is not finite: its numbers are too large'
    return (Fault("non_finite_result", "/network/layers/1", detail),)


def test_a_penalty_that_overflows_is_told_with_its_layer() -> None:
    with arithmetic(), pytest.raises(InputError) as error:
        penalty(NETWORK, WEIGHTS, np.dtype("float64"))
    assert error.value.faults == told("penalty")


def test_a_slope_that_overflows_is_told_with_its_layer() -> None:
    with arithmetic(), pytest.raises(InputError) as error:
        with_penalties(NETWORK, WEIGHTS, {1: {"kernel": np.ones((1, 1))}})
    assert error.value.faults == told("gradient")
