from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.calls import prepare_forward
from chainrule.core.initializers.plain import Uniform
from chainrule.core.layer import Misfit, Run
from chainrule.core.layers import recurrent
from chainrule.core.layers.bidirectional import Bidirectional
from chainrule.core.layers.gru import Gru
from chainrule.core.layers.lstm import Lstm
from chainrule.core.layers.recurrent import Recurrent
from chainrule.core.layers.simple_rnn import SimpleRnn
from chainrule.core.limits import Limits
from chainrule.core.random_bits import WeightBits
from chainrule.errors import InputError

RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(3, 5, 2))


def weights_for(layer: Any, scale: float = 1.0) -> dict[str, Any]:
    return {name: scale * RANDOM.normal(size=shape) for name, shape in layer.weight_shapes(X.shape).items()}


def output(layer: Any, x: Any, weights: Any) -> Any:
    return layer.forward(x, weights, Run()).output


def test_the_state_is_the_input_of_the_next_step() -> None:
    layer = SimpleRnn.model_validate({"units": 1, "activation": "identity", "return_sequences": True})
    weights = {"kernel": np.array([[1.0]]), "recurrent_kernel": np.array([[2.0]]), "bias": np.array([10.0])}
    step = layer.forward(np.array([[[1.0], [2.0], [3.0]]]), weights, Run())
    gradients = layer.backward(np.array([[[0.0], [0.0], [1.0]]]), weights, step.cache)
    assert step.output.tolist() == [[[11.0], [34.0], [81.0]]]
    assert np.asarray(gradients.inputs[0]).tolist() == [[[4.0], [2.0], [1.0]]]
    assert gradients.weights["kernel"].tolist() == [[1 * 4 + 2 * 2 + 3 * 1]]
    assert gradients.weights["recurrent_kernel"].tolist() == [[0 * 4 + 11 * 2 + 34 * 1]]
    assert gradients.weights["bias"].tolist() == [7.0]


@pytest.mark.parametrize("layer", [SimpleRnn(units=4), Lstm(units=4), Gru(units=4), Gru(units=4, reset_after=False)])
def test_the_last_state_is_the_last_of_the_sequence(layer: Recurrent) -> None:
    weights = weights_for(layer)
    sequence = output(layer.model_copy(update={"return_sequences": True}), X, weights)
    np.testing.assert_array_equal(output(layer, X, weights), sequence[:, -1])


@pytest.mark.parametrize("layer", [SimpleRnn(units=4), Lstm(units=4), Gru(units=4)])
def test_going_backwards_is_reading_the_turned_sequence(layer: Recurrent) -> None:
    weights = weights_for(layer)
    backwards = layer.model_copy(update={"go_backwards": True})
    np.testing.assert_array_equal(output(backwards, X, weights), output(layer, X[:, ::-1], weights))


def test_an_open_forget_gate_and_a_shut_input_gate_keep_the_cell() -> None:
    layer = Lstm(units=1, return_sequences=True)
    weights = {
        "kernel": np.zeros((2, 4)),
        "recurrent_kernel": np.zeros((1, 4)),
        "bias": np.array([-1000.0, 1000.0, 0.0, 1000.0]),
    }
    assert output(layer, X, weights).tolist() == np.zeros((3, 5, 1)).tolist()


def test_an_open_update_gate_keeps_the_state() -> None:
    layer = Gru(units=1, reset_after=False)
    weights = {"kernel": np.ones((2, 3)), "recurrent_kernel": np.ones((1, 3)), "bias": np.array([1e3, 0.0, 0.0])}
    assert output(layer, X, weights).tolist() == np.zeros((3, 1)).tolist()


def test_both_directions_stand_at_the_same_step() -> None:
    layer = Bidirectional.model_validate({"layer": {"type": "lstm", "units": 2, "return_sequences": True}})
    weights = weights_for(layer)
    turned = {
        name.replace("forward", "-").replace("backward", "forward").replace("-", "backward"): one
        for name, one in weights.items()
    }
    both, swapped = output(layer, X, weights), output(layer, X[:, ::-1], turned)
    np.testing.assert_array_equal(swapped[:, ::-1], np.concatenate([both[..., 2:], both[..., :2]], axis=-1))


def test_a_sequence_has_three_axes() -> None:
    with pytest.raises(Misfit, match=r"reads \(samples, steps, features\), got the shape \(3, 5\)"):
        Lstm(units=2).output_shape((3, 5))


def test_the_last_state_of_another_layer_is_no_sequence() -> None:
    with pytest.raises(Misfit, match=r'a recurrent layer before it, if there is one, needs "return_sequences": true$'):
        Lstm(units=2).output_shape((3, 5))
    with pytest.raises(Misfit, match=r"got the shape \(3, 5, 2, 2\)$"):
        Lstm(units=2).output_shape((3, 5, 2, 2))


LAST_STATE = 'must be false, got true: the last output is the last of "return_sequences"'


@pytest.mark.parametrize(
    ("layer", "told", "where"),
    [
        ({"type": "lstm", "units": 2, "activation": "prelu"}, "without weights", "/network/layers/0/activation"),
        ({"type": "lstm", "units": 2, "return_state": True}, LAST_STATE, "/network/layers/0/return_state"),
        (
            {"type": "bidirectional", "layer": {"type": "dense", "units": 2}},
            'unknown layer "dense"',
            "/network/layers/0/layer/type",
        ),
        (
            {"type": "bidirectional", "layer": {"type": "gru", "unit": 2}},
            'did you mean "units"',
            "/network/layers/0/layer/unit",
        ),
    ],
)
def test_what_a_recurrent_layer_cannot_be_is_refused_at_its_place(layer: Any, told: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        prepare_forward({"network": {"layers": [layer]}, "batch": {"inputs": X}}, Limits())
    faults = {fault.pointer: fault.detail for fault in caught.value.faults}
    assert told in faults[where]


def test_the_bias_of_an_lstm_is_drawn_in_two_parts_around_that_of_the_forget_gate() -> None:
    drawn, bits = Uniform(), WeightBits(3, 1, "bias")
    bias = Lstm(units=3, bias_initializer=drawn).starting("bias", (12,), bits)
    np.testing.assert_array_equal(bias[:3], drawn.values((3,), bits))
    np.testing.assert_array_equal(bias[3:6], 1.0)
    np.testing.assert_array_equal(bias[6:], drawn.values((6,), WeightBits(3, 1, "bias after")))


@pytest.mark.parametrize("side", ["forward/", "backward/"])
def test_both_sides_of_a_bidirectional_layer_start_as_the_layer_in_it_says(side: str) -> None:
    drawn = Uniform(maxval=3.0)
    both = Bidirectional(layer=Gru(units=2, recurrent_initializer=drawn))
    assert both.initializer_of(f"{side}recurrent_kernel") == (drawn, ("layer", "recurrent_initializer"))


@pytest.mark.parametrize("steps_at_once", [1, 2, 4])
@pytest.mark.parametrize("parameters", [{}, {"return_sequences": True}, {"go_backwards": True, "use_bias": False}])
@pytest.mark.parametrize("cls", [SimpleRnn, Gru, Lstm])
def test_steps_may_go_backward_in_parts(
    cls: type[Recurrent], parameters: dict[str, Any], steps_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = cls(units=3, **parameters)
    weights = weights_for(layer)
    step = layer.forward(X, weights, Run())
    whole = layer.backward(np.cos(step.output), weights, step.cache)
    monkeypatch.setattr(recurrent, "SLOPES", steps_at_once * len(X) * 3 * layer.gates)
    parts = layer.backward(np.cos(step.output), weights, step.cache)
    assert parts.inputs[0] is not None
    assert whole.inputs[0] is not None
    np.testing.assert_allclose(parts.inputs[0], whole.inputs[0], rtol=1e-12, atol=1e-12)
    assert parts.weights.keys() == whole.weights.keys()
    for name, found in parts.weights.items():
        np.testing.assert_allclose(found, whole.weights[name], rtol=1e-12, atol=1e-12)


def test_no_more_steps_go_backward_at_once_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrent, "SLOPES", 20)
    parts = [(part.start, part.stop) for part in recurrent._from_the_end(5, 8)]
    assert parts == [(3, 5), (1, 3), (0, 1)]
    assert [(part.start, part.stop) for part in recurrent._from_the_end(2, 30)] == [(1, 2), (0, 1)]
