"""Each initializer draws from the law that its documentation states: tests of Kolmogorov and Smirnov.

The numbers are the same in every run, so that what passes once passes always.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from chainrule.core.arrays import size_of
from chainrule.core.random_bits import WeightBits
from tests.core.discovery import made

SHAPE = (40, 5, 30, 20)
"""A kernel of 200 places that reads 30 numbers and has 20 filters."""

FAN_IN, FAN_OUT = 200 * 30, 200 * 20

BITS = WeightBits(seed=7, layer=3, name="kernel")


def drawn(name: str, **parameters: Any) -> NDArray[np.float64]:
    values: NDArray[np.float64] = made("initializer", name, **parameters).values(SHAPE, BITS)
    assert values.shape == SHAPE
    return values.ravel()


def uniform(bound: float) -> Any:
    return stats.uniform(-bound, 2 * bound)


def cut_normal(variance: float) -> Any:
    """The normal law within two deviations whose variance is this one."""
    law = stats.truncnorm(-2, 2)
    return stats.truncnorm(-2, 2, scale=math.sqrt(variance / law.var()))


LAWS: dict[str, tuple[dict[str, Any], Any]] = {
    "normal": ({}, stats.norm(0, 0.05)),
    "normal, shifted": ({"mean": 3.0, "stddev": 2.0}, stats.norm(3, 2)),
    "truncated_normal": ({}, stats.truncnorm(-2, 2, scale=0.05)),
    "truncated_normal, shifted": ({"mean": 3.0, "stddev": 2.0}, stats.truncnorm(-2, 2, 3, 2)),
    "uniform": ({}, uniform(0.05)),
    "uniform, shifted": ({"minval": 1.0, "maxval": 3.0}, stats.uniform(1, 2)),
    "glorot_uniform": ({}, uniform(math.sqrt(6 / (FAN_IN + FAN_OUT)))),
    "he_uniform": ({}, uniform(math.sqrt(6 / FAN_IN))),
    "lecun_uniform": ({}, uniform(math.sqrt(3 / FAN_IN))),
    "glorot_normal": ({}, cut_normal(2 / (FAN_IN + FAN_OUT))),
    "he_normal": ({}, cut_normal(2 / FAN_IN)),
    "lecun_normal": ({}, cut_normal(1 / FAN_IN)),
}


@pytest.mark.parametrize("name", LAWS)
def test_numbers_have_the_law_of_their_initializer(name: str) -> None:
    parameters, law = LAWS[name]
    values = drawn(name.partition(",")[0], **parameters)
    assert stats.kstest(values, law.cdf).pvalue > 0.01


@pytest.mark.parametrize("name", LAWS)
def test_a_spread_that_is_a_twentieth_wider_would_be_found(name: str) -> None:
    parameters, law = LAWS[name]
    values = drawn(name.partition(",")[0], **parameters)
    wider = law.mean() + (values - law.mean()) * 1.05
    assert stats.kstest(wider, law.cdf).pvalue < 0.01


@pytest.mark.parametrize("name", LAWS)
def test_numbers_do_not_depend_on_their_neighbours(name: str) -> None:
    parameters, _ = LAWS[name]
    values = drawn(name.partition(",")[0], **parameters)
    rest = values - values.mean()
    for lag in (1, 2, 4, 20, 600):
        correlation = (rest[lag:] @ rest[:-lag]) / (rest @ rest)
        assert abs(correlation) < 4 / math.sqrt(values.size)


@pytest.mark.parametrize(
    ("name", "parameters", "number"),
    [("zeros", {}, 0.0), ("ones", {}, 1.0), ("constant", {"value": -2.5}, -2.5), ("normal", {"stddev": 0.0}, 0.0)],
)
def test_constants_are_the_same_number_everywhere(name: str, parameters: dict[str, Any], number: float) -> None:
    np.testing.assert_array_equal(drawn(name, **parameters), np.full(size_of(SHAPE), number))


@pytest.mark.parametrize("name", ["glorot_uniform", "he_uniform", "lecun_uniform", "uniform"])
def test_uniform_numbers_stay_within_their_bounds(name: str) -> None:
    parameters, law = LAWS[name]
    low, high = law.support()
    values = drawn(name, **parameters)
    assert low < values.min() < low * 0.999
    assert high * 0.999 < values.max() < high


@pytest.mark.parametrize(
    ("shape", "fan_in", "fan_out"),
    [
        ((), 1, 1),
        ((9,), 9, 9),
        ((784, 64), 784, 64),
        ((3, 5, 16, 32), 240, 480),  # a conv2d
        ((7, 4, 6), 28, 42),  # a conv1d
        ((3, 3, 8, 2), 72, 18),  # a depthwise_conv2d
        ((10, 4, 5), 40, 50),  # an attention's projection, as Keras counts it
    ],
)
def test_fans_are_those_of_keras(shape: tuple[int, ...], fan_in: int, fan_out: int) -> None:
    glorot, he = made("initializer", "glorot_uniform"), made("initializer", "he_uniform")
    assert math.sqrt(3 * glorot.variance(shape)) == pytest.approx(math.sqrt(6 / (fan_in + fan_out)), rel=1e-15)
    assert he.variance(shape) == pytest.approx(2 / fan_in, rel=1e-15)


@pytest.mark.parametrize("name", LAWS)
def test_what_draws_each_number_alone_counts_as_no_work(name: str) -> None:
    assert made("initializer", name.partition(",")[0]).flops(SHAPE) == 0
