"""What `/summary` says of a network: all that can be known without its numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chainrule.calls import Document, prepare_summary
from chainrule.core.limits import Limits
from chainrule.errors import InputError, go_on

DENSE = {"type": "dense", "units": 2}


def as_sent(document: Any) -> Document:
    """A document without arrays as the service has it."""
    sent: Document = json.loads(json.dumps(document))
    return sent


def summary(*layers: Any, input_shape: Any = (3,), **more: Any) -> Document:
    network = {"layers": list(layers), **more.pop("network", {})}
    document = as_sent({"network": network, "input_shape": input_shape, **more})
    return prepare_summary(document, Limits()).compute(go_on)


def refused(*layers: Any, input_shape: Any = (3,), **more: Any) -> tuple[str, str, str]:
    network = {"layers": list(layers), **more.pop("network", {})}
    with pytest.raises(InputError) as error:
        prepare_summary(as_sent({"network": network, "input_shape": input_shape, **more}), Limits())
    fault = error.value.faults[0]
    return fault.code, fault.pointer, fault.detail


class TestTheLayers:
    def test_each_has_its_name_its_type_and_what_it_reads(self) -> None:
        layers = summary(DENSE, {"type": "relu", "name": "last"}, {"type": "add", "inputs": ["last", "dense_0"]})
        assert [(one["name"], one["type"], one["inputs"]) for one in layers["layers"]] == [
            ("dense_0", "dense", ["inputs"]),
            ("last", "relu", ["dense_0"]),
            ("add_2", "add", ["last", "dense_0"]),
        ]

    def test_shapes_have_the_batch_in_front(self) -> None:
        (layer,) = summary(DENSE, input_shape=[5, 3], batch_size=7)["layers"]
        assert layer["output_shape"] == [7, 5, 2]
        assert layer["weights"] == {"kernel": [3, 2], "bias": [2]}

    def test_the_batch_is_one_sample_if_nobody_says_how_many(self) -> None:
        (layer,) = summary(DENSE)["layers"]
        assert layer["output_shape"] == [1, 2]

    def test_a_sample_may_be_a_number(self) -> None:
        (layer,) = summary({"type": "embedding", "input_dim": 4, "output_dim": 2}, input_shape=[])["layers"]
        assert layer["output_shape"] == [1, 2]

    def test_parameters_are_the_numbers_of_weights_and_state(self) -> None:
        answer = summary(DENSE, {"type": "batch_normalization"})
        assert [one["parameters"] for one in answer["layers"]] == [3 * 2 + 2, 4 * 2]
        assert answer["layers"][1]["state"] == {"moving_mean": [2], "moving_variance": [2]}
        assert answer["parameters"] == {"trainable": 8 + 4, "non_trainable": 4, "total": 16}

    def test_an_activation_inside_a_layer_counts_with_it(self) -> None:
        (layer,) = summary({**DENSE, "activation": "prelu"})["layers"]
        assert layer["weights"] == {"kernel": [3, 2], "bias": [2], "alpha": [2]}
        assert layer["parameters"] == 3 * 2 + 2 + 2

    def test_of_two_shapes_a_weight_has_the_one_with_a_number_a_channel(self) -> None:
        layers = summary(DENSE, {"type": "prelu"})["layers"]
        assert layers[0]["weights"]["bias"] == [2]
        assert layers[1]["weights"] == {"alpha": [2]}

    def test_a_network_with_several_inputs_names_their_shapes(self) -> None:
        answer = summary(
            {**DENSE, "inputs": ["left"]},
            {**DENSE, "inputs": ["right"]},
            {"type": "add", "inputs": ["dense_0", "dense_1"]},
            input_shape={"right": [5], "left": [3]},
            network={"inputs": ["left", "right"]},
        )
        assert [one["weights"].get("kernel") for one in answer["layers"]] == [[3, 2], [5, 2], None]
        assert answer["network"]["inputs"] == ["left", "right"]


class TestTheCost:
    def test_a_multiply_add_counts_as_two_and_the_way_back_takes_twice_as_many(self) -> None:
        cost = summary(DENSE, batch_size=10)["cost"]
        assert cost["forward_flops"] == 2 * 10 * 3 * 2
        assert cost["backward_flops"] == 2 * cost["forward_flops"]

    @pytest.mark.parametrize(("dtype", "size"), [("float64", 8), ("float32", 4)])
    def test_bytes_are_those_of_the_type(self, dtype: str, size: int) -> None:
        layers = ({**DENSE, "activation": "relu"}, {"type": "batch_normalization"})
        cost = summary(*layers, batch_size=10, options={"dtype": dtype})["cost"]
        assert cost["weight_bytes"] == (3 * 2 + 2 + 4 * 2) * size
        assert cost["activation_bytes"] == 2 * 10 * 2 * size


class TestTheResolvedDefinition:
    def test_it_has_every_default(self) -> None:
        (layer,) = summary(DENSE)["network"]["layers"]
        assert layer == {
            "type": "dense",
            "name": "dense_0",
            "inputs": ["inputs"],
            "units": 2,
            "use_bias": True,
            "activation": None,
            "kernel_initializer": {"type": "glorot_uniform"},
            "bias_initializer": {"type": "zeros"},
            "kernel_regularizer": None,
            "bias_regularizer": None,
        }

    def test_what_is_nested_has_its_defaults_too(self) -> None:
        (layer,) = summary(
            {
                **DENSE,
                "activation": "leaky_relu",
                "kernel_initializer": "normal",
                "kernel_regularizer": {"type": "l1_l2", "l1": 0.5},
            }
        )["network"]["layers"]
        assert layer["activation"] == {"type": "leaky_relu", "negative_slope": 0.01}
        assert layer["kernel_initializer"] == {"type": "normal", "mean": 0.0, "stddev": 0.05}
        assert layer["kernel_regularizer"] == {"type": "l1_l2", "l1": 0.5, "l2": 0.01}

    def test_what_follows_from_other_parameters_is_said(self) -> None:
        pooled, attended = (
            summary(layer, input_shape=shape)["network"]["layers"][0]
            for layer, shape in (
                ({"type": "max_pooling2d", "pool_size": [2, 3]}, [6, 6, 1]),
                ({"type": "multi_head_attention", "num_heads": 2, "key_dim": 4}, [3, 5]),
            )
        )
        assert pooled["strides"] == [2, 3]
        assert {name: attended[name] for name in ("value_dim", "num_kv_heads", "scale")} == {
            "value_dim": 4,
            "num_kv_heads": 2,
            "scale": 0.5,
        }

    def test_a_layer_inside_another_is_whole(self) -> None:
        inner = {"type": "gru", "units": 2}
        (layer,) = summary({"type": "bidirectional", "layer": inner}, input_shape=[4, 3])["network"]["layers"]
        assert layer["layer"]["recurrent_initializer"] == {"type": "orthogonal", "gain": 1.0}
        assert layer["layer"]["reset_after"] is True
        assert "name" not in layer["layer"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("shape", "where"),
        [
            ([0], "/input_shape/0"),
            ([3, -1], "/input_shape/1"),
            ([2.5], "/input_shape/0"),
            ([True], "/input_shape/0"),
            (["3"], "/input_shape/0"),
            ([None], "/input_shape/0"),
            ([[3]], "/input_shape/0"),
            ([2**64], "/input_shape/0"),
            (3, "/input_shape"),
            ("3", "/input_shape"),
            (None, "/input_shape"),
            ([1] * 33, "/input_shape"),
            ({str(name): [3] for name in range(1_001)}, "/input_shape"),
            ({"inputs": [3]}, "/input_shape"),
        ],
    )
    def test_a_shape_is_a_list_of_whole_numbers(self, shape: Any, where: str) -> None:
        code, found, _ = refused(DENSE, input_shape=shape)
        assert (code, found) == ("invalid_parameter", where)

    @pytest.mark.parametrize(
        ("shape", "code", "where"),
        [
            ({}, "missing_field", "/input_shape/left"),
            ({"left": [3]}, "missing_field", "/input_shape/right"),
            ({"left": [3], "right": [3], "middle": [3]}, "unknown_field", "/input_shape/middle"),
            ({"left": [3], "right": [0]}, "invalid_parameter", "/input_shape/right/0"),
            ({"left": [3], "right": 3}, "invalid_parameter", "/input_shape/right"),
            ([3], "invalid_parameter", "/input_shape"),
        ],
    )
    def test_several_inputs_have_a_shape_each(self, shape: Any, code: str, where: str) -> None:
        layer = {"type": "add", "inputs": ["left", "right"]}
        assert refused(layer, input_shape=shape, network={"inputs": ["left", "right"]})[:2] == (code, where)

    def test_a_layer_that_cannot_read_the_shape_says_why(self) -> None:
        code, where, detail = refused({"type": "conv2d", "filters": 1, "kernel_size": 5}, input_shape=[3, 3, 1])
        assert (code, where) == ("shape_mismatch", "/network/layers/0")
        assert "kernel_size 5 does not fit" in detail

    @pytest.mark.parametrize("size", [0, -1, 1.5, True, "1", None, 2**64])
    def test_a_batch_has_at_least_one_sample(self, size: Any) -> None:
        assert refused(DENSE, batch_size=size)[:2] == ("invalid_parameter", "/batch_size")

    @pytest.mark.parametrize("more", [{"weights": {}}, {"batch": {}}, {"seed": 1}, {"options": {"training": True}}])
    def test_what_it_does_not_need_is_unknown(self, more: dict[str, Any]) -> None:
        assert refused(DENSE, **more)[0] == "unknown_field"

    @pytest.mark.parametrize(
        "more",
        [
            {"input_shape": [10**15]},
            {"batch_size": 10**18},
            {"input_shape": [2**60, 2**60]},
            {"input_shape": [1_000_000_000]},
        ],
    )
    def test_what_is_too_large_is_refused_by_its_sizes_alone(self, more: dict[str, Any]) -> None:
        assert refused({"type": "dense", "units": 10**9}, **more)[0] == "network_too_large"

    def test_too_many_layers_are_refused_before_anyone_looks_at_them(self) -> None:
        assert refused(*[{"type": "no such layer"}] * 1_001)[:2] == ("network_too_large", "/network/layers")


def test_a_resolved_definition_means_the_same_and_stays_as_it_is() -> None:
    layers = [
        {"type": "conv2d", "filters": 4, "kernel_size": 3, "activation": {"type": "elu", "alpha": 0.5}},
        {"type": "average_pooling2d"},
        {"type": "reshape", "target_shape": [-1, 4]},
        {"type": "multi_head_attention", "num_heads": 2, "key_dim": 3},
        {"type": "bidirectional", "layer": {"type": "lstm", "units": 3}},
        {"type": "swish"},
    ]
    once = summary(*layers, input_shape=[8, 8, 1])
    sent = json.loads(json.dumps(once["network"]))
    assert summary(*sent["layers"], input_shape=[8, 8, 1]) == once
