from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.core.layer import Misfit, Run
from chainrule.core.windows import CHANNELS_SECOND
from tests.core.discovery import made

IMAGE = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])


def passes(name: str, image: Any, grad: Any, **parameters: Any) -> tuple[Any, Any]:
    """Output and input gradient of one image, or one sequence, of one channel."""
    x, upstream = (np.asarray(one, dtype=float)[np.newaxis, ..., np.newaxis] for one in (image, grad))
    layer = made("layer", name, **parameters)
    step = layer.forward(x, {}, Run())
    return step.output[0, ..., 0].tolist(), layer.backward(upstream, {}, step.cache).inputs[0][0, ..., 0].tolist()


def test_the_largest_gets_the_gradient_and_what_no_window_sees_gets_none() -> None:
    assert passes("max_pooling2d", IMAGE, [[10]]) == ([[5]], [[0, 0, 0], [0, 10, 0], [0, 0, 0]])
    assert passes("max_pooling1d", [1, 3, 2, 2, 9], [10, 20]) == ([3, 2], [0, 10, 20, 0, 0])


def test_the_average_shares_the_gradient_and_what_no_window_sees_gets_none() -> None:
    assert passes("average_pooling2d", IMAGE, [[8]]) == ([[3]], [[2, 2, 0], [2, 2, 0], [0, 0, 0]])
    assert passes("average_pooling1d", [1, 3, 2, 2, 9], [10, 20]) == ([2, 2], [5, 5, 10, 10, 0])


def test_windows_that_overlap_add_up_what_they_send() -> None:
    y, dx = passes("max_pooling2d", IMAGE, [[1, 2], [3, 4]], strides=1)
    assert (y, dx) == ([[5, 6], [8, 9]], [[0, 0, 0], [0, 1, 2], [0, 3, 4]])
    y, dx = passes("average_pooling2d", IMAGE, [[4, 8], [12, 16]], strides=1)
    assert (y, dx) == ([[3, 4], [6, 7]], [[1, 3, 2], [4, 10, 6], [3, 7, 4]])


def test_of_equal_numbers_the_first_in_row_major_order_gets_the_gradient() -> None:
    assert passes("max_pooling2d", [[0, 5], [5, 5]], [[1]])[1] == [[0, 1], [0, 0]]
    assert passes("max_pooling2d", [[0, 0], [5, 5]], [[1]])[1] == [[0, 0], [1, 0]]
    assert passes("max_pooling2d", [[-0.0, 0], [0, -0.0]], [[1]])[1] == [[1, 0], [0, 0]]
    assert passes("global_max_pooling2d", [[0, 5], [5, 5]], 1)[1] == [[0, 1], [0, 0]]
    assert passes("max_pooling1d", [5] * 40, [1] * 11, pool_size=30, strides=1)[1] == [1] * 11 + [0] * 29


def test_padding_is_never_the_largest() -> None:
    assert passes("max_pooling2d", -IMAGE, [[1, 2], [3, 4]], padding=1) == (
        [[-1, -2], [-4, -5]],
        [[1, 2, 0], [3, 4, 0], [0, 0, 0]],
    )


def test_padding_counts_in_an_average_only_if_that_is_asked_for() -> None:
    ones, grad = np.ones((3, 3)), [[36, 36], [36, 36]]
    assert passes("average_pooling2d", ones, grad, padding=1, count_include_pad=False) == (
        [[1, 1], [1, 1]],
        [[36, 18, 18], [18, 9, 9], [18, 9, 9]],
    )
    assert passes("average_pooling2d", ones, grad, padding=1, count_include_pad=True) == (
        [[0.25, 0.5], [0.5, 1]],
        [[9, 9, 9], [9, 9, 9], [9, 9, 9]],
    )


def test_same_padding_puts_an_odd_place_at_the_end() -> None:
    assert passes("max_pooling1d", [1, 2, 3, 4, 5], [1, 1, 1], padding="same") == ([2, 4, 5], [0, 1, 0, 1, 1])
    assert passes("average_pooling1d", [2, 4, 6, 8, 5], [2, 2, 1], padding="same") == ([3, 7, 5], [1, 1, 1, 1, 1])


def test_windows_move_as_far_as_they_span_unless_it_is_said() -> None:
    assert made("layer", "max_pooling2d", pool_size=[2, 3]).output_shape((2, 8, 9, 5)) == (2, 4, 3, 5)
    assert made("layer", "max_pooling2d", pool_size=[2, 3], strides=[3, 1]).output_shape((2, 8, 9, 5)) == (2, 3, 7, 5)
    assert made("layer", "average_pooling1d", data_format="channels_first").output_shape((2, 5, 9)) == (2, 5, 4)


@pytest.mark.parametrize(
    "name", ["max_pooling2d", "average_pooling2d", "global_max_pooling2d", "global_average_pooling2d"]
)
def test_both_data_formats_give_the_same_however_images_lie_in_memory(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3))
    parameters = {} if name.startswith("global") else {"pool_size": 3, "strides": 2, "padding": "same"}
    last = made("layer", name, **parameters)
    first = made("layer", name, data_format="channels_first", **parameters)
    step = last.forward(x, {}, Run())
    grad = np.random.default_rng(1).normal(size=step.output.shape)
    (dx,) = last.backward(grad, {}, step.cache).inputs
    moved, moved_grad = np.moveaxis(x, -1, 1), np.moveaxis(grad, -1, 1)
    for one, upstream in (
        (moved, moved_grad),
        (moved.copy(), moved_grad.copy()),
        (np.asfortranarray(moved), moved_grad),
    ):
        found = first.forward(one, {}, Run())
        np.testing.assert_allclose(found.output, np.moveaxis(step.output, -1, 1), rtol=1e-14)
        (gradient,) = first.backward(upstream, {}, found.cache).inputs
        np.testing.assert_allclose(gradient, np.moveaxis(dx, -1, 1), rtol=1e-14)


@pytest.mark.parametrize("name", ["max_pooling2d", "average_pooling2d"])
def test_what_a_convolution_leaves_with_its_channels_last_in_memory_stays_so(name: str) -> None:
    x = np.moveaxis(np.random.default_rng(0).normal(size=(2, 4, 4, 3)), -1, 1)
    step = made("layer", name, data_format="channels_first").forward(x, {}, Run())
    assert np.moveaxis(step.output, 1, -1).flags.c_contiguous


@pytest.mark.parametrize("kind", ["max", "average"])
def test_global_pooling_leaves_one_number_for_each_channel(kind: str) -> None:
    x = np.arange(16.0).reshape(2, 2, 2, 2)
    expected = {"max": [[6, 7], [14, 15]], "average": [[3, 4], [11, 12]]}[kind]
    for keepdims, shape in ((False, (2, 2)), (True, (2, 1, 1, 2))):
        layer = made("layer", f"global_{kind}_pooling2d", keepdims=keepdims)
        y = layer.forward(x, {}, Run()).output
        assert y.shape == layer.output_shape(x.shape) == shape
        assert y.reshape(2, 2).tolist() == expected
    first = made("layer", f"global_{kind}_pooling2d", keepdims=True, data_format="channels_first")
    assert first.output_shape((2, 3, 4, 5)) == (2, 3, 1, 1)


def test_the_global_average_shares_the_gradient() -> None:
    assert passes("global_average_pooling2d", IMAGE, 9) == (5, [[1, 1, 1]] * 3)


@pytest.mark.parametrize(
    ("name", "parameters", "shape", "told"),
    [
        ("max_pooling2d", {}, (2, 4, 4), r"max_pooling2d reads \(samples, height, width, channels\), got the shape"),
        ("max_pooling1d", {}, (2, 4, 4, 1), r"max_pooling1d reads \(samples, length, channels\)"),
        ("global_max_pooling2d", {"data_format": "channels_first"}, (2, 4), r"\(samples, channels, height, width\)"),
        ("average_pooling2d", {"pool_size": 5}, (2, 4, 9, 1), "pool_size 5 does not fit the input of 4"),
        ("average_pooling2d", {}, (2, 1, 4, 4), f"pool_size 2 does not fit the input of 1: {CHANNELS_SECOND}$"),
        ("average_pooling2d", {}, (2, 1, 1, 4), "pool_size 2 does not fit the input of 1$"),
        ("average_pooling2d", {"pool_size": 7, "padding": 1}, (2, 4, 9, 1), "7 does not fit the padded input of 6"),
        ("max_pooling2d", {"padding": 2}, (2, 4, 4, 1), "pool_size 2 with padding 2 has windows that see nothing but"),
        ("average_pooling1d", {"padding": [[0, 2]]}, (2, 4, 1), "pool_size 2 with padding 2 has windows that see"),
        ("max_pooling2d", {"pool_size": 10**30}, (2, 4, 4, 1), "does not fit the input of 4"),
        ("max_pooling2d", {"padding": 10**30}, (2, 4, 4, 1), "nothing but padding"),
    ],
)
def test_what_does_not_fit_is_told(name: str, parameters: dict[str, Any], shape: tuple[int, ...], told: str) -> None:
    with pytest.raises(Misfit, match=told):
        made("layer", name, **parameters).output_shape(shape)


@pytest.mark.parametrize("name", ["max_pooling2d", "average_pooling2d"])
def test_a_stride_to_beyond_the_image_leaves_one_window(name: str) -> None:
    assert passes(name, IMAGE, [[1]], strides=10**30) == passes(name, IMAGE, [[1]], strides=3)


def test_windows_of_a_million_places_are_counted_before_they_are_made() -> None:
    layer = made("layer", "max_pooling1d", pool_size=2 * 10**9, strides=1, padding=10**9)
    assert layer.output_shape((1, 10, 1)) == (1, 11, 1)
    assert layer.extra_numbers((1, 10, 1)) > 2 * 10**9


def large(name: str, **parameters: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    x = np.random.default_rng(0).normal(size=(1, 200_000, 1))
    layer = made("layer", name, strides=1, **parameters)
    step = layer.forward(x, {}, Run())
    return step.output, layer.backward(np.ones_like(step.output), {}, step.cache).inputs[0]


def test_windows_of_many_places_take_no_longer_than_their_digits_are_many() -> None:
    y, dx = large("max_pooling1d", pool_size=100_000)  # place by place these would be ten thousand million comparisons
    assert y.shape == (1, 100_001, 1)
    assert dx.sum() == y.size
    y, dx = large("average_pooling1d", pool_size=100_000)
    np.testing.assert_allclose(dx.sum(), y.size)
