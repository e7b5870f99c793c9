"""The arrays of a request, held against what the network needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core.definition import Definition
from chainrule.core.layouts import mismatch
from chainrule.core.limits import Limits
from chainrule.core.network import resolve
from chainrule.core.tensors import read_inputs, read_integers, read_weights
from chainrule.errors import Fault, InputError

FLOAT64, FLOAT32 = np.dtype("float64"), np.dtype("float32")

NETWORK = resolve(
    Definition.model_validate(
        {"layers": [{"type": "dense", "name": "hidden", "units": 4}, {"type": "relu"}, {"type": "dense", "units": 2}]}
    ),
    {"inputs": (5, 3)},
    Limits(),
)


def tree(**changed: Any) -> dict[str, Any]:
    """The weights that the network needs, of ones; with the hidden layer's changed, or gone where they are None."""
    hidden = {"kernel": (3, 4), "bias": (4,), **changed}
    return {
        "hidden": {name: np.ones(shape) for name, shape in hidden.items() if shape is not None},
        "dense_2": {"kernel": np.ones((4, 2)), "bias": np.ones(2)},
    }


def refused(weights: Any, state: Any = None) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as error:
        read_weights(NETWORK, weights, state or {}, FLOAT64)
    return error.value.faults


class TestWeights:
    def test_each_node_gets_its_own_and_a_node_without_any_gets_none(self) -> None:
        weights, state = read_weights(NETWORK, tree(), {}, FLOAT64)
        assert [one.keys() for one in weights] == [{"kernel", "bias"}, set(), {"kernel", "bias"}]
        assert state == [{}, {}, {}]

    def test_an_empty_object_for_a_layer_without_weights_is_fine(self) -> None:
        weights, _ = read_weights(NETWORK, {**tree(), "relu_1": {}}, {}, FLOAT64)
        assert weights[1] == {}

    def test_they_are_brought_into_the_type_of_the_request(self) -> None:
        weights, _ = read_weights(NETWORK, tree(), {}, FLOAT32)
        assert {one.dtype for named in weights for one in named.values()} == {FLOAT32}

    def test_arrays_of_the_right_type_are_not_copied(self) -> None:
        sent = tree()
        weights, _ = read_weights(NETWORK, sent, {}, FLOAT64)
        assert weights[0]["kernel"] is sent["hidden"]["kernel"]

    def test_the_chapters_bias_of_one_row_is_taken_as_it_is(self) -> None:
        weights, _ = read_weights(NETWORK, tree(bias=(1, 4)), {}, FLOAT64)
        assert weights[0]["bias"].shape == (1, 4)

    @pytest.mark.parametrize(
        ("changed", "code", "where", "told"),
        [
            ({"bias": None}, "missing_weight", "/bias", 'layer "hidden" needs bias (4,)'),
            ({"kernel": (4, 3)}, "shape_mismatch", "/kernel", "expected (3, 4), got (4, 3): is it transposed?"),
            ({"kernel": (3, 5)}, "shape_mismatch", "/kernel", "expected (3, 4), got (3, 5)"),
            ({"kernel": (3, 4, 1)}, "shape_mismatch", "/kernel", "expected (3, 4), got (3, 4, 1)"),
            ({"bias": (4, 1)}, "shape_mismatch", "/bias", "expected (4,), got (4, 1)"),
            ({"bias": ()}, "shape_mismatch", "/bias", "expected (4,), got ()"),
            ({"biass": (4,)}, "unexpected_weight", "/biass", 'unknown weight "biass": did you mean "bias"?'),
            ({"a/b~c": (4,)}, "unexpected_weight", "/a~1b~0c", 'unknown weight "a/b~c"'),
        ],
    )
    def test_a_weight_that_is_missing_left_over_or_of_another_shape_is_refused(
        self, changed: dict[str, Any], code: str, where: str, told: str
    ) -> None:
        (fault,) = refused(tree(**changed))
        assert (fault.code, fault.pointer) == (code, "/weights/hidden" + where)
        assert fault.detail.startswith(told)

    def test_pytorchs_name_is_refused_with_its_layout(self) -> None:
        unexpected, missing = refused(tree(weight=(4, 3), kernel=None))
        assert (unexpected.code, unexpected.pointer) == ("unexpected_weight", "/weights/hidden/weight")
        assert unexpected.detail == 'PyTorch\'s weight is (out, in): send its transpose as "kernel", (3, 4)'
        assert (missing.code, missing.pointer) == ("missing_weight", "/weights/hidden/kernel")

    def test_weights_of_a_layer_that_is_not_there_are_left_over(self) -> None:
        (fault,) = refused({**tree(), "hiden": {"kernel": np.ones((3, 4))}})
        assert (fault.code, fault.pointer) == ("unexpected_weight", "/weights/hiden")
        assert fault.detail == 'there is no layer "hiden": did you mean "hidden"?'

    def test_weights_of_a_layer_that_has_none_are_left_over(self) -> None:
        (fault,) = refused({**tree(), "relu_1": {"slope": np.ones(1)}})
        assert (fault.code, fault.pointer) == ("unexpected_weight", "/weights/relu_1/slope")
        assert fault.detail == "this layer has none"

    def test_a_layer_without_any_of_its_weights_says_which_it_needs(self) -> None:
        (fault,) = refused({"hidden": tree()["hidden"]})
        assert (fault.code, fault.pointer) == ("missing_weight", "/weights/dense_2")
        assert fault.detail == 'layer "dense_2" needs kernel (4, 2), bias (2,)'

    def test_state_that_no_layer_has_is_left_over(self) -> None:
        (fault,) = refused(tree(), {"hidden": {"moving_mean": np.ones(4)}})
        assert (fault.code, fault.pointer) == ("unexpected_weight", "/state/hidden/moving_mean")

    def test_all_that_is_wrong_is_told_at_once_up_to_ten(self) -> None:
        assert len(refused({"hidden": {}, "other": {}})) == 4
        assert len(refused({f"layer{index}": {} for index in range(50)})) == 10

    def test_a_number_that_float32_cannot_hold_is_refused_at_its_weight(self) -> None:
        weights = tree()
        weights["hidden"]["bias"] = np.full(4, 1e39)
        with pytest.raises(InputError) as error:
            read_weights(NETWORK, weights, {}, FLOAT32)
        (fault,) = error.value.faults
        assert (fault.code, fault.pointer) == ("non_finite_input", "/weights/hidden/bias")


class TestState:
    def test_a_state_that_is_too_large_for_its_type_is_refused_by_its_name(self) -> None:
        layer = {"type": "batch_normalization", "name": "bn"}
        network = resolve(Definition.model_validate({"layers": [layer]}), {"inputs": (5, 1)}, Limits())
        weights = {"bn": {"gamma": np.ones(1), "beta": np.ones(1)}}
        state = {"bn": {"moving_mean": np.full(1, 1e300), "moving_variance": np.ones(1)}}
        with pytest.raises(InputError) as error:
            read_weights(network, weights, state, FLOAT32)
        assert [(one.code, one.pointer) for one in error.value.faults] == [
            ("non_finite_input", "/state/bn/moving_mean")
        ]


class TestInputs:
    def test_one_array_has_the_name_of_the_batch(self) -> None:
        assert read_inputs(np.ones((2, 3)), None).keys() == {"inputs"}

    def test_named_arrays_come_in_the_networks_order(self) -> None:
        batch = {"b": np.ones((2, 3)), "a": np.ones((2, 1))}
        assert list(read_inputs(batch, ["a", "b"])) == ["a", "b"]

    @pytest.mark.parametrize(
        ("batch", "names", "code", "pointer"),
        [
            (np.ones((0, 3)), None, "empty_batch", "/batch/inputs"),
            (np.ones((3, 0)), None, "empty_batch", "/batch/inputs"),
            (np.ones(()), None, "shape_mismatch", "/batch/inputs"),
            ({"a": np.ones((2, 3))}, None, "invalid_parameter", "/batch/inputs"),
            (np.ones((2, 3)), ["a"], "invalid_parameter", "/batch/inputs"),
            ({"a": np.ones((0, 3))}, ["a"], "empty_batch", "/batch/inputs/a"),
            ({"a": np.ones((2, 3)), "b": np.ones((3, 3))}, ["a", "b"], "shape_mismatch", "/batch/inputs"),
            ({}, ["a"], "missing_field", "/batch/inputs/a"),
            ({"a": np.ones((2, 3)), "b/": np.ones((2, 3))}, ["a"], "unknown_field", "/batch/inputs/b~1"),
        ],
    )
    def test_inputs_that_are_no_samples_for_this_network_are_refused(
        self, batch: Any, names: Any, code: str, pointer: str
    ) -> None:
        with pytest.raises(InputError) as error:
            read_inputs(batch, names)
        (fault,) = error.value.faults
        assert (fault.code, fault.pointer) == (code, pointer)
        assert isinstance(fault.detail, str)

    def test_one_array_for_several_inputs_is_told_what_is_missing(self) -> None:
        with pytest.raises(InputError) as error:
            read_inputs(np.ones((2, 3)), ["a", "b"])
        told = "expected an object with one array for each of the 2 inputs, got one array"
        assert error.value.faults == (Fault("invalid_parameter", "/batch/inputs", told),)

    @pytest.mark.parametrize(("wrong", "told"), [(5.0, "5"), (-1.0, "-1"), (0.5, "0.5"), (1e300, "1e+300")])
    def test_what_is_no_whole_number_below_the_bound_is_refused_with_its_place(self, wrong: float, told: str) -> None:
        with pytest.raises(InputError) as error:
            read_integers(np.array([[0.0, 4.0], [wrong, 1.0]]), 5, "tokens")
        detail = f"expected whole numbers from 0 to 4, got {told} at [1, 0]"
        assert error.value.faults == (Fault("invalid_parameter", "/batch/inputs/tokens", detail),)


def test_only_a_matrix_that_is_turned_around_is_asked_whether_it_is_transposed() -> None:
    assert mismatch((2, 64), (64, 2)) == "expected (2, 64), got (64, 2): is it transposed?"
    assert mismatch((2, 3), (4, 5)) == "expected (2, 3), got (4, 5)"
    assert mismatch((3,), (4,)) == "expected (3,), got (4,)"
    assert mismatch((2, 3, 4), (4, 3, 2)) == "expected (2, 3, 4), got (4, 3, 2)"
