from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from chainrule.core import lanes
from chainrule.core.layer import Layer, Misfit, Run
from tests.core.discovery import made
from tests.tolerances import assert_close

X = np.array([[0.0, 0.0, 2.0, 2.0]])  # mean 1, variance 1
GRAD = np.array([[4.0, 0.0, 0.0, 0.0]])


def passes(layer: Layer, x: NDArray[Any], grad: NDArray[Any], **weights: NDArray[Any]) -> tuple[Any, Any, Any]:
    """The output, and the gradients at the input and at the weights."""
    step = layer.forward(x, weights, Run())
    gradients = layer.backward(grad, weights, step.cache)
    return step.output, gradients.inputs[0], gradients.weights


def ones(layer: Layer, x: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Weights that change nothing."""
    shapes = layer.weight_shapes(x.shape)
    return {name: np.zeros(shape) if name == "beta" else np.ones(shape) for name, shape in shapes.items()}


def test_features_are_brought_to_mean_0_and_variance_1() -> None:
    layer = made("layer", "layer_normalization", epsilon=0.0)
    gamma, beta = np.array([2.0, 1.0, 1.0, 3.0]), np.array([10.0, 0.0, 0.0, 0.0])
    y, dx, weights = passes(layer, X, GRAD, gamma=gamma, beta=beta)
    assert y.tolist() == [[8, -1, 1, 3]]
    # g = gamma · grad; g - mean(g) - x̂ · mean(g · x̂) = [8, 0, 0, 0] - 2 + 2 · [-1, -1, 1, 1]
    assert dx.tolist() == [[4, -4, 0, 0]]
    assert weights["gamma"].tolist() == [-4, 0, 0, 0]
    assert weights["beta"].tolist() == [4, 0, 0, 0]


def test_the_root_mean_square_does_not_know_the_mean() -> None:
    layer = made("layer", "rms_normalization", epsilon=0.0)
    y, dx, weights = passes(layer, np.array([[2.0, -2.0]]), np.array([[1.0, 0.0]]), scale=np.array([4.0, 3.0]))
    assert y.tolist() == [[4, -3]]
    # g = [4, 0]; (g - x̂ · mean(g · x̂)) / 2 = ([4, 0] - [1, -1] · 2) / 2
    assert dx.tolist() == [[1, 1]]
    assert weights["scale"].tolist() == [1, 0]


def test_neighbouring_channels_make_a_group() -> None:
    layer = made("layer", "group_normalization", groups=2, epsilon=0.0)
    x = np.array([[[0.0, 2.0, 10.0, 30.0]] * 2, [[6.0, 4.0, 0.0, 6.0]] * 2])
    y, _, _ = passes(layer, x, np.ones_like(x), **ones(layer, x))
    assert y.tolist() == [[[-1, 1, -1, 1]] * 2, [[1, -1, -1, 1]] * 2]


def test_one_group_is_a_layer_normalization_of_the_whole_sample() -> None:
    x, grad = np.random.default_rng(0).normal(size=(2, 3, 5, 4, 6))
    group, layer = made("layer", "group_normalization", groups=1), made("layer", "layer_normalization", axis=[1, 2, 3])
    x, grad = x[..., None], grad[..., None]
    for one, other in zip(
        passes(group, x, grad, **ones(group, x))[:2], passes(layer, x, grad, **ones(layer, x))[:2], strict=True
    ):
        assert_close(one, other)


def test_as_many_groups_as_channels_normalize_each_channel() -> None:
    x, grad = np.random.default_rng(0).normal(size=(2, 3, 6, 4))
    group, layer = made("layer", "group_normalization", groups=4), made("layer", "layer_normalization", axis=1)
    for one, other in zip(
        passes(group, x, grad, **ones(group, x))[:2], passes(layer, x, grad, **ones(layer, x))[:2], strict=True
    ):
        assert_close(one, other)


@pytest.mark.parametrize("axis", [1, [1], [1, 2], [1, 3], [-2, -1], [2, -1], [1, 2, 3]])
def test_axes_are_those_that_are_named(axis: Any) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    layer = made("layer", "layer_normalization", axis=axis, epsilon=0.0, scale=False, center=False)
    axes = tuple(axis) if isinstance(axis, list) else axis
    expected = (x - x.mean(axes, keepdims=True)) / x.std(axes, keepdims=True)
    assert_close(layer.forward(x, {}, Run()).output, expected)
    lengths = tuple(np.array(x.shape)[[axis] if isinstance(axis, int) else axis])
    assert made("layer", "rms_normalization", axis=axis).weight_shapes(x.shape) == {"scale": lengths}


def test_a_row_of_equal_numbers_is_nothing_but_beta() -> None:
    layer = made("layer", "layer_normalization")
    y, dx, _ = passes(layer, np.full((1, 3), 7.0), np.array([[1.0, 2.0, 4.0]]), gamma=np.ones(3), beta=np.arange(3.0))
    assert y.tolist() == [[0, 1, 2]]
    assert_close(dx.sum(), 0.0, 1e-12)


def test_a_mean_that_is_large_against_the_spread_costs_no_digits() -> None:
    for layer in (made("layer", "layer_normalization"), made("layer", "group_normalization", groups=1)):
        near, far = (layer.forward(x, ones(layer, x), Run()).output for x in (X, X + 2.0**30))
        np.testing.assert_array_equal(near, far)


@pytest.mark.parametrize(
    ("name", "parameters", "told"),
    [
        ("layer_normalization", {"axis": 0}, r"axis 0 is no axis of a sample: the input has the shape \(2, 3, 4\)"),
        ("layer_normalization", {"axis": 3}, "axis 3 is no axis"),
        ("layer_normalization", {"axis": [1, 10**18]}, "axis 1000000000000000000 is no axis"),
        ("layer_normalization", {"axis": [2, 1]}, r"ascending order, each once, got \[2, 1\]"),
        ("layer_normalization", {"axis": [2, -1]}, r"ascending order, each once, got \[2, -1\]"),
        ("rms_normalization", {"axis": [-1, -2]}, "ascending order"),
        ("group_normalization", {"groups": 2, "axis": -3}, "axis -3 is no axis"),
        ("group_normalization", {"groups": 3}, "groups 3 do not divide the 4 channels of axis -1"),
        ("group_normalization", {"groups": 10**18}, "do not divide the 4 channels"),
    ],
)
def test_what_does_not_fit_is_told(name: str, parameters: dict[str, Any], told: str) -> None:
    with pytest.raises(Misfit, match=told):
        made("layer", name, **parameters).output_shape((2, 3, 4))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("layer_normalization", {"axis": []}),
        ("layer_normalization", {"axis": list(range(1, 34))}),
        ("layer_normalization", {"axis": "1"}),
        ("rms_normalization", {"epsilon": -1.0}),
        ("group_normalization", {}),
        ("group_normalization", {"groups": 0}),
    ],
)
def test_what_makes_no_layer_is_refused(name: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made("layer", name, **parameters)


@pytest.mark.parametrize("name", ["layer_normalization", "rms_normalization"])
def test_blocks_of_rows_make_no_difference(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x, grad = np.random.default_rng(0).normal(size=(2, 7, 4))
    layer = made("layer", name)
    weights = {one: np.arange(1.0, 5.0) for one in layer.weight_shapes(x.shape)}
    y, dx, gradients = passes(layer, x, grad, **weights)
    monkeypatch.setattr(lanes, "BLOCK_NUMBERS", 8)
    cut_y, cut_dx, cut_gradients = passes(layer, x, grad, **weights)
    assert_close(cut_y, y)
    assert_close(cut_dx, dx)
    for one in weights:
        assert_close(cut_gradients[one], gradients[one])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("layer_normalization", {"axis": 2}),
        ("rms_normalization", {"axis": [1]}),
        ("group_normalization", {"groups": 2}),
    ],
)
def test_what_is_kept_beside_the_input_is_counted(name: str, parameters: dict[str, Any]) -> None:
    layer, x = made("layer", name, **parameters), np.ones((3, 5, 4))
    _, *kept = layer.forward(x, ones(layer, x), Run()).cache
    assert layer.extra_numbers(x.shape) == sum(one.size for one in kept)
