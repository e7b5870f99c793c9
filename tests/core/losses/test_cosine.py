"""The loss on directions: the sign of Keras, and lengths that are too small or too large for squares."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.losses.cosine import CosineSimilarity
from tests.core.losses.evaluating import evaluated
from tests.tolerances import assert_close


@pytest.mark.parametrize(
    ("outputs", "loss"), [([[6.0, 8.0]], -1.0), ([[-3.0, -4.0]], 1.0), ([[-4.0, 3.0]], 0.0), ([[4.0, 3.0]], -0.96)]
)
def test_it_is_the_negated_cosine_of_the_angle(outputs: list[list[float]], loss: float) -> None:
    assert_close(evaluated(CosineSimilarity(), outputs, [[3.0, 4.0]]).loss, loss)


def test_the_gradient_turns_the_outputs_and_does_not_stretch_them() -> None:
    result = evaluated(CosineSimilarity(), [[3.0, 4.0]], [[2.0, 0.0]])
    assert_close(result.gradient, np.array([[-16.0, 12.0]]) / 125)
    assert_close(result.gradient @ [3.0, 4.0], [0.0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e-5, 1e160, 1e300])
def test_the_length_of_outputs_or_targets_makes_no_difference(scale: float) -> None:
    plain = evaluated(CosineSimilarity(), [[3.0, 4.0]], [[1.0, 0.0]])
    for result in (
        evaluated(CosineSimilarity(), [[3 * scale, 4 * scale]], [[1.0, 0.0]]),
        evaluated(CosineSimilarity(), [[3.0, 4.0]], [[scale, 0.0]]),
    ):
        assert_close(result.loss, plain.loss)
    assert_close(evaluated(CosineSimilarity(), [[3.0, 4.0]], [[scale, 0.0]]).gradient, plain.gradient)


def test_a_length_of_just_epsilon_is_a_length() -> None:
    result = evaluated(CosineSimilarity(epsilon=5.0), [[3.0, 4.0]], [[5.0, 0.0]])
    assert_close(result.loss, -0.6)
    assert_close(result.gradient, [[-(1 - 0.6 * 0.6) / 5, 0.6 * 0.8 / 5]])


def test_each_row_has_a_length_of_its_own_however_large_the_others_are() -> None:
    rows = [[3e-200, 4e-200], [3e200, 4e200]]
    result = evaluated(CosineSimilarity(epsilon=1e-300), rows, [[1.0, 0.0], [1.0, 0.0]])
    assert_close(result.rows, [-0.6, -0.6])


def test_outputs_without_a_direction_are_pulled_along_the_target() -> None:
    result = evaluated(CosineSimilarity(epsilon=0.5), [[0.0, 0.0]], [[3.0, 4.0]])
    assert result.loss == 0.0
    assert_close(result.gradient, [[-1.2, -1.6]])


def test_targets_without_a_direction_pull_nowhere() -> None:
    result = evaluated(CosineSimilarity(), [[3.0, 4.0]], [[0.0, 0.0]])
    assert result.loss == 0.0
    np.testing.assert_array_equal(result.gradient, [[0.0, 0.0]])
