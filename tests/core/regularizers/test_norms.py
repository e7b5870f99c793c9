"""The penalties in whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tests.core.discovery import made

WEIGHT = np.array([[3.0, -4.0], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("parameters", "penalty", "slope"),
    [
        ({"type": "l1", "l1": 2.0}, 16.0, [[2.0, -2.0], [0.0, 2.0]]),
        ({"type": "l2", "l2": 2.0}, 52.0, [[12.0, -16.0], [0.0, 4.0]]),
        ({"type": "l1_l2", "l1": 2.0, "l2": 2.0}, 68.0, [[14.0, -18.0], [0.0, 6.0]]),
        ({"type": "l2", "l2": 0.0}, 0.0, [[0.0, 0.0], [0.0, 0.0]]),
    ],
)
def test_penalties_and_slopes(parameters: dict[str, Any], penalty: float, slope: Any) -> None:
    regularizer = made("regularizer", parameters.pop("type"), **parameters)
    assert regularizer.penalty(WEIGHT) == penalty
    np.testing.assert_array_equal(regularizer.slope(WEIGHT), slope)


def test_a_name_alone_means_kerass_defaults() -> None:
    assert [made("regularizer", name).model_dump(exclude={"type"}) for name in ("l1", "l2", "l1_l2")] == [
        {"l1": 0.01},
        {"l2": 0.01},
        {"l1": 0.01, "l2": 0.01},
    ]


@pytest.mark.parametrize("strength", [-1.0, float("nan"), float("inf"), "1", True])
def test_a_strength_is_a_number_from_zero(strength: Any) -> None:
    with pytest.raises(ValidationError):
        made("regularizer", "l2", l2=strength)
