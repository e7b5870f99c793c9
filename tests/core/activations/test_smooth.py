"""Softplus, the logarithm of the sigmoid, softsign, and the logarithm of softmax."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.core.activations.softmax import LogSoftmax
from chainrule.core.layer import Misfit
from tests.core.activations.passing import both, slopes
from tests.tolerances import assert_close


def test_softplus_is_the_integral_of_the_sigmoid() -> None:
    y, dx = both("softplus", [[math.log(3), 0.0, -math.log(3)]], [[4.0, 4.0, 4.0]])
    assert_close(y, [[math.log(4), math.log(2), math.log(4 / 3)]])
    assert_close(dx, [[3.0, 2.0, 1.0]])


def test_softplus_is_exact_where_pytorch_takes_the_number_itself() -> None:
    (y,) = both("softplus", [20.5], [1.0])[0]
    assert y == 20.5 + math.exp(-20.5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "y", "slope"),
    [
        ("softplus", [0.0, math.exp(-40), 40.0, 800.0], [0.0, math.exp(-40), 1.0, 1.0]),
        ("log_sigmoid", [-800.0, -40.0, -math.exp(-40), 0.0], [1.0, 1.0, math.exp(-40), 0.0]),
        ("softsign", [-800 / 801, -40 / 41, 40 / 41, 800 / 801], [1 / 801**2, 1 / 41**2, 1 / 41**2, 1 / 801**2]),
    ],
)
def test_far_out_no_digit_is_lost_and_nothing_overflows(name: str, y: list[float], slope: list[float]) -> None:
    x = [-800.0, -40.0, 40.0, 800.0]
    np.testing.assert_allclose(both(name, x, x)[0], y, rtol=4e-16, atol=1e-320)
    np.testing.assert_allclose(slopes(name, x), slope, rtol=4e-16, atol=1e-320)


def test_log_sigmoid_of_a_number_is_minus_softplus_of_its_negative() -> None:
    x = np.linspace(-5, 5, 21)
    np.testing.assert_array_equal(both("log_sigmoid", x, x)[0], -both("softplus", -x, x)[0])


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_softsign_does_not_overflow() -> None:
    y, dx = both("softsign", [[-1e308, 1e200, 3.0]], [[1.0, 1.0, 16.0]])
    np.testing.assert_array_equal(y, [[-1.0, 1.0, 0.75]])
    assert_close(dx, [[0.0, 0.0, 1.0]])


def test_log_softmax_is_the_logarithm_of_softmax() -> None:
    x = np.log([[1.0, 2.0, 5.0]])
    y, dx = both("log_softmax", x, [[8.0, 0.0, 0.0]])
    assert_close(y, np.log([[0.125, 0.25, 0.625]]))
    assert_close(dx, [[7.0, -2.0, -5.0]])


def test_log_softmax_keeps_what_softmax_rounds_to_zero() -> None:
    y, dx = both("log_softmax", [[800.0, 0.0, -800.0]], [[1.0, 1.0, 1.0]])
    np.testing.assert_array_equal(y, [[0.0, -800.0, -1600.0]])
    np.testing.assert_array_equal(dx, [[-2.0, 1.0, 1.0]])


def test_log_softmax_along_another_axis_is_that_of_the_turned_array() -> None:
    x, upstream = np.random.default_rng(0).normal(size=(2, 2, 3, 4))
    y, dx = both("log_softmax", x, upstream, axis=1)
    turned_y, turned_dx = both("log_softmax", x.swapaxes(1, 2), upstream.swapaxes(1, 2))
    assert_close(y, turned_y.swapaxes(1, 2))
    assert_close(dx, turned_dx.swapaxes(1, 2))


@pytest.mark.parametrize("axis", [0, -3, 3, 10**18])
def test_log_softmax_refuses_an_axis_that_is_none_of_a_sample(axis: int) -> None:
    with pytest.raises(Misfit, match=f"axis {axis} is no axis of a sample: the input has the shape"):
        LogSoftmax(axis=axis).output_shape((2, 3, 4))
