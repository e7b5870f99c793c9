from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from chainrule.core import lanes
from chainrule.core.layer import Misfit, Run, Wanted
from tests.core.discovery import made
from tests.tolerances import assert_close

X = np.array([[0.0], [0.0], [2.0], [2.0]])  # mean 1, variance 1
STATE = {"moving_mean": np.array([5.0]), "moving_variance": np.array([4.0])}
WEIGHTS = {"gamma": np.array([2.0]), "beta": np.array([10.0])}
PLAIN: dict[str, Any] = {"epsilon": 0.0}


def layer(**parameters: Any) -> Any:
    return made("layer", "batch_normalization", **PLAIN | parameters)


def test_in_training_the_batch_is_brought_to_mean_0_and_variance_1() -> None:
    step = layer().forward(X, WEIGHTS, Run(training=True, state=STATE))
    assert step.output.ravel().tolist() == [8, 8, 12, 12]


def test_otherwise_the_running_mean_and_variance_are_used_and_stay() -> None:
    step = layer().forward(X, WEIGHTS, Run(training=False, state=STATE))
    assert step.output.ravel().tolist() == [5, 5, 7, 7]
    assert step.state == {}


def test_in_training_each_number_moves_mean_and_variance_too() -> None:
    step = layer().forward(X, WEIGHTS, Run(training=True, state=STATE))
    gradients = layer().backward(np.array([[4.0], [0.0], [0.0], [0.0]]), WEIGHTS, step.cache)
    # grad - mean(grad) - x̂ · mean(grad · x̂) = [4, 0, 0, 0] - 1 + [-1, -1, 1, 1]
    assert np.asarray(gradients.inputs[0]).ravel().tolist() == [4, -4, 0, 0]
    assert gradients.weights["gamma"].tolist() == [-4]
    assert gradients.weights["beta"].tolist() == [4]


def test_otherwise_they_are_constants() -> None:
    step = layer().forward(X, WEIGHTS, Run(training=False, state=STATE))
    gradients = layer().backward(np.array([[4.0], [0.0], [0.0], [0.0]]), WEIGHTS, step.cache)
    assert np.asarray(gradients.inputs[0]).ravel().tolist() == [4, 0, 0, 0]
    assert gradients.weights["gamma"].tolist() == [-10]


@pytest.mark.parametrize(
    ("parameters", "mean", "variance"),
    [
        ({"momentum": 0.75}, 4.0, 3.25),
        ({"momentum": 1.0}, 5.0, 4.0),
        ({"momentum": 0.0}, 1.0, 1.0),
        ({"momentum": 0.0, "unbiased_moving_variance": True}, 1.0, 4 / 3),
    ],
)
def test_momentum_is_the_share_that_is_kept(parameters: dict[str, Any], mean: float, variance: float) -> None:
    state = layer(**parameters).forward(X, WEIGHTS, Run(training=True, state=STATE)).state
    assert_close(state["moving_mean"], [mean])
    assert_close(state["moving_variance"], [variance])


def test_the_output_divides_by_the_biased_variance_whatever_the_running_one_does() -> None:
    run = Run(training=True, state=STATE)
    biased, unbiased = (layer(unbiased_moving_variance=one).forward(X, WEIGHTS, run).output for one in (False, True))
    np.testing.assert_array_equal(biased, unbiased)


def test_channels_are_found_wherever_they_stand() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4, 2, 5))
    weights = {"gamma": np.array([1.0, -2.0, 0.5, 3.0]), "beta": np.arange(4.0)}
    run = Run(training=True, state={"moving_mean": np.zeros(4), "moving_variance": np.ones(4)})
    last = layer().forward(np.moveaxis(x, 1, -1).copy(), weights, run)
    for one in (x, np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1)):  # as it stands, and as a convolution leaves it
        step = layer(axis=1).forward(one, weights, run)
        assert_close(np.moveaxis(step.output, 1, -1), last.output)
        assert_close(step.state["moving_variance"], last.state["moving_variance"])


def test_a_mean_that_is_large_against_the_spread_costs_no_digits() -> None:
    run = Run(training=True, state=STATE)
    shifted = layer().forward(X + 2.0**30, WEIGHTS, run)
    np.testing.assert_array_equal(shifted.output, layer().forward(X, WEIGHTS, run).output)


@pytest.mark.parametrize(("center", "scale"), [(True, False), (False, True), (False, False)])
def test_it_has_the_weights_that_it_uses(center: bool, scale: bool) -> None:
    one = layer(center=center, scale=scale)
    weights = {name: WEIGHTS[name] for name in one.weight_shapes(X.shape)}
    assert weights.keys() == {name for name, wanted in (("beta", center), ("gamma", scale)) if wanted}
    step = one.forward(X, weights, Run(training=True, state=STATE))
    assert step.output.ravel().tolist() == [10 * center + (1 + scale) * sign for sign in (-1, -1, 1, 1)]
    assert one.backward(X, weights, step.cache).weights.keys() == weights.keys()


def test_without_training_and_weights_the_statistics_are_not_looked_at() -> None:
    grad = np.ones((2, 1))
    cache = (np.full((2, 1), np.nan), None, np.array([0.5]), False)
    gradients = layer().backward(grad, WEIGHTS, cache, Wanted(weights=False))
    assert np.asarray(gradients.inputs[0]).ravel().tolist() == [1, 1]


@pytest.mark.parametrize(("shape", "axis"), [((1, 3), -1), ((1, 1, 1, 3), 3), ((1, 3, 1, 1), 1)])
def test_one_number_a_channel_is_nothing_to_learn_from(shape: tuple[int, ...], axis: int) -> None:
    with pytest.raises(Misfit, match="one number a channel"):
        layer(axis=axis).check_training(shape)


def test_one_image_is_enough() -> None:
    layer().check_training((1, 2, 1, 3))


@pytest.mark.parametrize("axis", [0, 2, -2, 10**18, -(10**18)])
def test_an_axis_that_is_none_of_a_sample_is_told(axis: int) -> None:
    with pytest.raises(Misfit, match=rf"axis {axis} is no axis of a sample: the input has the shape \(2, 3\)"):
        layer(axis=axis).output_shape((2, 3))


@pytest.mark.parametrize("wrong", [{"momentum": 1.5}, {"momentum": -0.1}, {"epsilon": -1e-5}, {"axis": 1.0}])
def test_what_is_no_share_and_no_axis_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        layer(**wrong)


@pytest.mark.parametrize("axis", [1, -1])
def test_blocks_of_rows_make_no_difference(axis: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x, grad = np.random.default_rng(0).normal(size=(2, 5, 3, 3))
    weights = {"gamma": np.array([1.0, -2.0, 0.5]), "beta": np.arange(3.0)}
    run = Run(training=True, state={"moving_mean": np.zeros(3), "moving_variance": np.ones(3)})

    def results() -> list[Any]:
        step = layer(axis=axis).forward(x, weights, run)
        gradients = layer(axis=axis).backward(grad, weights, step.cache)
        return [step.output, *step.state.values(), *gradients.inputs, *gradients.weights.values()]

    whole = results()
    monkeypatch.setattr(lanes, "BLOCK_NUMBERS", 9)
    for one, other in zip(results(), whole, strict=True):
        assert_close(one, other)
