"""Names, wiring, shapes and cost, worked out before anything is allocated."""

from __future__ import annotations

import time
from typing import Any

import pytest

from chainrule.core.arrays import Shape
from chainrule.core.definition import Definition
from chainrule.core.limits import Limits
from chainrule.core.network import Network, resolve
from chainrule.errors import Fault, InputError

ROWS = (5, 3)


def network(*layers: dict[str, Any], limits: Limits | None = None, **inputs: Shape) -> Network:
    """A network for inputs of these shapes; without any, for five samples of three features."""
    names = None if set(inputs) <= {"inputs"} else list(inputs)
    definition = Definition.model_validate({"layers": list(layers), "inputs": names})
    return resolve(definition, inputs or {"inputs": ROWS}, limits or Limits())


def refused(*layers: dict[str, Any], limits: Limits | None = None, **inputs: Shape) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as error:
        network(*layers, limits=limits, **inputs)
    return error.value.faults


def dense(units: int = 2, **more: Any) -> dict[str, Any]:
    return {"type": "dense", "units": units, **more}


RELU = {"type": "relu"}


class TestNames:
    def test_a_layer_without_a_name_is_called_after_its_type_and_place(self) -> None:
        assert [node.name for node in network(RELU, dense(), dense(name="own")).nodes] == ["relu_0", "dense_1", "own"]

    def test_a_name_comes_once(self) -> None:
        first, second = refused(dense(name="a"), dense(name="a"), dense(name="a"))
        assert (first.code, first.pointer) == ("duplicate_name", "/network/layers/1/name")
        assert first.detail == '"a" is already the name of layer 0'
        assert second.pointer == "/network/layers/2/name"

    def test_a_given_name_may_collide_with_a_made_one(self) -> None:
        (fault,) = refused({"type": "relu", "name": "relu_1"}, RELU)
        assert (fault.code, fault.pointer) == ("duplicate_name", "/network/layers/1/name")

    def test_the_name_of_the_batch_is_reserved(self) -> None:
        (fault,) = refused(dense(name="inputs"))
        told = '"inputs" is reserved for the batch'
        assert fault == Fault("invalid_parameter", "/network/layers/0/name", told)

    def test_layers_and_inputs_share_their_names(self) -> None:
        (fault,) = refused(dense(name="left", inputs=["left"]), left=ROWS, right=ROWS)
        assert (fault.code, fault.pointer) == ("duplicate_name", "/network/layers/0/name")
        assert fault.detail == '"left" is already the name of an input'

    def test_an_input_has_a_name_of_its_own(self) -> None:
        definition = Definition.model_validate({"layers": [RELU], "inputs": ["a", "inputs", "a"]})
        with pytest.raises(InputError) as error:
            resolve(definition, {"a": ROWS, "inputs": ROWS}, Limits())
        assert [(fault.code, fault.pointer) for fault in error.value.faults] == [
            ("invalid_parameter", "/network/inputs/1"),
            ("duplicate_name", "/network/inputs/2"),
        ]


class TestWiring:
    def test_each_layer_reads_the_one_before_it(self) -> None:
        resolved = network(dense(4, name="a"), dense(2, name="b"))
        assert [one.sources for one in resolved.operations] == [(0,), (1,)]
        assert resolved.nodes[1].weights["kernel"] == (4, 2)

    def test_an_activation_inside_is_a_step_of_its_own_under_the_layers_name(self) -> None:
        resolved = network(dense(4, name="a", activation="relu"), dense(2, name="b"))
        assert [(one.layer.type, one.node, one.sources) for one in resolved.operations] == [
            ("dense", 0, (0,)),
            ("relu", 0, (1,)),
            ("dense", 1, (2,)),
        ]
        assert [node.value for node in resolved.nodes] == [2, 3]

    def test_layers_read_earlier_ones_by_name_and_the_batch(self) -> None:
        resolved = network(dense(name="a"), dense(7, name="b", inputs=["inputs"]), dense(name="c", inputs=["a"]))
        assert [one.sources for one in resolved.operations] == [(0,), (0,), (1,)]
        assert resolved.nodes[1].weights["kernel"] == (3, 7)
        assert resolved.nodes[2].weights["kernel"] == (2, 2)

    def test_several_inputs_are_read_by_their_names(self) -> None:
        resolved = network(dense(inputs=["right"]), dense(inputs=["left"]), left=(5, 3), right=(5, 4))
        assert resolved.inputs == ("left", "right")
        assert [one.sources for one in resolved.operations] == [(1,), (0,)]

    @pytest.mark.parametrize(
        ("wanted", "told"),
        [
            ("hiden", 'unknown input "hiden": did you mean "hidden"?'),
            ("last", '"last" does not stand before this layer: layers read earlier ones'),
            ("self", '"self" does not stand before this layer: layers read earlier ones'),
        ],
    )
    def test_what_does_not_stand_before_it_cannot_be_read(self, wanted: str, told: str) -> None:
        layers = dense(name="hidden"), dense(name="self", inputs=[wanted]), dense(name="last")
        (fault,) = refused(*layers)
        assert (fault.code, fault.pointer) == ("unknown_input", "/network/layers/1/inputs/0")
        assert fault.detail == told

    def test_a_layer_of_one_input_reads_one(self) -> None:
        (fault,) = refused(dense(name="a"), dense(inputs=["a", "inputs"]))
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/network/layers/1/inputs")
        assert fault.detail == 'dense reads one input, got 2: say which by "inputs"'

    def test_the_first_layer_says_which_of_several_inputs_it_reads(self) -> None:
        (fault,) = refused(dense(), left=ROWS, right=ROWS)
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/network/layers/0/inputs")

    def test_ten_faults_are_told_at_the_most(self) -> None:
        assert len(refused(*[dense(name=f"layer{index}", inputs=["nobody"]) for index in range(50)])) == 10


class TestShapes:
    def test_shapes_have_the_batch_in_front(self) -> None:
        resolved = network(dense(4, activation="relu"), dense(2), inputs=(5, 7, 3))
        assert [one.output for one in resolved.operations] == [(5, 7, 4), (5, 7, 4), (5, 7, 2)]
        assert resolved.output == (5, 7, 2)

    def test_a_shape_that_a_layer_cannot_read_is_refused_at_the_layer(self) -> None:
        (fault,) = refused(RELU, {"type": "softmax", "axis": 2})
        assert (fault.code, fault.pointer) == ("shape_mismatch", "/network/layers/1")
        assert "(5, 3)" in fault.detail

    def test_an_activation_inside_is_refused_at_its_layer(self) -> None:
        (fault,) = refused(dense(activation={"type": "softmax", "axis": 0}))
        assert (fault.code, fault.pointer) == ("shape_mismatch", "/network/layers/0")

    def test_weights_of_a_layer_and_of_the_activation_inside_may_both_have_another_shape(self) -> None:
        (node,) = network(dense(2, activation="prelu")).nodes
        assert node.weights == {"kernel": (3, 2), "bias": (2,), "alpha": (2,)}
        assert node.other_weights == {"bias": (1, 2), "alpha": (1,)}

    def test_penalties_are_on_weights_that_the_layer_has(self) -> None:
        resolved = network(dense(kernel_regularizer="l2", bias_regularizer="l1"))
        assert resolved.nodes[0].regularizers.keys() == {"kernel", "bias"}
        with pytest.raises(InputError, match="invalid_parameter at /network/layers/0/bias_regularizer"):
            network(dense(kernel_regularizer="l2", bias_regularizer="l1", use_bias=False))


class TestCost:
    def test_counts_are_exact(self) -> None:
        resolved = network(dense(4, activation="relu"), dense(2))
        assert resolved.forward_flops == 2 * 5 * 3 * 4 + 2 * 5 * 4 * 2
        assert resolved.flops == 3 * resolved.forward_flops
        assert resolved.activations == 5 * (3 + 4 + 4 + 2)

    @pytest.mark.parametrize(
        ("limits", "pointer", "told"),
        [
            (Limits(parameters=25), "/network/layers/1", "26 parameters, at most 25"),
            (Limits(activations=44), "/network/layers/1", "45 activations, at most 44"),
            (Limits(flops=599), "/network/layers/1", "600 floating-point operations, at most 599"),
            (Limits(layers=1), "/network/layers", "2 layers, at most 1 are allowed"),
        ],
    )
    def test_each_limit_is_held_to_the_last_number(self, limits: Limits, pointer: str, told: str) -> None:
        layers = dense(4), dense(2)
        assert network(*layers, limits=Limits(2, 26, 45, 600)).activations == 45
        (fault,) = refused(*layers, limits=limits)
        assert (fault.code, fault.pointer) == ("network_too_large", pointer)
        assert told in fault.detail

    def test_numbers_beyond_64_bits_do_not_wrap(self) -> None:
        (fault,) = refused(dense(2**63), dense(2**63))
        assert (fault.code, fault.pointer) == ("network_too_large", "/network/layers/0")

    @pytest.mark.parametrize("units", [10**12, 2**64 - 1])
    def test_units_beyond_reason_are_refused_in_milliseconds(self, units: int) -> None:
        started = time.thread_time()
        (fault,) = refused(dense(units))
        assert time.thread_time() - started < 0.1
        assert fault.code == "network_too_large"

    def test_the_cost_is_refused_at_the_first_layer_that_is_too_much(self) -> None:
        (fault,) = refused(dense(), dense(10**6), dense(10**6))
        assert fault.pointer == "/network/layers/2"


def test_a_node_knows_the_shape_of_what_it_gives() -> None:
    resolved = network(dense(4, name="a", activation="relu"), dense(2, name="b"))
    assert [resolved.shape_of(node) for node in resolved.nodes] == [(5, 4), (5, 2)]


def test_a_network_is_not_trained_unless_it_is_said() -> None:
    definition = Definition.model_validate({"layers": [{"type": "batch_normalization"}]})
    assert resolve(definition, {"inputs": (1, 3)}, Limits()).output == (1, 3)
    with pytest.raises(InputError, match="shape_mismatch"):
        resolve(definition, {"inputs": (1, 3)}, Limits(), training=True)


def test_an_input_that_two_layers_read_as_whole_numbers_fits_both() -> None:
    def looked_up(below: int) -> dict[str, Any]:
        return {"type": "embedding", "input_dim": below, "output_dim": 1, "inputs": ["tokens"]}

    for bounds in ((5, 9), (9, 5)):
        layers = [*map(looked_up, bounds), {"type": "add", "inputs": ["embedding_0", "embedding_1"]}]
        definition = Definition.model_validate({"inputs": ["tokens"], "layers": layers})
        assert resolve(definition, {"tokens": (2, 3)}, Limits()).integers_below == {0: 5}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a", "a"], Fault("duplicate_name", "/network/inputs/1", '"a" is already the name of an input')),
        (["inputs"], Fault("invalid_parameter", "/network/inputs/0", '"inputs" is reserved for the batch')),
    ],
)
def test_what_an_input_may_not_be_called_is_told(names: list[str], told: Fault) -> None:
    definition = Definition.model_validate({"inputs": names, "layers": [{"type": "relu", "inputs": names[:1]}]})
    with pytest.raises(InputError) as error:
        resolve(definition, dict.fromkeys(names, (2, 3)), Limits())
    assert error.value.faults == (told,)


def test_whole_numbers_are_read_from_an_input_alone() -> None:
    (fault,) = refused(dense(), {"type": "embedding", "input_dim": 5, "output_dim": 1})
    assert (fault.code, fault.pointer) == ("invalid_parameter", "/network/layers/1/inputs")
    assert fault.detail == "embedding reads whole numbers: an input of the network, not what a layer has computed"


def test_what_a_layer_holds_beside_its_output_is_counted() -> None:
    resolved = network({"type": "gru", "units": 3}, inputs=(2, 5, 4))
    assert resolved.activations == 2 * 5 * 4 + 2 * 3 + resolved.nodes[0].layer.extra_numbers((2, 5, 4))


def test_what_is_too_large_by_what_it_holds_is_refused_at_its_layer() -> None:
    layers: list[dict[str, Any]] = [RELU, {"type": "gru", "units": 3}]
    inputs = (2, 5, 4)
    held = network(*layers, inputs=inputs).activations
    assert network(*layers, limits=Limits(activations=held), inputs=inputs).activations == held
    (fault,) = refused(*layers, limits=Limits(activations=held - 1), inputs=inputs)
    assert (fault.code, fault.pointer) == ("network_too_large", "/network/layers/1")


def test_a_recurrent_layer_makes_a_step_for_each_position_and_any_other_layer_one() -> None:
    assert network(RELU, {"type": "gru", "units": 3}, RELU, inputs=(2, 5, 4)).steps == 1 + 5 + 1
