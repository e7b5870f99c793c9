"""Functions of our own, against slower ones that are known to be exact."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_ndtr, ndtr

from chainrule.core.functions import HIGHEST, LOWEST, normal_cdf, softplus
from chainrule.core.in_cache import PIECE

finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(finite)
def test_softplus_has_every_digit(x: float) -> None:
    expected = max(x, 0.0) + math.log1p(math.exp(-abs(x)))
    np.testing.assert_allclose(softplus(np.array([x])), [expected], rtol=5e-16)


def test_softplus_is_rounded_about_as_well_as_the_logarithm_that_it_replaces() -> None:
    x = np.linspace(-3, 3, 10_001)
    exact = np.log1p(np.exp(-np.abs(x.astype(np.longdouble)))) + np.maximum(x, 0)
    wrong = np.abs(softplus(x) - exact) / np.spacing(softplus(x))
    assert wrong.mean() < 0.4  # of a last digit; 0.3 with log1p, 0.6 if what rounding has lost is put back wrongly


@settings(deadline=None)
@given(st.floats(-8, 8, width=32))
def test_softplus_of_float32_has_every_digit(x: float) -> None:
    found = softplus(np.array([x], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [np.logaddexp(0, x)], rtol=3e-7)


@settings(deadline=None)
@given(st.floats(-40, 40))
def test_the_normal_distribution_is_that_of_scipy(x: float) -> None:
    np.testing.assert_allclose(normal_cdf(np.array([x])), [ndtr(x)], rtol=0, atol=4e-16)


@settings(deadline=None)
@given(st.floats(LOWEST + 0.001, HIGHEST))
def test_the_normal_distribution_has_digits_far_below_its_middle(x: float) -> None:
    np.testing.assert_allclose(np.log(normal_cdf(np.array([x]))), [log_ndtr(x)], rtol=0, atol=1e-11)


@settings(deadline=None)
@given(st.floats(-9, 9, width=32))
def test_the_normal_distribution_of_float32_is_as_exact_as_the_type(x: float) -> None:
    found = normal_cdf(np.array([x], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [ndtr(x)], rtol=0, atol=1.2e-7)


@pytest.mark.parametrize("x", [LOWEST, LOWEST - 0.001, -1e300])
def test_far_below_its_middle_the_normal_distribution_is_exactly_zero(x: float) -> None:
    assert normal_cdf(np.array([x], float)) == 0


@pytest.mark.parametrize("x", [HIGHEST, HIGHEST + 0.001, 1e300])
def test_far_above_its_middle_the_normal_distribution_is_exactly_one(x: float) -> None:
    assert normal_cdf(np.array([x], float)) == 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_normal_distribution_at_zero_is_one_half(dtype: type[np.floating]) -> None:
    assert normal_cdf(np.zeros(1, dtype)) == 0.5


def test_pieces_of_a_large_array_are_put_together_in_order() -> None:
    x = np.linspace(-3, 3, 2 * PIECE + 7).reshape(-1, 1)
    found = normal_cdf(x[::-1])
    assert found.shape == x.shape
    np.testing.assert_allclose(found, ndtr(x[::-1]), rtol=0, atol=4e-16)
