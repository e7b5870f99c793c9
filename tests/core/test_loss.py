"""The arithmetic on positions, on a loss whose values are whole numbers: squares of differences of a single output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core.loss import check_sample_weights
from chainrule.errors import InputError
from tests.core.discovery import made
from tests.core.losses.evaluating import evaluated, refused
from tests.tolerances import assert_close

OUTPUTS = [[1.0], [2.0], [5.0]]
TARGETS = [[0.0], [0.0], [2.0]]  # squares 1, 4, 9; gradients 2, 4, 6
WEIGHTS = [2.0, 0.0, 2.0]


def squares(**parameters: Any) -> Any:
    return made("loss", "mean_squared_error", **parameters)


@pytest.mark.parametrize(
    ("reduction", "weights", "loss", "weight", "gradient"),
    [
        ("mean", None, 14 / 3, 3.0, [2 / 3, 4 / 3, 2.0]),
        ("sum", None, 14.0, 3.0, [2.0, 4.0, 6.0]),
        ("none", None, [1.0, 4.0, 9.0], 3.0, [2.0, 4.0, 6.0]),
        ("mean", WEIGHTS, 5.0, 4.0, [1.0, 0.0, 3.0]),
        ("sum", WEIGHTS, 20.0, 4.0, [4.0, 0.0, 12.0]),
        ("none", WEIGHTS, [2.0, 0.0, 18.0], 4.0, [4.0, 0.0, 12.0]),
    ],
)
def test_reductions_and_sample_weights(reduction: str, weights: Any, loss: Any, weight: float, gradient: Any) -> None:
    result = evaluated(squares(reduction=reduction), OUTPUTS, TARGETS, weights)
    assert_close(result.loss, loss)
    assert result.weight == weight
    assert_close(result.gradient[:, 0], gradient)


def test_a_mean_is_the_default() -> None:
    assert squares() == squares(reduction="mean", weight_normalization="weights")


def test_weights_may_be_averaged_over_the_number_of_positions_as_keras_does() -> None:
    result = evaluated(squares(weight_normalization="batch"), OUTPUTS, TARGETS, WEIGHTS)
    assert_close(result.loss, 20 / 3)
    assert result.weight == 3.0
    assert_close(result.gradient[:, 0], [4 / 3, 0.0, 4.0])


def test_ignored_positions_are_not_among_their_number() -> None:
    loss = made("loss", "cross_entropy", ignore_index=1, class_weights=[4.0, 1.0], weight_normalization="batch")
    result = evaluated(loss, np.zeros((3, 2)), [0, 1, 0], [1.0, 1.0, 3.0])
    assert result.weight == 2.0
    assert_close(result.loss, np.log(2) * 4 * (1 + 3) / 2)


def test_the_mean_over_the_last_axis_and_over_positions_is_that_over_all_entries() -> None:
    outputs = np.arange(24.0).reshape(2, 3, 4)
    result = evaluated(squares(), outputs, np.ones((2, 3, 4)))
    assert_close(result.loss, np.square(outputs - 1).mean())
    assert_close(result.gradient, 2 * (outputs - 1) / 24)


def test_a_samples_weight_holds_for_all_of_its_positions() -> None:
    outputs = np.arange(6.0).reshape(2, 3, 1)
    of_samples = evaluated(squares(), outputs, np.zeros((2, 3, 1)), [1.0, 3.0])
    of_positions = evaluated(squares(), outputs, np.zeros((2, 3, 1)), [[1.0] * 3, [3.0] * 3])
    assert_close(of_samples.loss, of_positions.loss)
    assert of_samples.weight == of_positions.weight == 12.0
    assert_close(of_samples.gradient, of_positions.gradient)


def test_weights_that_add_up_to_nothing_leave_no_mean() -> None:
    fault = refused(squares(), OUTPUTS, TARGETS, [0.0, 0.0, 0.0])
    assert (fault.code, fault.pointer) == ("all_targets_ignored", "/batch/sample_weights")
    assert evaluated(squares(reduction="sum"), OUTPUTS, TARGETS, [0.0, 0.0, 0.0]).loss == 0.0


@pytest.mark.parametrize("shape", [(2,), (2, 3)])
def test_sample_weights_are_one_a_sample_or_one_a_position(shape: tuple[int, ...]) -> None:
    check_sample_weights(np.ones(shape), (2, 3, 4))


@pytest.mark.parametrize(
    ("shape", "outputs", "told"),
    [
        ((3,), (2, 3, 4), "expected (2,) or (2, 3), got (3,)"),
        ((2, 3, 4), (2, 3, 4), "expected (2,) or (2, 3), got (2, 3, 4)"),
        ((2, 1), (2, 3), "expected (2,), got (2, 1)"),
        ((), (2, 3), "expected (2,), got ()"),
    ],
)
def test_other_sample_weights_are_refused(shape: tuple[int, ...], outputs: tuple[int, ...], told: str) -> None:
    with pytest.raises(InputError) as error:
        check_sample_weights(np.ones(shape), outputs)
    (fault,) = error.value.faults
    assert (fault.code, fault.pointer) == ("shape_mismatch", "/batch/sample_weights")
    assert fault.detail == told
