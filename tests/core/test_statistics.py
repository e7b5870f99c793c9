from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from chainrule.core.statistics import statistics

ANY = hnp.arrays(
    np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=st.floats(allow_nan=False, allow_infinity=False)
)
ORDINARY = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=6), elements=st.floats(-1e6, 1e6, width=32))


@given(array=ORDINARY)
def test_the_numbers_are_those_of_numpy(array: NDArray[np.float64]) -> None:
    found = statistics(array)
    assert (found["minimum"], found["maximum"]) == (array.min(), array.max())
    assert found["mean"] == pytest.approx(array.mean(), abs=1e-9)
    assert found["standard_deviation"] == pytest.approx(array.std(), abs=1e-9)
    assert found["zeros"] == (array == 0).sum()


@given(array=ANY)
def test_nothing_overflows_however_large_the_entries_are(array: NDArray[np.float64]) -> None:
    found = statistics(array)
    assert all(map(math.isfinite, found.values()))
    span = found["maximum"] / 2 - found["minimum"] / 2
    assert 0 <= found["standard_deviation"] <= span * (1 + 1e-12) + 5e-324


def test_nothing_vanishes_however_small_the_entries_are() -> None:
    found = statistics(np.array([1e-300, 3e-300]))
    assert found["mean"] == pytest.approx(2e-300)
    assert found["standard_deviation"] == pytest.approx(1e-300)


def test_equal_entries_are_their_own_mean_and_do_not_deviate() -> None:
    found = statistics(np.full((7, 13), 0.1))
    assert (found["mean"], found["standard_deviation"]) == (0.1, 0.0)


def test_zeros_of_both_signs_count_and_tiny_numbers_do_not() -> None:
    assert statistics(np.array([0.0, -0.0, 5e-324, -1.0]))["zeros"] == 2


def test_float32_is_summed_up_in_float64() -> None:
    array = np.full(3 * 10**5, 0.1, np.float32)
    array[0] = 1.0
    assert statistics(array)["mean"] == pytest.approx(array.astype(np.float64).mean(), rel=1e-13)
