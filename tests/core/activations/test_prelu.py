"""The rectifier with a learned slope: one for each entry of the last axis, or one for all."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.activations.prelu import PRelu
from chainrule.core.arrays import Shape
from chainrule.core.layer import Run, Wanted

X = np.array([[-2.0, 0.5, -1.0], [4.0, -5.0, 0.0]])
GRAD = np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]])
ALPHA = np.array([0.5, 0.25, 2.0])


def test_each_entry_of_the_last_axis_has_its_slope_below_zero_and_at_it() -> None:
    step = PRelu().forward(X, {"alpha": ALPHA}, Run())
    gradients = PRelu().backward(GRAD, {"alpha": ALPHA}, step.cache)
    np.testing.assert_array_equal(step.output, [[-1.0, 0.5, -2.0], [4.0, -1.25, 0.0]])
    np.testing.assert_array_equal(gradients.inputs[0], [[5.0, 20.0, 60.0], [40.0, 12.5, 120.0]])
    np.testing.assert_array_equal(gradients.weights["alpha"], [-20.0, -250.0, -30.0])


def test_a_shared_slope_gathers_the_gradients_of_all_entries() -> None:
    alpha = np.array([0.5])
    step = PRelu().forward(X, {"alpha": alpha}, Run())
    gradients = PRelu().backward(GRAD, {"alpha": alpha}, step.cache)
    np.testing.assert_array_equal(step.output, [[-1.0, 0.5, -0.5], [4.0, -2.5, 0.0]])
    np.testing.assert_array_equal(gradients.weights["alpha"], [-300.0])


def test_a_slope_serves_all_places_of_an_image() -> None:
    images = -np.ones((2, 3, 3, 2))
    step = PRelu().forward(images, {"alpha": np.array([0.5, 2.0])}, Run())
    gradients = PRelu().backward(np.ones_like(images), {"alpha": np.array([0.5, 2.0])}, step.cache)
    np.testing.assert_array_equal(step.output[1, 2, 0], [-0.5, -2.0])
    np.testing.assert_array_equal(gradients.weights["alpha"], [-18.0, -18.0])


@pytest.mark.parametrize(("shape", "alpha"), [((2, 3), (3,)), ((2, 4, 5, 6), (6,)), ((7,), (1,))])
def test_alpha_has_the_length_of_the_last_axis_and_never_that_of_the_batch(shape: Shape, alpha: Shape) -> None:
    assert PRelu().weight_shapes(shape) == {"alpha": alpha}
    assert PRelu().other_weight_shapes(shape) == {"alpha": (1,)}


def test_plain_numbers_share_the_slope() -> None:
    x, alpha = np.array([-2.0, 3.0, -4.0]), {"alpha": np.array([0.5])}
    step = PRelu().forward(x, alpha, Run())
    np.testing.assert_array_equal(step.output, [-1.0, 3.0, -2.0])
    np.testing.assert_array_equal(PRelu().backward(np.ones(3), alpha, step.cache).weights["alpha"], [-6.0])


def test_nothing_is_computed_that_nobody_wants() -> None:
    cache = PRelu().forward(X, {"alpha": ALPHA}, Run()).cache
    assert PRelu().backward(GRAD, {"alpha": ALPHA}, cache, Wanted(weights=False)).weights == {}
    assert PRelu().backward(GRAD, {"alpha": ALPHA}, cache, Wanted(inputs=False)).inputs == (None,)
