"""The fully connected layer, in numbers that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.layer import Misfit, Run
from chainrule.core.layers.dense import Dense

KERNEL = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
BIAS = np.array([10.0, 20.0])
WEIGHTS = {"kernel": KERNEL, "bias": BIAS}
ROWS = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
GRADIENT = np.array([[1.0, 10.0], [100.0, 1000.0]])

dense = Dense(units=2)


def test_mixes_inputs_by_the_kernel_and_adds_the_bias() -> None:
    np.testing.assert_array_equal(dense.forward(ROWS, WEIGHTS, Run()).output, [[6.0, 16.0], [15.0, 28.0]])


def test_gradient_of_an_input_is_the_sum_of_what_all_units_send() -> None:
    step = dense.forward(ROWS, WEIGHTS, Run())
    (dx,) = dense.backward(GRADIENT, WEIGHTS, step.cache).inputs
    np.testing.assert_array_equal(dx, [[21.0, 43.0, 65.0], [2100.0, 4300.0, 6500.0]])


def test_gradient_of_the_kernel_sums_over_the_batch() -> None:
    step = dense.forward(ROWS, WEIGHTS, Run())
    kernel = dense.backward(GRADIENT, WEIGHTS, step.cache).weights["kernel"]
    np.testing.assert_array_equal(kernel, [[201.0, 2010.0], [100.0, 1000.0], [-1.0, -10.0]])


def test_gradient_of_the_bias_sums_over_the_batch() -> None:
    step = dense.forward(ROWS, WEIGHTS, Run())
    np.testing.assert_array_equal(dense.backward(GRADIENT, WEIGHTS, step.cache).weights["bias"], [101.0, 1010.0])


def test_gradient_of_the_chapters_bias_is_a_row_as_the_bias_is() -> None:
    weights = {"kernel": KERNEL, "bias": BIAS[None]}
    step = dense.forward(ROWS, weights, Run())
    np.testing.assert_array_equal(step.output, [[6.0, 16.0], [15.0, 28.0]])
    np.testing.assert_array_equal(dense.backward(GRADIENT, weights, step.cache).weights["bias"], [[101.0, 1010.0]])


def test_the_axes_before_the_last_are_all_rows() -> None:
    stacked = ROWS.reshape(1, 2, 3)
    step = dense.forward(stacked, WEIGHTS, Run())
    gradients = dense.backward(GRADIENT.reshape(1, 2, 2), WEIGHTS, step.cache)
    np.testing.assert_array_equal(step.output, [[[6.0, 16.0], [15.0, 28.0]]])
    np.testing.assert_array_equal(gradients.inputs[0], [[[21.0, 43.0, 65.0], [2100.0, 4300.0, 6500.0]]])
    np.testing.assert_array_equal(gradients.weights["bias"], [101.0, 1010.0])


def test_without_a_bias_it_needs_and_gives_none() -> None:
    plain = Dense(units=2, use_bias=False)
    step = plain.forward(ROWS, {"kernel": KERNEL}, Run())
    np.testing.assert_array_equal(step.output, [[-4.0, -4.0], [5.0, 8.0]])
    assert plain.weight_shapes((2, 3)) == {"kernel": (3, 2)}
    assert plain.other_weight_shapes((2, 3)) == {}
    assert plain.backward(GRADIENT, {"kernel": KERNEL}, step.cache).weights.keys() == {"kernel"}


def test_counts_a_multiply_add_as_two_operations() -> None:
    assert Dense(units=256).flops((64, 784)) == 2 * 64 * 784 * 256


def test_needs_an_axis_of_features() -> None:
    with pytest.raises(Misfit, match=r"dense reads \(samples, ..., features\), got the shape \(3,\)"):
        dense.output_shape((3,))
