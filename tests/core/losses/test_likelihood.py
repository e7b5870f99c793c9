"""The loss on logarithms of probabilities: PyTorch's, and the second half of cross_entropy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core.activations.softmax import LogSoftmax
from chainrule.core.layer import Run
from chainrule.core.losses.crossentropy import CrossEntropy
from chainrule.core.losses.likelihood import NegativeLogLikelihood
from chainrule.core.losses.probabilities import TOLERANCE
from tests.core.losses.evaluating import evaluated, refused
from tests.tolerances import assert_close

LOGS = np.array([[-0.5, -2.0, -1.0], [-3.0, -0.25, -1.5], [-1.0, -1.25, -4.0]])


def test_it_picks_the_logarithm_of_the_right_class() -> None:
    result = evaluated(NegativeLogLikelihood(), LOGS, [2, 1, 0])
    assert result.loss == 2.25 / 3
    assert_close(result.gradient, np.array([[0, 0, -1], [0, -1, 0], [-1, 0, 0]]) / 3)
    assert not np.signbit(result.gradient[result.gradient == 0]).any()


def test_class_weights_weigh_the_value_and_the_divisor() -> None:
    result = evaluated(NegativeLogLikelihood(class_weights=[2.0, 1.0, 0.5]), LOGS, [2, 1, 0])
    assert_close(result.rows, [0.5, 0.25, 2.0])
    assert result.weight == 3.5
    assert_close(result.loss, 2.75 / 3.5)
    assert_close(3.5 * result.gradient, [[0.0, 0.0, -0.5], [0.0, -1.0, 0.0], [-2.0, 0.0, 0.0]])


def test_ignored_rows_count_nowhere() -> None:
    result = evaluated(NegativeLogLikelihood(ignore_index=-100), LOGS, [2, -100, 0])
    assert (result.loss, result.weight) == (1.0, 2.0)
    assert_close(result.gradient, [[0.0, 0.0, -0.5], [0.0, 0.0, 0.0], [-0.5, 0.0, 0.0]])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("targets", [[2, 1, 0], [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [1.0, 0.5, 0.0]]])
def test_after_log_softmax_it_is_cross_entropy(targets: Any, reduction: str) -> None:
    scores = np.array([[1.5, -0.5, 0.25], [-1.25, 2.0, 0.75], [0.5, 3.5, -2.25]])
    parameters = {"reduction": reduction, "class_weights": [2.0, 1.0, 0.5]}
    step = LogSoftmax().forward(scores, {}, Run())
    two = evaluated(NegativeLogLikelihood.model_validate(parameters), step.output, targets)
    one = evaluated(CrossEntropy.model_validate(parameters), scores, targets)
    assert_close(two.loss, one.loss)
    assert two.weight == one.weight
    (gradient,) = LogSoftmax().backward(two.gradient, {}, step.cache).inputs
    assert_close(gradient, one.gradient)


def test_outputs_that_rounding_has_put_above_zero_are_not_warned_of() -> None:
    assert evaluated(NegativeLogLikelihood(), [[TOLERANCE, -1.0]], [0]).warnings == ()


def test_outputs_above_zero_are_computed_and_warned_of() -> None:
    result = evaluated(NegativeLogLikelihood(), [[0.75, 0.25]], [0])
    assert result.loss == -0.75
    (warned,) = result.warnings
    assert (warned.code, warned.pointer) == ("positive_log_probabilities", "/loss")
    assert "2 are above 0" in warned.detail
    assert "log_softmax" in warned.detail


def test_rounding_above_zero_is_forgiven() -> None:
    assert evaluated(NegativeLogLikelihood(), [[1e-9, -20.0]], [0]).warnings == ()


@pytest.mark.parametrize("loss", [NegativeLogLikelihood, CrossEntropy])
def test_there_is_a_weight_for_each_class(loss: type[NegativeLogLikelihood] | type[CrossEntropy]) -> None:
    fault = refused(loss(class_weights=[1.0, 2.0]), LOGS, [0, 1, 2])
    assert (fault.code, fault.pointer) == ("shape_mismatch", "/loss/class_weights")
    assert fault.detail == "expected a weight for each of 3 classes, got 2"


def test_everything_ignored_has_no_mean() -> None:
    fault = refused(NegativeLogLikelihood(ignore_index=1), LOGS, [1, 1, 1])
    assert fault.code == "all_targets_ignored"
    assert evaluated(NegativeLogLikelihood(ignore_index=1, reduction="sum"), LOGS, [1, 1, 1]).loss == 0.0
