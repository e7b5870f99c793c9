"""Cross-entropy of yes and no: hand-worked values, weights of yes, and what is clipped."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule.core.activations.sigmoid import Sigmoid
from chainrule.core.losses.binary import BinaryCrossentropy
from tests.core.losses.evaluating import evaluated, refused
from tests.tolerances import assert_close


def test_each_output_costs_the_logarithm_of_what_it_gave_the_truth() -> None:
    result = evaluated(BinaryCrossentropy(), [[0.25, 0.75], [0.5, 0.125]], [[1, 0], [1, 0]])
    assert_close(result.rows, [(2 * math.log(4)) / 2, (math.log(2) - math.log(0.875)) / 2])
    assert_close(result.gradient, np.array([[-4.0, 4.0], [-2.0, 1 / 0.875]]) / 4)


def test_scores_and_their_probabilities_cost_the_same() -> None:
    scores, targets = np.array([[0.5, -1.5, 3.0]]), [[1.0, 0.25, 0.0]]
    on_scores = evaluated(BinaryCrossentropy(from_logits=True, pos_weight=[1.0, 2.0, 0.5]), scores, targets)
    on_probabilities = evaluated(BinaryCrossentropy(pos_weight=[1.0, 2.0, 0.5]), 1 / (1 + np.exp(-scores)), targets)
    assert_close(on_scores.rows, on_probabilities.rows)


def test_on_scores_the_gradient_is_probability_minus_target() -> None:
    result = evaluated(BinaryCrossentropy(from_logits=True, reduction="sum"), [[0.0], [0.0]], [[1.0], [0.25]])
    np.testing.assert_array_equal(result.gradient, [[-0.5], [0.25]])


@pytest.mark.parametrize("large", [40.0, 800.0])
def test_saturated_scores_cost_their_size_and_are_never_clipped(large: float) -> None:
    result = evaluated(BinaryCrossentropy(from_logits=True), [[-large], [large], [large]], [[1.0], [0.0], [1.0]])
    assert_close(result.rows, [large, large, math.log1p(math.exp(-large))])
    assert_close(result.gradient, np.array([[-1.0], [1.0], [-math.exp(-large)]]) / 3)
    assert result.warnings == ()


def test_the_gradient_keeps_its_digits_where_the_probability_is_almost_one() -> None:
    result = evaluated(BinaryCrossentropy(from_logits=True), [[40.0]], [[1.0]])
    assert result.gradient.item() == pytest.approx(-math.exp(-40.0), rel=1e-12, abs=0)


@pytest.mark.parametrize(("pos_weight", "expected"), [(3.0, [3.0, 3.0]), ([3.0, 5.0], [3.0, 5.0])])
def test_a_yes_counts_as_much_as_its_weight(pos_weight: Any, expected: list[float]) -> None:
    result = evaluated(BinaryCrossentropy(pos_weight=pos_weight), [[0.5, 0.5]], [[1.0, 1.0]])
    assert_close(result.loss, math.log(2) * sum(expected) / 2)
    assert_close(result.gradient, [[-weight for weight in expected]])
    assert result.weight == 1.0  # as in PyTorch, it is no weight of the mean


def test_there_is_a_weight_for_each_output() -> None:
    fault = refused(BinaryCrossentropy(pos_weight=[1.0, 2.0]), [[0.5, 0.5, 0.5]], [[1, 1, 1]])
    assert (fault.code, fault.pointer) == ("shape_mismatch", "/loss/pos_weight")


def test_smoothing_draws_targets_towards_the_middle() -> None:
    smoothed = evaluated(BinaryCrossentropy(label_smoothing=0.5), [[0.3, 0.6]], [[1.0, 0.0]])
    assert_close(smoothed.loss, evaluated(BinaryCrossentropy(), [[0.3, 0.6]], [[0.75, 0.25]]).loss)


def test_impossible_truths_are_clipped_on_both_sides_and_counted() -> None:
    result = evaluated(BinaryCrossentropy(), [[0.0, 1.0, 1.0, 0.5]], [[1.0, 0.0, 1.0, 1.0]])
    assert_close(result.loss, (2 * -math.log(1e-7) + math.log(2)) / 4)
    assert_close(result.gradient, [[-1e7 / 4, 1e7 / 4, -0.25, -0.5]])
    (warned,) = result.warnings
    assert warned.code == "clipped_probabilities"
    assert warned.detail.startswith("2 probabilities were below")
    assert warned.detail.endswith("a fused loss is exact")


def test_a_probability_of_just_epsilon_is_not_clipped() -> None:
    result = evaluated(BinaryCrossentropy(epsilon=0.25), [[0.25, 0.75]], [[1.0, 0.0]])
    assert_close(result.loss, math.log(4))
    assert result.warnings == ()


def test_certainties_that_are_right_are_not_counted_as_clipped() -> None:
    result = evaluated(BinaryCrossentropy(), [[0.0, 1.0]], [[0.0, 1.0]])
    assert (result.loss, result.warnings) == (0.0, ())


def test_outputs_that_are_no_probabilities_are_refused() -> None:
    fault = refused(BinaryCrossentropy(), [[1.5]], [[1.0]])
    assert (fault.code, fault.pointer) == ("invalid_parameter", "/loss")
    assert "1.5 is no probability" in fault.detail


def test_targets_have_the_shape_of_the_outputs() -> None:
    fault = refused(BinaryCrossentropy(), [[0.5], [0.5]], [1, 0])
    assert (fault.code, fault.pointer) == ("shape_mismatch", "/batch/targets")
    assert "expected the output's shape (2, 1), got (2,)" in fault.detail


def test_it_is_fused_with_a_sigmoid_unless_it_has_one_in_it() -> None:
    assert BinaryCrossentropy().fuses(Sigmoid(), (2, 1))
    assert not BinaryCrossentropy(from_logits=True).fuses(Sigmoid(), (2, 1))
    (warned,) = BinaryCrossentropy(from_logits=True).advice(Sigmoid())
    assert (warned.code, warned.pointer) == ("double_sigmoid", "/loss/from_logits")
    assert "leave out the layer" in warned.detail
    assert BinaryCrossentropy().advice(Sigmoid()) == ()


@pytest.mark.parametrize("loss", [BinaryCrossentropy(), BinaryCrossentropy(from_logits=True, label_smoothing=0.1)])
@pytest.mark.parametrize("target", [-0.5, 1.5])
def test_a_target_is_from_0_to_1(loss: BinaryCrossentropy, target: float) -> None:
    fault = refused(loss, [[0.5, 0.5]], [[1.0, target]])
    assert (fault.code, fault.pointer) == ("invalid_targets", "/batch/targets")
    assert f"got {target} at [0, 1]" in fault.detail
