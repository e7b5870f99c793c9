"""K upstream gradients in one request: what K requests give, with an axis in front."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chainrule.calls import prepare_backward
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.limits import Limits
from chainrule.core.random_bits import RandomBits
from chainrule.errors import DeadlineExceeded, go_on
from tests.calls.test_every_layer import SEED, asked
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import layer_case
from tests.documents import backward, failure, refusal
from tests.strategies import Drawn, arrays, networks
from tests.tolerances import assert_close

OF_GRADIENTS = ("gradients", "activation_gradients", "norms")
INCLUDE = ["activation_gradients", "norms", "statistics"]

NEURON: dict[str, Any] = {
    "network": {"layers": [{"type": "dense", "name": "neuron", "units": 2}]},
    "weights": {"neuron": {"kernel": [[1.0, 2.0], [3.0, 4.0]], "bias": [0.0, 0.0]}},
    "batch": {"inputs": [[5.0, 6.0]], "output_gradients": [[[1.0, 0.0]], [[0.0, 1.0]], [[2.0, 1.0]]]},
}


def computed(document: dict[str, Any]) -> dict[str, Any]:
    return prepare_backward(document, Limits()).compute(go_on)


def with_upstream(document: dict[str, Any], upstream: Any) -> dict[str, Any]:
    return {**document, "batch": {**document["batch"], "output_gradients": upstream}}


def in_base64(array: NDArray[Any]) -> dict[str, Any]:
    """An array as it travels when its shape cannot be seen in lists."""
    return {"dtype": "float64", "shape": array.shape, "base64": b64encode(array.tobytes()).decode()}


def stacked(trees: list[Any]) -> Any:
    """The trees of single requests, one behind the other."""
    first = trees[0]
    if isinstance(first, dict):
        assert all(tree.keys() == first.keys() for tree in trees)
        return {name: stacked([tree[name] for tree in trees]) for name in first}
    return None if first is None else np.stack(trees)


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name, one in expected.items():
            assert_same(found[name], one)
    elif expected is None:
        assert found is None
    else:
        assert_close(np.asarray(found, np.float64), expected)


def assert_is_what_single_requests_give(document: dict[str, Any]) -> None:
    several = computed(document)
    singles = [computed(with_upstream(document, one)) for one in document["batch"]["output_gradients"]]
    for part in ("outputs", "state"):
        np.testing.assert_equal(several[part], singles[0][part])
    for part in OF_GRADIENTS:
        assert_same(several[part], stacked([one[part] for one in singles]))
    for part in ("gradients", "activation_gradients"):
        assert_same(several["statistics"][part], stacked([one["statistics"][part] for one in singles]))
    for part in ("activations", "weights"):
        assert several["statistics"][part] == singles[0]["statistics"][part]


@pytest.mark.parametrize("wrt", [["weights", "inputs"], ["inputs"], ["weights"]])
@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_several_upstream_gradients_give_what_single_requests_give(
    cls: type[Layer], example: LayerExample, wrt: list[str]
) -> None:
    case = layer_case(definition_of(cls, example), example, bits=RandomBits(SEED, 0))
    document = asked(case, example, cls.names()[0], "float64")
    document["options"] |= {"include": INCLUDE, "wrt": wrt}
    upstreams = np.stack([case.upstream, np.roll(case.upstream, 1, axis=-1), -2 * case.upstream])
    assert_is_what_single_requests_give(with_upstream(document, upstreams))


@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_a_cache_serves_several_backward_passes(cls: type[Layer], example: LayerExample) -> None:
    case = layer_case(definition_of(cls, example), example)
    cache = case.forward().cache
    first, second = case.backward(cache), case.backward(cache)
    for one, other in zip(first.inputs, second.inputs, strict=True):
        np.testing.assert_array_equal(one, other)
    for name, weight in first.weights.items():
        np.testing.assert_array_equal(weight, second.weights[name])


@settings(max_examples=40)
@given(data=st.data(), drawn=networks(), count=st.integers(1, 4))
def test_several_upstream_gradients_go_through_networks_side_by_side(
    data: st.DataObject, drawn: Drawn, count: int
) -> None:
    upstreams = data.draw(arrays(count, *drawn.outputs))
    document = drawn.request(batch={"output_gradients": upstreams}, options={"include": INCLUDE})
    assert_is_what_single_requests_give(document)


def test_each_row_asks_for_a_column_of_the_kernel() -> None:
    answer = backward(NEURON)
    np.testing.assert_array_equal(answer["outputs"], [[23.0, 34.0]])
    np.testing.assert_array_equal(answer["gradients"]["inputs"], [[[1.0, 3.0]], [[2.0, 4.0]], [[4.0, 10.0]]])
    np.testing.assert_array_equal(
        answer["gradients"]["weights"]["neuron"]["kernel"],
        [[[5.0, 0.0], [6.0, 0.0]], [[0.0, 5.0], [0.0, 6.0]], [[10.0, 5.0], [12.0, 6.0]]],
    )


def test_one_upstream_gradient_with_the_axis_keeps_it() -> None:
    document = with_upstream(NEURON, [[[1.0, 0.0]]])
    answer = backward({**document, "options": {"include": INCLUDE}})
    assert answer["gradients"]["inputs"].shape == (1, 1, 2)
    assert answer["gradients"]["weights"]["neuron"]["bias"].shape == (1, 2)
    assert answer["activation_gradients"]["neuron"].shape == (1, 1, 2)
    assert answer["norms"]["global"] == [pytest.approx(62**0.5)]
    assert answer["statistics"]["gradients"]["inputs"]["maximum"] == [3.0]


def test_what_no_gradient_reaches_has_the_axis_too() -> None:
    layers = [
        {"type": "dense", "name": "unread", "units": 1, "inputs": ["left"]},
        {"type": "identity", "name": "last", "inputs": ["right"]},
    ]
    document = {
        "network": {"inputs": ["left", "right"], "layers": layers},
        "weights": {"unread": {"kernel": [[1.0]], "bias": [0.0]}},
        "batch": {"inputs": {"left": [[7.0]], "right": [[8.0]]}, "output_gradients": [[[1.0]], [[2.0]]]},
    }
    gradients = backward(document)["gradients"]
    np.testing.assert_array_equal(gradients["inputs"]["left"], np.zeros((2, 1, 1)))
    np.testing.assert_array_equal(gradients["weights"]["unread"]["kernel"], np.zeros((2, 1, 1)))


def test_each_of_them_has_the_whole_penalty() -> None:
    layer = {**NEURON["network"]["layers"][0], "kernel_regularizer": {"type": "l2", "l2": 0.5}}
    answer = backward(with_upstream({**NEURON, "network": {"layers": [layer]}}, np.zeros((2, 1, 2))))
    kernel = np.array(NEURON["weights"]["neuron"]["kernel"])
    np.testing.assert_array_equal(answer["gradients"]["weights"]["neuron"]["kernel"], [kernel, kernel])


def test_there_is_one_forward_pass_and_one_backward_pass_for_all_of_them() -> None:
    layers = [{"type": "dense", "name": f"layer{index}", "units": 2, "use_bias": False} for index in range(3)]
    weights = {f"layer{index}": {"kernel": np.eye(2)} for index in range(3)}

    def operations(count: int) -> int:
        batch = {"inputs": np.ones((1, 2)), "output_gradients": np.ones((count, 1, 2))}
        run: list[None] = []
        document = {"network": {"layers": layers}, "weights": weights, "batch": batch}
        prepare_backward(document, Limits()).compute(lambda: run.append(None))
        return len(run)

    assert operations(1) == operations(50) == 2 * 3


def test_many_upstream_gradients_may_be_stopped_between_two_of_them() -> None:
    def stop_later() -> None:
        asked_often.append(None)
        if len(asked_often) > 20:
            raise DeadlineExceeded

    for layer, include in (("softmax", []), ("tanh", ["statistics"])):
        asked_often: list[None] = []
        document = {"network": {"layers": [{"type": layer}]}, "options": {"include": include}}
        batch = {"inputs": np.ones((1, 2)), "output_gradients": np.ones((1000, 1, 2))}
        with pytest.raises(DeadlineExceeded):
            prepare_backward({**document, "batch": batch}, Limits()).compute(stop_later)


@pytest.mark.parametrize("shape", [(0, 1, 2), (1, 2, 2), (2, 1, 1), (1, 1, 1, 2), (2,), (1, 2, 1)])
def test_they_have_the_shape_of_the_outputs_behind_the_axis(shape: tuple[int, ...]) -> None:
    (fault,) = refusal(with_upstream(NEURON, in_base64(np.zeros(shape))))
    assert (fault.code, fault.pointer) == ("shape_mismatch", "/batch/output_gradients")
    assert "expected (1, 2)" in fault.detail


def test_a_gradient_that_overflows_is_found_among_many() -> None:
    upstreams = np.ones((3, 1, 2))
    upstreams[1] = 1e308
    fault = failure(with_upstream(NEURON, upstreams))
    assert (fault.code, fault.pointer) == ("non_finite_result", "/network/layers/0")
