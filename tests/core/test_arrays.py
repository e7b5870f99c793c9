"""Helpers that must be right for numbers near the edges of their type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from chainrule.core.arrays import cast, is_finite, norm, rows_of, size_of
from chainrule.errors import InputError


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let numbers overflow in silence, as every computation does."""
    with np.errstate(over="ignore", invalid="ignore"):
        yield


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("intruder", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found_wherever_it_stands(dtype: str, at: int, intruder: float) -> None:
    array = np.ones((2, 2), dtype)
    array.flat[at] = intruder
    assert not is_finite(array)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_largest_numbers_are_finite(dtype: str) -> None:
    assert is_finite(np.full((3, 3), np.finfo(dtype).max, dtype))
    assert is_finite(np.full((3, 3), np.finfo(dtype).smallest_subnormal, dtype))


def test_infinities_do_not_cancel() -> None:
    assert not is_finite(np.array([np.inf, -np.inf]))


def test_a_size_is_exact_however_large() -> None:
    assert size_of((2**40, 2**40, 3)) == 3 * 2**80
    assert size_of(()) == 1


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([3.0, 4.0], 5.0), ([0.0, 0.0], 0.0), ([3e200, 4e200], 5e200), ([3e-200, 4e-200], 5e-200), ([-7.0], 7.0)],
)
def test_a_norm_survives_squares_that_do_not(numbers: Any, expected: float) -> None:
    assert norm(np.array(numbers)) == pytest.approx(expected, rel=1e-15, abs=0)


def test_a_norm_of_small_float32_numbers_does_not_vanish() -> None:
    assert norm(np.array([3e-30, 4e-30], np.float32)) == pytest.approx(5e-30, rel=1e-6, abs=0)


def test_casting_keeps_an_array_that_has_the_type() -> None:
    array = np.ones(3)
    assert cast(array, np.dtype("float64"), "batch") is array


def test_casting_takes_whole_numbers() -> None:
    result = cast(np.array([1, 2], np.int8), np.dtype("float32"), "batch")
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [1.0, 2.0])


def test_a_number_that_the_type_cannot_hold_is_refused_at_its_array() -> None:
    with pytest.raises(InputError) as error:
        cast(np.array([1.0, 1e39]), np.dtype("float32"), "weights", "a/b", "kernel")
    (fault,) = error.value.faults
    assert (fault.code, fault.pointer) == ("non_finite_input", "/weights/a~1b/kernel")
    assert "too large for float32" in fault.detail


def test_the_largest_numbers_that_the_type_can_hold_are_not_refused() -> None:
    assert np.isfinite(cast(np.array([3.4e38, -3.4e38]), np.dtype("float32"), "batch")).all()


def test_rows_are_all_axes_but_the_last() -> None:
    assert rows_of(np.zeros((2, 3, 4))).shape == (6, 4)
    matrix = np.zeros((2, 3))
    assert rows_of(matrix) is matrix
