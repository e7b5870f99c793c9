"""How often a prediction is the target: ties, thresholds, and what one output means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from chainrule.errors import Fault, InputError
from tests.core.discovery import made

SCORES = np.array([[0.1, 0.7, 0.2], [0.4, 0.4, 0.2], [0.2, 0.2, 0.2]])


def measured(name: str, outputs: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None, **more: Any) -> float:
    metric, y = made("metric", name, **more), np.asarray(outputs, float)
    factors = np.ones(y.shape[:-1]) if weights is None else np.asarray(weights, float)
    figure: float = metric.mean(y, metric.read_targets(np.asarray(targets, float), y.shape, None), factors)
    return figure


def refused(name: str, outputs: ArrayLike, targets: ArrayLike) -> Fault:
    with pytest.raises(InputError) as error:
        measured(name, outputs, targets)
    (fault,) = error.value.faults
    assert isinstance(fault.detail, str)
    return fault


@pytest.mark.parametrize(
    ("targets", "figure"), [([1, 0, 0], 1.0), ([1, 1, 1], 1 / 3), ([0, 1, 2], 0.0), ([2, 0, 1], 1 / 3)]
)
def test_the_largest_output_counts_and_of_equals_the_first(targets: Any, figure: float) -> None:
    assert measured("accuracy", SCORES, targets) == figure
    assert measured("accuracy", SCORES, np.eye(3)[targets]) == figure


@pytest.mark.parametrize("targets", [[1, 0, 0], [[0, 1], [1, 0], [1, 0]]], ids=["labels", "one-hot"])
def test_of_two_outputs_the_larger_counts(targets: Any) -> None:
    assert measured("accuracy", [[0.2, 0.8], [0.9, 0.1], [0.4, 0.6]], targets) == 2 / 3


def test_weights_say_what_a_row_counts() -> None:
    assert measured("accuracy", SCORES, [1, 1, 1], [6.0, 1.0, 1.0]) == 0.75
    assert measured("accuracy", SCORES, [1, 1, 1], [0.0, 0.0, 0.0]) == 0.0


@pytest.mark.parametrize("targets", [[1, 0, 1], [[1], [0], [1]]], ids=["labels", "column"])
def test_a_single_output_says_one_above_the_threshold(targets: Any) -> None:
    outputs = [[0.75], [0.5], [0.25]]  # 0.5 is not above 0.5
    assert measured("accuracy", outputs, targets) == 2 / 3
    assert measured("accuracy", outputs, targets, threshold=0.2) == 2 / 3
    assert measured("accuracy", outputs, targets, threshold=0.75) == 1 / 3


@pytest.mark.parametrize(
    ("target", "code"), [(2.0, "target_out_of_range"), (-1.0, "target_out_of_range"), (0.9, "invalid_targets")]
)
def test_the_target_of_a_single_output_is_0_or_1(target: float, code: str) -> None:
    fault = refused("accuracy", [[0.75], [0.25]], [[1.0], [target]])
    assert (fault.code, fault.pointer) == (code, "/batch/targets")
    assert f"{target:.16g}" in fault.detail


def test_positions_may_have_several_axes() -> None:
    assert measured("accuracy", SCORES[None], [[1, 1, 0]]) == 2 / 3
    assert measured("accuracy", SCORES[None], np.eye(3)[None, [1, 1, 1]]) == 1 / 3


def test_a_single_output_may_stand_at_each_position_of_a_sequence() -> None:
    outputs, targets = np.array([[[0.9], [0.1], [0.6]], [[0.2], [0.8], [0.7]]]), np.array([[1, 0, 1], [0, 1, 0]])
    assert measured("accuracy", outputs, targets) == 5 / 6
    assert measured("accuracy", outputs, targets[..., None]) == 5 / 6


@pytest.mark.parametrize(("k", "figure"), [(1, 1 / 3), (2, 2 / 3), (3, 1.0), (9, 1.0)])
def test_the_target_is_among_the_k_largest(k: int, figure: float) -> None:
    assert measured("top_k_accuracy", SCORES, [1, 1, 2], k=k) == figure


def test_of_equal_outputs_the_first_counts_as_larger() -> None:
    even = np.zeros((3, 3))
    assert measured("top_k_accuracy", even, [0, 1, 2], k=2) == 2 / 3


def test_five_outputs_count_unless_said_otherwise() -> None:
    outputs = np.arange(7.0)[None]
    assert [measured("top_k_accuracy", outputs, [label]) for label in (1, 2)] == [0.0, 1.0]


def test_the_only_output_is_among_the_largest() -> None:
    assert measured("top_k_accuracy", [[0.1], [0.9]], [0, 0]) == 1.0
    assert measured("top_k_accuracy", [[0.1], [0.9]], [[1.0], [0.0]]) == 1.0
    assert refused("top_k_accuracy", [[0.1], [0.9]], [0, 1]).code == "target_out_of_range"


@pytest.mark.parametrize(
    ("outputs", "targets", "code"),
    [
        (SCORES, [0, 1], "shape_mismatch"),
        (SCORES, [0, 1, 3], "target_out_of_range"),
        (SCORES, [0, 1, 0.5], "invalid_targets"),
        (SCORES[:, :1], [[0, 1, 0]], "shape_mismatch"),
    ],
)
def test_targets_that_fit_neither_as_labels_nor_as_rows_are_refused(outputs: Any, targets: Any, code: str) -> None:
    fault = refused("accuracy", outputs, targets)
    assert (fault.code, fault.pointer) == (code, "/batch/targets")


def test_weights_beyond_what_a_number_can_be_are_refused() -> None:
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(InputError, match="non_finite_result"):
        measured("accuracy", SCORES[:2], [1, 0], [1e308, 1e308])


def test_an_ignored_target_of_a_single_output_is_neither_0_nor_1() -> None:
    metric, outputs = made("metric", "accuracy"), np.array([[0.75], [0.25]])
    read = metric.read_targets(np.array([1.0, -100.0]), outputs.shape, -100)
    assert metric.mean(outputs, read, np.array([1.0, 0.0])) == 1.0
