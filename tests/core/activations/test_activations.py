"""The activations of the chapter: hand-worked values, slopes at kinks, and inputs that are too large for ``exp``."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.activations.softmax import Softmax
from chainrule.core.layer import Misfit
from tests.core.activations.passing import both
from tests.tolerances import assert_close


def test_relu_cuts_off_what_is_below_zero_and_its_gradient() -> None:
    y, dx = both("relu", [[-2.0, 3.0, 0.5]], [[5.0, 7.0, -9.0]])
    np.testing.assert_array_equal(y, [[0.0, 3.0, 0.5]])
    np.testing.assert_array_equal(dx, [[0.0, 7.0, -9.0]])


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_relu_has_the_slope_zero_at_zero(zero: float) -> None:
    _, dx = both("relu", [[zero, 1.0]], [[5.0, 5.0]])
    np.testing.assert_array_equal(dx, [[0.0, 5.0]])


def test_relu_gives_no_negative_zero() -> None:
    _, dx = both("relu", [[-1.0, -2.0]], [[-5.0, 5.0]])
    assert not np.signbit(dx).any()


def test_leaky_relu_has_the_slope_of_its_negative_side_at_zero() -> None:
    y, dx = both("leaky_relu", [[-4.0, 0.0, 4.0]], [[1.0, 1.0, 1.0]], negative_slope=0.25)
    np.testing.assert_array_equal(y, [[-1.0, 0.0, 4.0]])
    np.testing.assert_array_equal(dx, [[0.25, 0.25, 1.0]])


def test_identity_changes_nothing() -> None:
    y, dx = both("identity", [[-4.0, 0.0]], [[3.0, 5.0]])
    np.testing.assert_array_equal(y, [[-4.0, 0.0]])
    np.testing.assert_array_equal(dx, [[3.0, 5.0]])


def test_sigmoid_and_tanh_are_steepest_at_zero() -> None:
    for name, middle, slope in (("sigmoid", 0.5, 0.25), ("tanh", 0.0, 1.0)):
        y, dx = both(name, [[0.0]], [[8.0]])
        assert (y.item(), dx.item()) == (middle, 8 * slope)


@pytest.mark.parametrize(("name", "low"), [("sigmoid", 0.0), ("tanh", -1.0)])
def test_sigmoid_and_tanh_are_flat_and_finite_far_out(name: str, low: float) -> None:
    y, dx = both(name, [[-800.0, 800.0]], [[1.0, 1.0]])
    np.testing.assert_array_equal(y, [[low, 1.0]])
    np.testing.assert_array_equal(dx, [[0.0, 0.0]])


CHAPTER = np.array([[0.7, 0.1, 0.2]])


def test_softmax_of_logarithms_are_the_probabilities() -> None:
    y, _ = both("softmax", np.log(CHAPTER), np.ones((1, 3)))
    assert_close(y, CHAPTER)


def test_softmax_has_the_chapters_jacobian_row_by_row() -> None:
    rows = [both("softmax", np.log(CHAPTER), [unit])[1][0] for unit in np.eye(3)]
    (s,) = CHAPTER
    assert_close(np.array(rows), np.diag(s) - np.outer(s, s))
    assert_close(np.array(rows), [[0.21, -0.07, -0.14], [-0.07, 0.09, -0.02], [-0.14, -0.02, 0.16]])


def test_softmax_of_equal_scores_is_even_and_an_even_gradient_moves_nothing() -> None:
    y, dx = both("softmax", [[5.0, 5.0, 5.0, 5.0]], [[3.0, 3.0, 3.0, 3.0]])
    np.testing.assert_array_equal(y, [[0.25, 0.25, 0.25, 0.25]])
    np.testing.assert_array_equal(dx, np.zeros((1, 4)))


@pytest.mark.parametrize("large", [40.0, 800.0, 1e300])
def test_softmax_of_large_scores_is_finite(large: float) -> None:
    y, dx = both("softmax", [[large, 0.0, -large]], [[1.0, 2.0, 3.0]])
    assert_close(y.sum(), 1.0)
    assert y[0, 0] == pytest.approx(1.0)
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_each_row_is_held_against_its_own_largest_score(name: str) -> None:
    rows = [[1000.0, 1001.0], [-1000.0, -999.0], [0.0, 1.0]]
    y, _ = both(name, rows, np.ones((3, 2)))
    np.testing.assert_array_equal(y, [y[2], y[2], y[2]])


def test_softmax_along_another_axis_is_that_of_the_turned_array() -> None:
    x, upstream = np.random.default_rng(0).normal(size=(2, 2, 3, 4))
    y, dx = both("softmax", x, upstream, axis=1)
    turned_y, turned_dx = both("softmax", x.swapaxes(1, 2), upstream.swapaxes(1, 2))
    assert_close(y, turned_y.swapaxes(1, 2))
    assert_close(dx, turned_dx.swapaxes(1, 2))


@pytest.mark.parametrize(("axis", "shape"), [(0, (2, 3)), (-2, (2, 3)), (2, (2, 3)), (-3, (2, 3)), (-1, (2,))])
def test_softmax_refuses_an_axis_that_is_none_of_a_sample(axis: int, shape: tuple[int, ...]) -> None:
    with pytest.raises(Misfit, match="no axis of a sample"):
        Softmax(axis=axis).output_shape(shape)


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_softmax_takes_every_axis_of_a_sample(axis: int) -> None:
    assert Softmax(axis=axis).output_shape((2, 3, 4)) == (2, 3, 4)
