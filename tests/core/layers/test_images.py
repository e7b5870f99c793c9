from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.core.layer import Misfit, Run
from tests.core.discovery import made
from tests.tolerances import assert_close


def passes(layer: Any, image: Any, grad: Any) -> tuple[Any, Any]:
    """Output and input gradient of one image of one channel."""
    x, upstream = (np.asarray(one, dtype=float)[np.newaxis, ..., np.newaxis] for one in (image, grad))
    step = layer.forward(x, {}, Run())
    return step.output[0, ..., 0].tolist(), layer.backward(upstream, {}, step.cache).inputs[0][0, ..., 0].tolist()


def test_zeros_stand_around_and_their_gradient_is_left_out() -> None:
    grad = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert passes(made("layer", "zero_padding2d"), [[7]], grad) == ([[0, 0, 0], [0, 7, 0], [0, 0, 0]], [[5]])


def test_each_side_may_have_its_own_zeros() -> None:
    layer = made("layer", "zero_padding2d", padding=[[1, 0], [0, 2]])
    assert passes(layer, [[7]], [[1, 2, 3], [4, 5, 6]]) == ([[0, 0, 0], [7, 0, 0]], [[4]])


def test_no_padding_changes_nothing() -> None:
    assert passes(made("layer", "zero_padding2d", padding=0), [[7, 8]], [[1, 2]]) == ([[7, 8]], [[1, 2]])


def test_nearest_repeats_pixels_and_adds_up_the_gradients_of_the_copies() -> None:
    layer = made("layer", "up_sampling2d", size=[2, 3])
    y, dx = passes(layer, [[1, 2]], [[1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60]])
    assert y == [[1, 1, 1, 2, 2, 2]] * 2
    assert dx == [[66, 165]]


def test_bilinear_draws_lines_between_the_middles_of_pixels() -> None:
    layer = made("layer", "up_sampling2d", size=[1, 2], interpolation="bilinear")
    y, dx = passes(layer, [[0, 8, 4]], [[1, 4, 8, 16, 32, 64]])
    assert y == [[0, 2, 6, 7, 5, 4]]
    # each place gives three quarters to its pixel, and a quarter to the neighbour on its side, at the border to itself
    assert dx == [[1 + 3 + 2, 1 + 6 + 12 + 8, 4 + 24 + 64]]


def test_bilinear_by_an_odd_number_keeps_pixels_in_the_middle() -> None:
    layer = made("layer", "up_sampling2d", size=[3, 1], interpolation="bilinear")
    y, dx = passes(layer, [[3], [6]], [[3], [0], [0], [0], [0], [9]])
    assert_close(y, [[3], [3], [4], [5], [6], [6]])
    assert_close(dx, [[3], [9]])


def test_bilinear_stretches_both_axes() -> None:
    image = np.add.outer([0.0, 4.0], [0.0, 40.0])
    y, _ = passes(made("layer", "up_sampling2d", interpolation="bilinear"), image, np.zeros((4, 4)))
    assert y == np.add.outer([0, 1, 3, 4], [0, 10, 30, 40]).tolist()


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_a_size_of_1_changes_nothing(interpolation: str) -> None:
    layer = made("layer", "up_sampling2d", size=1, interpolation=interpolation)
    assert passes(layer, [[3, 1], [2, 7]], [[1, 2], [3, 4]]) == ([[3, 1], [2, 7]], [[1, 2], [3, 4]])


LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("zero_padding2d", {"padding": [[1, 0], [2, 3]]}),
    ("up_sampling2d", {"size": [2, 3]}),
    ("up_sampling2d", {"size": [2, 3], "interpolation": "bilinear"}),
]


@pytest.mark.parametrize(("name", "parameters"), LAYERS)
def test_channels_may_stand_first(name: str, parameters: dict[str, Any]) -> None:
    last, first = (made("layer", name, **parameters, data_format=f"channels_{where}") for where in ("last", "first"))
    x: NDArray[np.float64] = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    turned = np.ascontiguousarray(np.moveaxis(x, -1, 1))
    y, other = last.forward(x, {}, Run()).output, first.forward(turned, {}, Run()).output
    assert other.shape == first.output_shape(turned.shape)
    np.testing.assert_array_equal(np.moveaxis(other, 1, -1), y)
    dx, other_dx = (layer.backward(grad, {}, None).inputs[0] for layer, grad in ((last, y), (first, other)))
    assert_close(np.moveaxis(other_dx, 1, -1), dx)


@pytest.mark.parametrize("name", ["zero_padding2d", "up_sampling2d"])
def test_what_is_no_image_is_refused(name: str) -> None:
    with pytest.raises(
        Misfit, match=rf"^{name} reads \(samples, height, width, channels\), got the shape \(2, 3, 4\)$"
    ):
        made("layer", name).output_shape((2, 3, 4))
