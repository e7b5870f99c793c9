"""Builders are the mappings that they stand for: what was given is sent, and nothing else."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from chainrule_client import Network, Sequential, initializers, layers, losses, metrics, regularizers

Connect = Callable[..., Any]

ANSWER = httpx.Response(
    200,
    json={"outputs": [[1.0]], "loss": None, "fused": False, "state": {}, "gradients": {"weights": {}, "inputs": None}},
)
ENCODINGS = ["json", "base64", "safetensors"]


class TestPart:
    def test_it_is_the_mapping_that_it_stands_for(self) -> None:
        dense = layers.Dense(units=64, activation="relu")
        assert dense == {"type": "dense", "units": 64, "activation": "relu"}
        assert (dense["units"], len(dense), list(dense)) == (64, 3, ["type", "units", "activation"])

    def test_only_what_was_given_is_in_it_even_if_that_is_the_default(self) -> None:
        assert "use_bias" not in layers.Dense(1)
        assert layers.Dense(1, use_bias=True)["use_bias"] is True
        assert layers.Dense(1, activation=None)["activation"] is None

    @pytest.mark.parametrize(
        ("built", "same"),
        [
            (layers.Conv2D(8, 3), layers.Conv2D(filters=8, kernel_size=3)),
            (layers.Conv1D(8, 3), layers.Conv1D(filters=8, kernel_size=3)),
            (layers.MaxPooling2D(3), layers.MaxPooling2D(pool_size=3)),
            (layers.Embedding(100, 16), layers.Embedding(input_dim=100, output_dim=16)),
            (layers.Bidirectional(layers.LSTM(4)), layers.Bidirectional(layer=layers.LSTM(units=4))),
            (layers.MultiHeadAttention(2, 4), layers.MultiHeadAttention(num_heads=2, key_dim=4)),
            (layers.LeakyReLU(0.3), layers.LeakyReLU(negative_slope=0.3)),
            (layers.BatchNormalization(1), layers.BatchNormalization(axis=1)),
            (regularizers.L2(1e-4), regularizers.L2(l2=1e-4)),
            (initializers.Constant(0.5), initializers.Constant(value=0.5)),
        ],
    )
    def test_what_keras_takes_without_a_name_needs_none(self, built: Any, same: Any) -> None:
        assert built == same
        assert len(built) > 1

    @pytest.mark.parametrize(
        ("build", "arguments", "message"),
        [
            (layers.Dense, {}, "missing 1 required positional argument: 'units'"),
            (layers.Dense, {"units": 1, "unit": 1}, "unexpected keyword argument 'unit'"),
            (initializers.Zeros, {"value": 1}, "unexpected keyword argument 'value'"),
        ],
    )
    def test_a_parameter_that_is_missing_or_unknown_is_a_type_error(
        self, build: Any, arguments: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(TypeError, match=message):
            build(**arguments)

    def test_a_loss_takes_its_parameters_by_name_alone(self) -> None:
        build: Any = losses.BinaryCrossentropy
        with pytest.raises(TypeError, match="positional"):
            build(True)

    def test_it_shows_how_it_was_built(self) -> None:
        built = layers.Dense(2, activation=layers.LeakyReLU(0.2), kernel_regularizer=regularizers.L2(1e-4))
        shown = "Dense(units=2, activation=LeakyReLU(negative_slope=0.2), kernel_regularizer=L2(l2=0.0001))"
        assert repr(built) == shown
        assert eval(repr(built), vars(layers) | vars(regularizers)) == built  # noqa: S307 - our own

    @pytest.mark.parametrize("through", [copy.copy, copy.deepcopy, lambda part: pickle.loads(pickle.dumps(part))])  # noqa: S301 - our own
    def test_it_survives_copies_and_pickle(self, through: Callable[[Any], Any]) -> None:
        built = layers.Bidirectional(layers.GRU(4), merge_mode="sum")
        assert through(built) == built
        assert type(through(built)) is layers.Bidirectional

    def test_it_cannot_be_changed(self) -> None:
        dense: Any = layers.Dense(1)
        with pytest.raises(AttributeError):
            dense.units = 2
        with pytest.raises(TypeError):
            dense["units"] = 2

    def test_its_definition_is_plain_json(self) -> None:
        filters: Any = np.int64(8)
        built = layers.Conv2D(filters, (3, 5), activation=layers.ReLU())
        definition = {"type": "conv2d", "filters": 8, "kernel_size": [3, 5], "activation": {"type": "relu"}}
        assert json.loads(json.dumps(built.to_definition())) == definition

    def test_activations_are_layers(self) -> None:
        assert layers.ReLU(name="bent") == {"type": "relu", "name": "bent"}
        assert isinstance(layers.Softmax(), layers.Layer)


class TestNetwork:
    def test_sequential_is_its_layers(self) -> None:
        network = Sequential([layers.Dense(3), {"type": "softmax"}])
        assert network == {"layers": [{"type": "dense", "units": 3}, {"type": "softmax"}]}
        assert network.layers == (layers.Dense(3), {"type": "softmax"})

    def test_a_layer_of_sequential_does_not_choose_what_it_reads(self) -> None:
        with pytest.raises(ValueError, match=r"layer 1 says its inputs.* take a Network"):
            Sequential([layers.Dense(3), layers.Dense(3, inputs=["inputs"])])

    def test_layers_that_are_read_go_by_their_names_or_by_their_places(self) -> None:
        left, right = layers.Dense(2, inputs=["a"]), layers.Dense(2, name="right", inputs=["b"])
        network = Network([left, right, layers.Subtract(inputs=[left, right])], inputs=["a", "b"])
        assert network["inputs"] == ["a", "b"]
        assert network["layers"][2] == {"type": "subtract", "inputs": ["dense_0", "right"]}

    def test_a_layer_is_read_after_it_stands_in_the_network(self) -> None:
        later = layers.Dense(2)
        with pytest.raises(ValueError, match=r"layer 0 reads Dense\(units=2\), which does not stand before it"):
            Network([layers.Add(inputs=[later, "inputs"]), later])

    def test_it_shows_how_it_was_built(self) -> None:
        assert repr(Network([layers.ReLU()], inputs=["a"])) == "Network([ReLU()], inputs=['a'])"
        assert repr(Sequential([layers.ReLU()])) == "Sequential([ReLU()])"

    def test_its_definition_is_plain_json(self) -> None:
        network = Network([layers.Reshape((2, 2))], inputs=("a",))
        definition = {"layers": [{"type": "reshape", "target_shape": [2, 2]}], "inputs": ["a"]}
        assert json.loads(json.dumps(network.to_definition())) == definition


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestSending:
    def test_builders_are_sent_as_what_they_stand_for(self, connect: Connect, encoding: str) -> None:
        connection = connect(ANSWER, encoding=encoding)
        connection.backward(
            network=Sequential([
                layers.Dense(64, activation=layers.LeakyReLU(0.2), kernel_regularizer=regularizers.L2(1e-4)),
                layers.Bidirectional(layers.LSTM(8, activation="tanh"), name="both"),
            ]),
            inputs=[[1.0]],
            targets=[0],
            loss=losses.CrossEntropy(class_weights=np.array([1.0, 2.0])),
            metrics=["accuracy", metrics.TopKAccuracy(k=3)],
        )  # fmt: skip
        leaky = {"type": "leaky_relu", "negative_slope": 0.2}
        lstm = {"type": "lstm", "units": 8, "activation": "tanh"}
        document = connection.sent
        assert document["network"]["layers"] == [
            {"type": "dense", "units": 64, "activation": leaky, "kernel_regularizer": {"type": "l2", "l2": 0.0001}},
            {"type": "bidirectional", "layer": lstm, "name": "both"},
        ]
        assert document["loss"] == {"type": "cross_entropy", "class_weights": [1.0, 2.0]}
        assert document["metrics"] == ["accuracy", {"type": "top_k_accuracy", "k": 3}]

    def test_a_plain_list_may_have_both_and_be_wired(self, connect: Connect, encoding: str) -> None:
        connection = connect(ANSWER, encoding=encoding)
        hidden = layers.Dense(2)
        connection.forward(
            network=[hidden, {"type": "relu"}, {"type": "add", "inputs": [hidden, "relu_1"]}], inputs=[[1.0]]
        )
        assert connection.sent["network"]["layers"][2] == {"type": "add", "inputs": ["dense_0", "relu_1"]}

    def test_what_is_no_network_is_sent_for_the_service_to_say_what_it_should_be(
        self, connect: Connect, encoding: str
    ) -> None:
        connection = connect(ANSWER, encoding=encoding)
        connection.forward(network={"layers": [{"type": "relu", "inputs": "hidden"}, {}]}, inputs=[[1.0]])
        assert connection.sent["network"] == {"layers": [{"type": "relu", "inputs": "hidden"}, {}]}


def test_a_network_of_something_else_is_sent_too(connect: Connect) -> None:
    connection = connect(ANSWER, encoding="json")
    connection.forward(network={"layers": "relu"}, inputs=[[1.0]])
    assert connection.sent["network"] == {"layers": "relu"}
