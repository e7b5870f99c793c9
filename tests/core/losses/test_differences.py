"""Losses on differences: means over the last axis, and what they do where they have a kink."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from chainrule.core.losses.differences import Huber, LogCosh, MeanAbsoluteError, MeanSquaredError, SmoothL1
from tests.core.discovery import made
from tests.core.losses.evaluating import evaluated, refused
from tests.tolerances import assert_close

OUTPUTS = [[4.0, 1.0, 0.5, -2.0]]
TARGETS = [[1.0, 1.0, 0.0, 0.0]]  # differences 3, 0, 1/2, -2


def test_absolute_differences_have_the_slope_zero_where_there_is_none() -> None:
    result = evaluated(MeanAbsoluteError(), OUTPUTS, TARGETS)
    assert result.loss == 5.5 / 4
    np.testing.assert_array_equal(result.gradient, [[0.25, 0.0, 0.25, -0.25]])


def test_squares_are_not_halved() -> None:
    result = evaluated(MeanSquaredError(), OUTPUTS, TARGETS)
    assert result.loss == 13.25 / 4
    np.testing.assert_array_equal(result.gradient, [[1.5, 0.0, 0.25, -1.0]])


def test_huber_is_half_a_square_up_to_delta_and_a_line_beyond() -> None:
    result = evaluated(Huber(delta=2.0), OUTPUTS, TARGETS)
    assert result.loss == (4.0 + 0.0 + 0.125 + 2.0) / 4
    np.testing.assert_array_equal(result.gradient, [[0.5, 0.0, 0.125, -0.5]])


def test_smooth_l1_is_huber_divided_by_its_width() -> None:
    for width in (0.25, 1.0, 2.0):
        smooth = evaluated(SmoothL1(beta=width), OUTPUTS, TARGETS)
        huber = evaluated(Huber(delta=width), OUTPUTS, TARGETS)
        assert_close(smooth.loss, huber.loss / width)
        assert_close(smooth.gradient, huber.gradient / width)


def test_smooth_l1_of_no_width_is_the_absolute_difference() -> None:
    smooth, absolute = evaluated(SmoothL1(beta=0.0), OUTPUTS, TARGETS), evaluated(MeanAbsoluteError(), OUTPUTS, TARGETS)
    assert smooth.loss == absolute.loss
    np.testing.assert_array_equal(smooth.gradient, absolute.gradient)


def test_log_cosh_has_the_hyperbolic_tangent_as_its_slope() -> None:
    result = evaluated(LogCosh(), OUTPUTS, TARGETS)
    assert_close(result.loss, sum(math.log(math.cosh(one)) for one in (3.0, 0.5, 2.0)) / 4)
    assert_close(result.gradient, np.tanh([[3.0, 0.0, 0.5, -2.0]]) / 4)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("difference", "value"), [(1e-9, 5e-19), (-1e-9, 5e-19), (800.0, 800 - math.log(2)), (-1e300, 1e300)]
)
def test_log_cosh_loses_no_digit_of_tiny_or_huge_differences(difference: float, value: float) -> None:
    result = evaluated(LogCosh(), [[difference]], [[0.0]])
    np.testing.assert_allclose(result.loss, value, rtol=4e-16)
    np.testing.assert_allclose(result.gradient, [[math.tanh(difference)]], rtol=4e-16)


@pytest.mark.parametrize("near_one", [0.5, 0.9999999, 1.0, 1.0000001, 1.5])
def test_log_cosh_is_exact_where_its_two_formulas_meet(near_one: float) -> None:
    np.testing.assert_allclose(
        evaluated(LogCosh(), [[near_one]], [[0.0]]).loss, math.log(math.cosh(near_one)), rtol=1e-15
    )


@pytest.mark.parametrize(("loss", "value"), [(Huber, {"delta": 0.0}), (SmoothL1, {"beta": -1.0})])
def test_widths_that_make_no_sense_are_refused(loss: type[Huber] | type[SmoothL1], value: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        loss.model_validate(value)


@pytest.mark.parametrize("name", ["mae", "mean_absolute_error", "huber", "smooth_l1", "log_cosh", "mse"])
def test_targets_that_would_broadcast_are_refused(name: str) -> None:
    fault = refused(made("loss", name), [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0])
    assert (fault.code, fault.pointer) == ("shape_mismatch", "/batch/targets")
    assert fault.detail == "expected the output's shape (2, 2), got (2,)"


def test_mae_is_another_name_of_the_mean_absolute_error() -> None:
    assert type(made("loss", "mae")) is MeanAbsoluteError
