from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from chainrule.core.layer import Misfit, Run
from tests.core.discovery import made
from tests.tolerances import assert_close

ROW = [1, 2]
KERNEL = [1, 10, 100]


def transposed(kernel_size: Any = 3, **parameters: Any) -> Any:
    return made("layer", "conv2d_transpose", filters=1, kernel_size=kernel_size, use_bias=False, **parameters)


def row(numbers: Any) -> Any:
    """An image of one row and one channel, or a kernel that is one row."""
    return np.array(numbers, dtype=float).reshape(1, 1, -1, 1)


def row_of(x: Any, kernel: Any = KERNEL, **parameters: Any) -> Any:
    """What becomes of a row of pixels."""
    weights = {"kernel": np.array(kernel, dtype=float).reshape(1, -1, 1, 1)}
    strides, dilation = parameters.pop("strides", 1), parameters.pop("dilation_rate", 1)
    layer = transposed([1, len(kernel)], strides=[1, strides], dilation_rate=[1, dilation], **parameters)
    return layer.forward(row(x), weights, Run()).output.ravel().tolist()


def test_each_pixel_sends_itself_times_the_kernel() -> None:
    layer = transposed([1, 3], strides=[1, 2])
    weights = {"kernel": np.array(KERNEL, dtype=float).reshape(1, 3, 1, 1)}
    step = layer.forward(row(ROW), weights, Run())
    gradients = layer.backward(row([1, 2, 3, 4, 5]), weights, step.cache)
    assert step.output.ravel().tolist() == [1, 10, 100 + 2, 20, 200]
    assert gradients.inputs[0].ravel().tolist() == [1 + 20 + 300, 3 + 40 + 500]
    assert gradients.weights["kernel"].ravel().tolist() == [1 * 1 + 2 * 3, 1 * 2 + 2 * 4, 1 * 3 + 2 * 5]


def test_valid_has_room_for_a_whole_stride() -> None:
    assert row_of(ROW) == [1, 12, 120, 200]
    assert row_of(ROW, [1, 10], strides=3) == [1, 10, 0, 2, 20, 0]


def test_same_makes_the_length_times_the_stride_and_cuts_the_odd_place_from_the_end() -> None:
    assert row_of(ROW, padding="same") == [12, 120]
    assert row_of(ROW, strides=2, padding="same") == [1, 10, 102, 20]
    assert row_of(ROW, [1, 10, 100, 1000], padding="same") == [12, 120]
    assert row_of(ROW, [1, 10], strides=3, padding="same") == [1, 10, 0, 2, 20, 0]


def test_counted_padding_is_cut_as_in_pytorch() -> None:
    assert row_of(ROW, strides=2, padding=[[0, 0], [1, 1]]) == [10, 102, 20]
    assert row_of(ROW, strides=2, padding=[[0, 0], [0, 2]]) == [1, 10, 102]
    assert row_of(ROW, [1, 10], strides=3, padding=[[0, 0], [0, 0]]) == [1, 10, 0, 2, 20]


def test_output_padding_brings_places_back_at_the_end() -> None:
    assert row_of(ROW, strides=2, padding=[[0, 0], [1, 1]], output_padding=[0, 1]) == [10, 102, 20, 200]
    assert row_of(ROW, strides=2, output_padding=[0, 1]) == [1, 10, 102, 20, 200, 0]
    assert row_of(ROW, strides=2, padding="same", output_padding=[0, 1]) == [1, 10, 102, 20, 200]


def test_a_dilated_kernel_sends_further() -> None:
    assert row_of(ROW, [1, 10], dilation_rate=2) == [1, 2, 10, 20]


def test_the_bias_stands_where_nothing_is_sent_too() -> None:
    layer = made("layer", "conv2d_transpose", filters=1, kernel_size=1, strides=2)
    weights = {"kernel": np.full((1, 1, 1, 1), 3.0), "bias": np.array([5.0])}
    step = layer.forward(np.ones((1, 1, 1, 1)), weights, Run())
    assert step.output[0, ..., 0].tolist() == [[8, 5], [5, 5]]
    assert layer.backward(step.output, weights, step.cache).weights["bias"].tolist() == [23]


def test_the_kernel_has_its_filters_before_its_channels() -> None:
    assert made("layer", "conv2d_transpose", filters=4, kernel_size=[2, 3]).weight_shapes((1, 5, 5, 6)) == {
        "kernel": (2, 3, 4, 6),
        "bias": (4,),
    }
    assert transposed(1, groups=1).weight_shapes((1, 5, 5, 6)) == {"kernel": (1, 1, 1, 6)}


def test_the_channels_of_a_group_reach_only_its_filters() -> None:
    layer = made("layer", "conv2d_transpose", filters=2, kernel_size=1, groups=2, use_bias=False)
    kernel = np.array([[[[1.0, 2.0, 3.0, 4.0]]]])  # (1, 1, filters of a group, channels)
    x = np.array([[[[1.0, 10.0, 100.0, 1000.0]]]])
    step = layer.forward(x, {"kernel": kernel}, Run())
    assert step.output.tolist() == [[[[21, 4300]]]]
    gradients = layer.backward(np.array([[[[1.0, 2.0]]]]), {"kernel": kernel}, step.cache)
    assert gradients.inputs[0].tolist() == [[[[1, 2, 6, 8]]]]
    assert gradients.weights["kernel"].tolist() == [[[[1, 10, 200, 2000]]]]


@pytest.mark.parametrize("padding", ["same", "valid", 1, [[0, 1], [2, 0]]])
@pytest.mark.parametrize("strides", [1, 2, [3, 2]])
@pytest.mark.parametrize("dilation_rate", [1, 2])
def test_it_is_the_adjoint_of_the_convolution(padding: Any, strides: Any, dilation_rate: int) -> None:
    parameters = {"kernel_size": 3, "strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    generator = np.random.default_rng(0)
    kernel = generator.normal(size=(3, 3, 2, 4))
    down = made("layer", "conv2d", filters=4, **parameters, use_bias=False)
    up = made("layer", "conv2d_transpose", filters=2, **parameters, use_bias=False)
    small = generator.normal(size=(2, 4, 5, 4))
    large = generator.normal(size=up.output_shape(small.shape))
    assert down.output_shape(large.shape) == small.shape
    one = np.vdot(down.forward(large, {"kernel": kernel}, Run()).output, small)
    assert_close(one, np.vdot(large, up.forward(small, {"kernel": kernel}, Run()).output))


def test_output_padding_is_less_than_a_step() -> None:
    for parameters in ({"output_padding": 1}, {"output_padding": [0, 2], "strides": 2}):
        with pytest.raises(ValidationError, match="must be less than the stride or the dilation") as refused:
            transposed(**parameters)
        assert [error["loc"] for error in refused.value.errors()] == [("output_padding",)]
    assert transposed(output_padding=[1, 0], strides=[2, 1]).output_padding == [1, 0]
    assert transposed(output_padding=1, dilation_rate=2).output_padding == 1


def test_padding_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(Misfit, match=r"^padding 3 leaves nothing of an output of 6$"):
        transposed(padding=3).output_shape((1, 4, 9, 1))
