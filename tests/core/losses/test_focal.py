"""The focal cross-entropy: less of what is nearly right."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from chainrule.core.losses.crossentropy import CategoricalCrossentropy
from chainrule.core.losses.focal import CategoricalFocalCrossentropy
from tests.core.losses.evaluating import evaluated, refused
from tests.tolerances import assert_close

P = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])


def test_it_is_a_quarter_of_the_square_of_the_rest_times_the_logarithm() -> None:
    result = evaluated(CategoricalFocalCrossentropy(), P, [0, 1])
    assert_close(result.rows, [0.25 * 0.25 * math.log(2), 0.25 * 0.0625 * math.log(4 / 3)])
    slopes = [2 * 0.5 * math.log(0.5) - 0.25 / 0.5, 2 * 0.25 * math.log(0.75) - 0.0625 / 0.75]
    assert_close(result.gradient, np.array([[slopes[0], 0, 0], [0, slopes[1], 0]]) / 8)


@pytest.mark.parametrize("targets", [[0, 1], [[0.5, 0.25, 0.0], [0.25, 0.5, 1.0]]], ids=["labels", "soft"])
def test_without_focus_it_is_alpha_times_the_cross_entropy(targets: Any) -> None:
    focal = evaluated(CategoricalFocalCrossentropy(alpha=3.0, gamma=0.0), P, targets)
    plain = evaluated(CategoricalCrossentropy(), P, targets)
    assert_close(focal.loss, 3 * plain.loss)
    assert_close(focal.gradient, 3 * plain.gradient)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_a_certain_truth_costs_nothing_and_has_a_finite_slope(gamma: float) -> None:
    result = evaluated(CategoricalFocalCrossentropy(alpha=1.0, gamma=gamma), [[1.0, 0.0]], [0])
    assert result.loss == 0.0
    assert_close(result.gradient, [[-1.0 if gamma == 0 else 0.0, 0.0]])


def test_what_memory_held_before_makes_no_difference() -> None:
    for _ in range(20):
        junk = [np.full((1, 2), np.nan) for _ in range(8)]
        del junk
        assert np.isfinite(evaluated(CategoricalFocalCrossentropy(), [[1.0, 0.0]], [0]).gradient).all()


def test_a_probability_rounded_above_one_counts_as_one() -> None:
    result = evaluated(CategoricalFocalCrossentropy(gamma=0.5), [[1.0000001, 0.0]], [0])
    assert result.loss == 0.0
    assert np.isfinite(result.gradient).all()


def test_an_impossible_truth_is_clipped_and_counted() -> None:
    result = evaluated(CategoricalFocalCrossentropy(alpha=1.0, gamma=1.0, epsilon=0.125), [[0.0, 1.0]], [0])
    assert_close(result.loss, math.log(8))
    assert_close(result.gradient, [[-math.log(8) - 8, 0.0]])
    (warned,) = result.warnings
    assert warned.code == "clipped_probabilities"
    assert "fused" not in warned.detail


def test_outputs_that_are_no_probabilities_are_refused() -> None:
    fault = refused(CategoricalFocalCrossentropy(), [[3.0, -2.0]], [0])
    assert (fault.code, fault.pointer) == ("invalid_parameter", "/loss")
    assert fault.detail == "the outputs are no probabilities (-2 is no probability): end with softmax"


@pytest.mark.parametrize("parameters", [{"gamma": -1.0}, {"alpha": -0.5}, {"epsilon": 0.0}])
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        CategoricalFocalCrossentropy.model_validate(parameters)


def test_it_says_how_many_probabilities_were_clipped() -> None:
    warning = CategoricalFocalCrossentropy().warning(3)
    assert warning.code == "clipped_probabilities"
    assert warning.detail.startswith("3 probabilities")
