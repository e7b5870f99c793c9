"""Hinges: nothing beyond the margin, a line or a square before it, and targets that are what they have to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core.losses.margins import CategoricalHinge, Hinge, OfMargin, SquaredHinge
from tests.core.losses.evaluating import evaluated, refused

OUTPUTS = [[2.0, 0.5, 1.0, 3.0]]
SIGNS = [[1.0, 1.0, 1.0, -1.0]]  # behind the margin by 0 (and 1 ahead of it), 1/2, 0, 4


def test_hinge_counts_how_far_outputs_stay_behind_with_slope_zero_at_the_margin() -> None:
    result = evaluated(Hinge(), OUTPUTS, SIGNS)
    assert result.loss == 4.5 / 4
    np.testing.assert_array_equal(result.gradient, [[0.0, -0.25, 0.0, 0.25]])
    assert not np.signbit(result.gradient[0, [0, 2]]).any()


def test_squared_hinge_counts_squares() -> None:
    result = evaluated(SquaredHinge(), OUTPUTS, SIGNS)
    assert result.loss == 16.25 / 4
    np.testing.assert_array_equal(result.gradient, [[0.0, -0.25, 0.0, 2.0]])


@pytest.mark.parametrize("loss", [Hinge(), SquaredHinge()])
@pytest.mark.parametrize("wrong", [0.0, 2.0, 0.5])
def test_targets_other_than_minus_one_and_one_are_refused_with_their_place(loss: OfMargin, wrong: float) -> None:
    fault = refused(loss, [[1.0, 2.0], [3.0, 4.0]], [[1.0, -1.0], [wrong, 1.0]])
    assert (fault.code, fault.pointer) == ("invalid_targets", "/batch/targets")
    assert fault.detail == f"the targets of {loss.type} are -1 and 1, got {wrong:g} at [1, 0]"


@pytest.mark.parametrize("targets", [[1, 2, 2], [[0, 1, 0], [0, 0, 1], [0, 0, 1]]], ids=["labels", "one-hot"])
def test_categorical_hinge_compares_the_right_class_with_the_best_of_the_others(targets: Any) -> None:
    result = evaluated(CategoricalHinge(), [[1.0, 1.5, 0.75], [3.0, -1.0, 0.5], [0.0, 1.0, 4.0]], targets)
    np.testing.assert_array_equal(result.rows, [0.5, 3.5, 0.0])
    np.testing.assert_array_equal(3 * result.gradient, [[1.0, -1.0, 0.0], [1.0, 0.0, -1.0], [0.0, 0.0, 0.0]])


def test_the_right_class_takes_part_in_a_categorical_hinge_with_zero() -> None:
    result = evaluated(CategoricalHinge(), [[-2.0, 0.25, -3.0]], [1])
    assert result.loss == 0.75
    np.testing.assert_array_equal(result.gradient, [[0.0, -1.0, 0.0]])


def test_a_categorical_hinge_is_flat_at_its_margin() -> None:
    result = evaluated(CategoricalHinge(), [[1.0, 0.0]], [0])
    assert result.loss == 0.0
    np.testing.assert_array_equal(result.gradient, [[0.0, 0.0]])


def test_of_equally_good_others_the_first_gets_the_gradient() -> None:
    result = evaluated(CategoricalHinge(), [[2.0, 2.0, 0.0]], [2])
    np.testing.assert_array_equal(result.gradient, [[1.0, 0.0, -1.0]])


def test_categorical_hinge_of_a_sequence_picks_in_each_position() -> None:
    result = evaluated(CategoricalHinge(reduction="sum"), [[[2.0, 0.0], [0.0, 0.5]]], [[1, 1]])
    np.testing.assert_array_equal(result.rows, [[3.0, 0.5]])
    np.testing.assert_array_equal(result.gradient, [[[1.0, -1.0], [1.0, -1.0]]])


@pytest.mark.parametrize(
    ("targets", "code", "detail"),
    [
        ([[1, -1]], "invalid_targets", "a target of categorical_hinge is from 0 to 1, got -1 at [0, 1]"),
        ([[0, 2]], "invalid_targets", "a target of categorical_hinge is from 0 to 1, got 2 at [0, 1]"),
        ([2], "target_out_of_range", "label 2 at [0] is none of the classes 0 to 1"),
        ([0.5], "invalid_targets", "a label is a whole number, got 0.5 at [0]"),
        ([[1], [0]], "shape_mismatch", "expected labels (1,) or the output's shape (1, 2), got (2, 1)"),
    ],
)
def test_categorical_hinge_says_what_is_wrong_with_its_targets(targets: Any, code: str, detail: str) -> None:
    fault = refused(CategoricalHinge(), [[1.0, 2.0]], targets)
    assert (fault.code, fault.pointer, fault.detail) == (code, "/batch/targets", detail)
