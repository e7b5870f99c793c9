"""What the clients send and give back of the calls about a network before there are weights."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule_client import AnswerError, Catalog, Initialized, LayerSummary, Summary

Connect = Callable[..., Any]
AskFor = Callable[..., Any]

ENCODINGS = ["json", "base64", "safetensors"]
NETWORK = [{"type": "dense", "name": "hidden", "units": 2}]
SUMMARY: dict[str, Any] = {
    "network": {"layers": [{"type": "dense", "name": "hidden", "units": 2, "use_bias": True}, {"type": "relu"}]},
    "layers": [
        {
            "name": "hidden",
            "type": "dense",
            "inputs": ["inputs"],
            "output_shape": [64, 2],
            "weights": {"kernel": [784, 2], "bias": [2]},
            "state": {},
            "parameters": 1570,
        },
        {
            "name": "relu_1",
            "type": "relu",
            "inputs": ["hidden"],
            "output_shape": [64, 2],
            "weights": {},
            "state": {},
            "parameters": 0,
        },
    ],
    "parameters": {"trainable": 1570, "non_trainable": 0, "total": 1570},
    "cost": {"forward_flops": 200704, "backward_flops": 401408, "weight_bytes": 12560, "activation_bytes": 2048},
}
DENSE = {
    "description": "Mixes the last axis.",
    "parameters": {"type": "object", "properties": {"units": {"type": "integer"}}, "required": ["units"]},
    "weights": {"kernel": "(in, units)", "bias": "(units,)"},
    "inputs": 1,
}
CATALOG: dict[str, Any] = {
    "layers": {"dense": DENSE, "norm": {"description": "", "parameters": {}, "state": {"moving_mean": "(c,)"}}},
    "activations": {"silu": {"description": "x · sigmoid(x)", "parameters": {}, "aliases": ["swish"], "since": "0.2"}},
    "losses": {},
    "metrics": {},
    "initializers": {},
    "regularizers": {},
    "limits": {"layers": 1000},
    "version": "0.2.0",
}


class TestSummary:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_it_is_asked_for_in_json_whatever_the_encoding(
        self, connect: Connect, answered: Callable[..., Any], encoding: str
    ) -> None:
        connection = connect(answered(SUMMARY, "json"), encoding=encoding)
        connection.ask("summary", network=NETWORK, input_shape=(784,), batch_size=64, dtype="float32")
        assert (connection.request.method, connection.request.url.path) == ("POST", "/summary")
        assert connection.request.headers["content-type"] == connection.request.headers["accept"] == "application/json"
        assert connection.sent == {
            "network": {"layers": NETWORK},
            "input_shape": [784],
            "batch_size": 64,
            "options": {"dtype": "float32"},
        }

    def test_several_inputs_have_their_shapes_by_name(self, connect: Connect, answered: Callable[..., Any]) -> None:
        connection = connect(answered(SUMMARY, "json"))
        connection.ask("summary", network=NETWORK, input_shape={"left": (3,), "right": np.array([4, 5])})
        assert connection.sent["input_shape"] == {"left": [3], "right": [4, 5]}

    def test_a_shape_that_is_a_number_is_refused_by_name(self, connect: Connect, answered: Callable[..., Any]) -> None:
        connection = connect(answered(SUMMARY, "json"))
        with pytest.raises(TypeError, match=r"input_shape\['left'\] must be a sequence of lengths, such as \(784,\)"):
            connection.ask("summary", network=NETWORK, input_shape={"left": 784})
        assert connection.requests == []

    def test_layers_counts_and_cost_are_typed(self, ask_for: AskFor) -> None:
        result = ask_for("summary", SUMMARY | {"more": 1}, network=NETWORK, input_shape=[784])
        assert isinstance(result, Summary)
        assert result.layers[0] == LayerSummary(
            name="hidden",
            type="dense",
            inputs=("inputs",),
            output_shape=(64, 2),
            weights={"kernel": (784, 2), "bias": (2,)},
            state={},
            parameters=1570,
        )
        assert dataclasses.asdict(result.parameters) == SUMMARY["parameters"]
        assert dataclasses.asdict(result.cost) == SUMMARY["cost"]
        assert result.network == SUMMARY["network"]
        assert result.extra == {"more": 1}

    def test_it_prints_as_a_table(self, ask_for: AskFor) -> None:
        shown = str(ask_for("summary", SUMMARY, network=NETWORK, input_shape=[784]))
        assert shown.splitlines() == [
            "layer   type   output shape  parameters  reads",
            "hidden  dense  (64, 2)            1,570  inputs",
            "relu_1  relu   (64, 2)                0  hidden",
            "",
            "parameters: 1,570, of which 1,570 are trainable",
            "FLOPs: 200,704 forward, 401,408 backward",
            "bytes: 12,560 of weights and state, 2,048 of activations",
        ]


class TestInitialize:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_the_seed_and_the_shape_are_sent(
        self, connect: Connect, answered: Callable[..., Any], encoding: str
    ) -> None:
        connection = connect(answered({"weights": {}, "state": {}}, encoding), encoding=encoding)
        connection.ask("initialize", network=NETWORK, input_shape=[784], seed=7)
        options = {"options": {"encoding": "base64"}} if encoding == "base64" else {}
        assert connection.request.url.path == "/initialize"
        assert connection.sent == {"network": {"layers": NETWORK}, "input_shape": [784], "seed": 7, **options}

    @pytest.mark.parametrize("dtype", ["float64", "float32"])
    def test_weights_and_state_are_trees_of_arrays(self, ask_for: AskFor, dtype: str) -> None:
        tree = {
            "weights": {"block.1": {"query/kernel": np.array([[0.1, 0.2]], dtype)}},
            "state": {"norm": {"moving_variance": np.ones(2, dtype)}},
        }
        result = ask_for("initialize", tree, network=NETWORK, input_shape=[2], seed=0, dtype=dtype)
        assert isinstance(result, Initialized)
        kernel = tree["weights"]["block.1"]["query/kernel"]
        np.testing.assert_array_equal(result.weights["block.1"]["query/kernel"], kernel, strict=True)
        np.testing.assert_array_equal(result.state["norm"]["moving_variance"], [1.0, 1.0])

    def test_what_it_gives_can_be_handed_on_as_it_is(self, connect: Connect, answered: Callable[..., Any]) -> None:
        started = {"weights": {"norm": {"gamma": np.ones(2)}}, "state": {"norm": {"moving_mean": np.zeros(2)}}}
        start = connect(answered(started, "json")).ask("initialize", network=NETWORK, input_shape=[2], seed=0)
        outputs: dict[str, Any] = {"outputs": np.ones((1, 2)), "loss": None, "fused": False, "state": {}}
        connection = connect(answered(outputs, "json"))
        connection.forward(network=NETWORK, weights=start.weights, state=start.state, inputs=[[1, 2]])
        np.testing.assert_equal(connection.sent["weights"], started["weights"])
        np.testing.assert_equal(connection.sent["state"], started["state"])


class TestCatalog:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_it_is_a_get_without_a_body(self, connect: Connect, answered: Callable[..., Any], encoding: str) -> None:
        connection = connect(answered(CATALOG, "json"), encoding=encoding)
        connection.ask("catalog", request_id="mine")
        assert (connection.request.method, connection.request.url.path) == ("GET", "/catalog")
        assert connection.request.content == b""
        assert "content-type" not in connection.request.headers
        assert connection.request.headers["accept"] == "application/json"
        assert connection.request.headers["x-request-id"] == "mine"

    def test_entries_limits_and_version_are_typed(self, ask_for: AskFor) -> None:
        result = ask_for("catalog", CATALOG)
        assert isinstance(result, Catalog)
        dense, silu = result.layers["dense"], result.activations["silu"]
        assert (dense.inputs, dense.weights["bias"], dense.aliases) == (1, "(units,)", ())
        assert dense.parameters["required"] == ["units"]
        assert (dense.state, result.layers["norm"].state) == ({}, {"moving_mean": "(c,)"})
        assert (silu.aliases, silu.weights, silu.inputs, silu.extra) == (("swish",), {}, None, {"since": "0.2"})
        assert (result.limits["layers"], result.version) == (1000, "0.2.0")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("summary", {"network": NETWORK, "input_shape": [2]}),
        ("initialize", {"network": NETWORK, "input_shape": [2], "seed": 0}),
        ("catalog", {}),
    ],
)
def test_an_answer_of_something_else_is_an_answer_error(ask_for: AskFor, name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(AnswerError, match="KeyError"):
        ask_for(name, {"outputs": np.ones(1)}, **arguments)
