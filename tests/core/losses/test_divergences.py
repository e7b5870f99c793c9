"""The Kullback-Leibler divergence, and the loss of counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.core.losses.divergences import KlDivergence, Poisson
from tests.core.losses.evaluating import evaluated, refused
from tests.tolerances import assert_close


class TestKlDivergence:
    def test_it_sums_over_the_classes_and_averages_over_the_rows(self) -> None:
        result = evaluated(KlDivergence(), [[0.25, 0.75], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]])
        assert_close(result.rows, [0.5 * math.log(2) + 0.5 * math.log(2 / 3), 0.0])
        assert_close(result.loss, result.rows[0] / 2)
        assert_close(result.gradient, [[-1.0, -1 / 3], [-0.5, -0.5]])

    def test_a_target_of_zero_adds_nothing(self) -> None:
        result = evaluated(KlDivergence(), [[0.25, 0.75]], [[0.0, 1.0]])
        assert_close(result.loss, math.log(4 / 3))
        assert_close(result.gradient, [[0.0, -4 / 3]])
        assert result.warnings == ()

    def test_an_impossible_truth_is_clipped_and_counted(self) -> None:
        result = evaluated(KlDivergence(epsilon=0.125), [[0.0, 1.0]], [[0.5, 0.5]])
        assert_close(result.loss, 0.5 * math.log(0.5 / 0.125) + 0.5 * math.log(0.5))
        assert_close(result.gradient, [[-4.0, -0.5]])
        (warned,) = result.warnings
        assert (warned.code, warned.pointer) == ("clipped_probabilities", "/loss/epsilon")
        assert warned.detail.endswith("so that loss and gradient are bounded")

    def test_only_probabilities_that_a_target_reads_are_counted_as_clipped(self) -> None:
        (warned,) = evaluated(KlDivergence(), [[0.0, 1.0]], [[1.0, 0.0]]).warnings
        assert warned.detail.startswith("1 probability was below")
        assert evaluated(KlDivergence(), [[0.0, 1.0]], [[0.0, 1.0]]).warnings == ()

    def test_a_probability_of_just_epsilon_is_not_clipped(self) -> None:
        assert evaluated(KlDivergence(epsilon=0.25), [[0.25, 0.75]], [[0.5, 0.5]]).warnings == ()

    def test_a_target_below_epsilon_is_clipped_in_its_logarithm_only(self) -> None:
        result = evaluated(KlDivergence(epsilon=0.25), [[0.5, 0.5]], [[0.125, 0.875]])
        assert_close(result.loss, 0.125 * math.log(0.25 / 0.5) + 0.875 * math.log(0.875 / 0.5))

    def test_a_negative_target_is_refused(self) -> None:
        fault = refused(KlDivergence(), [[0.5, 0.5]], [[1.5, -0.5]])
        assert (fault.code, fault.detail) == ("invalid_targets", "a target is a probability, got -0.5 at [0, 1]")

    @pytest.mark.parametrize("outputs", [[[0.5, 0.6]], [[-1.0, 2.0]], [[math.log(0.5), math.log(0.5)]]])
    def test_outputs_that_are_no_probabilities_are_refused_with_the_way_out(self, outputs: list[list[float]]) -> None:
        fault = refused(KlDivergence(), outputs, [[0.5, 0.5]])
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/loss")
        assert fault.detail.endswith("end with softmax")


class TestPoisson:
    def test_it_is_least_where_the_rate_is_the_count(self) -> None:
        result = evaluated(Poisson(epsilon=1e-15), [[2.0, 1.0, 4.0]], [[2.0, 3.0, 0.0]])
        assert_close(result.loss, (2 - 2 * math.log(2) + 1 + 4) / 3)
        assert_close(result.gradient, [[0.0, -2 / 3, 1 / 3]])

    def test_epsilon_is_added_to_the_rate(self) -> None:
        result = evaluated(Poisson(epsilon=0.5), [[1.5]], [[3.0]])
        assert_close(result.loss, 1.5 - 3 * math.log(2))
        assert_close(result.gradient, [[1 - 3 / 2]])

    def test_a_rate_of_zero_has_a_finite_loss(self) -> None:
        result = evaluated(Poisson(), [[0.0]], [[1.0]])
        assert_close(result.loss, -math.log(1e-7))
        assert_close(result.gradient, [[1 - 1e7]])

    def test_rates_below_zero_are_refused_with_the_way_out(self) -> None:
        fault = refused(Poisson(), [[1.0, -0.5]], [[1.0, 1.0]])
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/loss")
        assert fault.detail == ("the outputs are no rates (-0.5 is below 0): end with softplus, exponential or relu")

    def test_a_rate_that_epsilon_makes_zero_is_refused(self) -> None:
        assert refused(Poisson(epsilon=0.5), [[-0.5]], [[1.0]]).code == "invalid_parameter"


def test_all_targets_may_be_zero() -> None:
    assert evaluated(KlDivergence(), [[0.5, 0.5]], [[0.0, 0.0]]).loss == 0.0
    np.testing.assert_array_equal(evaluated(Poisson(), [[0.5, 0.5]], [[0.0, 0.0]]).gradient, [[0.5, 0.5]])
