"""Activations made of straight pieces: values that can be worked out by hand, and PyTorch's slope at each kink."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.activations.passing import both, slopes
from tests.core.discovery import made
from tests.tolerances import assert_close


@pytest.mark.parametrize(
    ("name", "x", "y", "slope"),
    [
        ("relu6", [-1.0, 0.0, 0.5, 5.5, 6.0, 9.0], [0.0, 0.0, 0.5, 5.5, 6.0, 6.0], [0, 0, 1, 1, 0, 0]),
        ("hard_tanh", [-2.0, -1.0, 0.5, 1.0, 3.0], [-1.0, -1.0, 0.5, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0, 0.0]),
        ("hard_silu", [-4.0, -3.0, 0.0, 1.5, 3.0, 4.0], [0.0, 0.0, 0.0, 1.125, 3.0, 4.0], [0, 0, 0.5, 1, 1, 1]),
        ("leaky_relu", [-100.0, 0.0, 2.0], [-1.0, 0.0, 2.0], [0.01, 0.01, 1.0]),
    ],
)
def test_values_and_slopes_at_and_between_the_kinks(
    name: str, x: list[float], y: list[float], slope: list[float]
) -> None:
    np.testing.assert_array_equal(both(name, x, x)[0], y)
    np.testing.assert_array_equal(slopes(name, x), slope)


def test_hard_sigmoid_is_a_sixth_as_in_pytorch_and_not_a_fifth_as_in_onnx() -> None:
    y, _ = both("hard_sigmoid", [-3.0, -1.5, 0.0, 1.0, 3.0], np.ones(5))
    assert_close(y, [0.0, 0.25, 0.5, 2 / 3, 1.0])


def test_hard_sigmoid_has_the_slope_of_pytorch_which_is_rounded_to_float32() -> None:
    np.testing.assert_array_equal(
        slopes("hard_sigmoid", [-3.0, 0.0, 2.9, 3.0]), [0.0, np.float64(np.float32(1 / 6)), np.float32(1 / 6), 0.0]
    )


@pytest.mark.parametrize("name", ["relu", "relu6", "hard_tanh", "hard_sigmoid", "hard_silu"])
def test_flat_pieces_give_no_negative_zero(name: str) -> None:
    _, dx = both(name, [[-50.0]], [[-5.0]])
    assert dx == 0
    assert not np.signbit(dx).any()


@pytest.mark.parametrize("negative_slope", [0.0, -0.5, 3.0])
def test_leaky_relu_takes_any_slope_and_leaves_positive_numbers_as_they_are(negative_slope: float) -> None:
    y, dx = both("leaky_relu", [[-2.0, 0.1]], [[1.0, 1.0]], negative_slope=negative_slope)
    np.testing.assert_array_equal(y, [[-2.0 * negative_slope, 0.1]])
    np.testing.assert_array_equal(dx, [[negative_slope, 1.0]])


@pytest.mark.parametrize("name", ["relu6", "hard_tanh", "hard_sigmoid", "hard_silu"])
def test_the_largest_numbers_do_not_overflow(name: str) -> None:
    y, dx = both(name, [[-1e308, 1e308]], [[1.0, 1.0]])
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


def test_hard_swish_is_another_name_of_hard_silu() -> None:
    assert type(made("activation", "hard_swish")) is type(made("activation", "hard_silu"))
