"""``/jacobian``: rows of upstream gradients, put side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.calls.jacobian import prepare_jacobian
from chainrule.core import jacobian as core
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.limits import Limits
from chainrule.core.random_bits import RandomBits
from chainrule.errors import go_on
from tests.calls.test_every_layer import SEED, asked
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import layer_case
from tests.documents import backward, decoded, failure, refusal
from tests.strategies import Drawn, networks, scores
from tests.tolerances import assert_close


def computed(document: dict[str, Any], limits: Limits | None = None) -> dict[str, Any]:
    return prepare_jacobian(document, limits or Limits()).compute(go_on)


def rows(document: dict[str, Any], outputs: Any) -> Any:
    """The Jacobian of one input, from an upstream gradient for each output of a sample."""
    count = outputs[0].size
    upstream = np.zeros((count, len(outputs), count))
    upstream[np.arange(count), :, np.arange(count)] = 1
    batch = {**document["batch"], "output_gradients": upstream.reshape(count, *outputs.shape)}
    found = backward({**document, "batch": batch})["gradients"]["inputs"]
    return np.moveaxis(found, 0, 1).reshape(*outputs.shape, *found.shape[2:])


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_every_layer_has_the_jacobian_of_its_central_differences(
    cls: type[Layer], example: LayerExample, training: bool
) -> None:
    layer = definition_of(cls, example)
    case = layer_case(layer, example, bits=RandomBits(SEED, 0))
    document = asked(case, example, cls.names()[0], "float64")
    del document["batch"]["output_gradients"]
    document["options"]["training"] = training
    if not layer.per_sample(training=training):
        fault = refusal_of(document)
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/options/training")
        return
    answer = computed(document)
    found = answer["jacobian"]
    jacobians = list(found.values()) if isinstance(found, dict) else [found]
    for index, (jacobian, inputs) in enumerate(zip(jacobians, case.inputs, strict=True)):
        if inputs.dtype.kind == "i":
            assert jacobian is None
        else:
            assert_has_the_slope(document, index, jacobian, inputs)


def assert_has_the_slope(document: dict[str, Any], index: int, jacobian: Any, inputs: Any) -> None:
    """Move an input along a random direction, and compare how far the outputs move."""
    direction, step = np.random.default_rng(3).normal(size=inputs.shape), 1e-6
    moved = []
    for side in (step, -step):
        batch = document["batch"]["inputs"]
        there = inputs + side * direction
        if isinstance(batch, dict):
            there = {**batch, list(batch)[index]: there}
        moved.append(computed({**document, "batch": {"inputs": there}})["outputs"])
    slope = (moved[0] - moved[1]) / (2 * step)
    count = inputs[0].size
    flat = jacobian.reshape(len(inputs), -1, count) @ direction.reshape(len(inputs), count, 1)
    np.testing.assert_allclose(flat.reshape(slope.shape), slope, rtol=1e-6, atol=1e-7)


def refusal_of(document: dict[str, Any]) -> Any:
    (fault,) = refusal(document, prepare_jacobian)
    return fault


@settings(max_examples=40)
@given(drawn=networks())
def test_a_jacobian_is_the_rows_of_upstream_gradients(drawn: Drawn) -> None:
    answer = computed(drawn.request())
    assert answer.keys() == {"outputs", "jacobian"}
    assert_close(answer["jacobian"], rows(drawn.request(), answer["outputs"]))


@given(scores=scores())
def test_the_jacobian_of_softmax_is_diag_s_minus_s_s_transposed(scores: Any) -> None:
    answer = computed({"network": {"layers": [{"type": "softmax"}]}, "batch": {"inputs": scores}})
    s = answer["outputs"]
    assert_close(answer["jacobian"], np.eye(s.shape[1]) * s[:, None, :] - s[:, :, None] * s[:, None, :])


@settings(max_examples=40)
@given(drawn=networks(), block=st.integers(1, 200))
def test_it_does_not_matter_how_many_rows_are_asked_for_at_once(drawn: Drawn, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        whole = computed(drawn.request())["jacobian"]
        patch.setattr(core, "BLOCK", block)
        assert_close(computed(drawn.request())["jacobian"], whole)


def test_what_is_computed_in_float32_has_a_jacobian_in_float32() -> None:
    document = {
        "network": {"layers": [{"type": "tanh"}]},
        "batch": {"inputs": [[0.5, 0.25]]},
        "options": {"dtype": "float32"},
    }
    assert computed(decoded(document))["jacobian"].dtype == np.float32


def test_several_inputs_have_one_each_and_whole_numbers_none() -> None:
    layers = [
        {"type": "embedding", "name": "words", "input_dim": 3, "output_dim": 2, "inputs": ["tokens"]},
        {"type": "flatten", "name": "flat"},
        {"type": "add", "name": "sum", "inputs": ["flat", "left"]},
    ]
    document = {
        "network": {"inputs": ["tokens", "left", "unread"], "layers": layers},
        "weights": {"words": {"embeddings": np.ones((3, 2))}},
        "batch": {"inputs": {"unread": [[7.0]], "left": [[1.0, 2.0]], "tokens": [[1]]}},
    }
    answer = computed(decoded(document))["jacobian"]
    assert list(answer) == ["tokens", "left", "unread"]
    assert answer["tokens"] is None
    np.testing.assert_array_equal(answer["left"], [[[1.0, 0.0], [0.0, 1.0]]])
    np.testing.assert_array_equal(answer["unread"], np.zeros((1, 2, 1)))


def test_an_input_of_nothing_but_whole_numbers_has_none() -> None:
    document = {
        "network": {"layers": [{"type": "embedding", "name": "words", "input_dim": 2, "output_dim": 2}]},
        "weights": {"words": {"embeddings": [[1.0, 2.0], [3.0, 4.0]]}},
        "batch": {"inputs": [[1]]},
    }
    assert computed(decoded(document))["jacobian"] is None


def test_dropout_has_the_mask_of_the_other_calls() -> None:
    document = {
        "network": {"layers": [{"type": "dropout", "rate": 0.5}]},
        "batch": {"inputs": np.ones((2, 4))},
        "options": {"training": True, "seed": 7},
    }
    answer = computed(document)
    np.testing.assert_array_equal(answer["jacobian"], np.eye(4) * answer["outputs"][:, None, :])


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"loss": "mse"}, "/loss"),
        ({"metrics": ["accuracy"]}, "/metrics"),
        ({"batch": {"inputs": [[1.0]], "targets": [[1.0]]}}, "/batch/targets"),
        ({"options": {"include": ["activations"]}}, "/options/include"),
    ],
)
def test_what_measures_outputs_is_no_part_of_it(more: dict[str, Any], where: str) -> None:
    document = {"network": {"layers": [{"type": "tanh"}]}, "batch": {"inputs": [[1.0]]}}
    fault = refusal_of(document | more)
    assert (fault.code, fault.pointer) == ("unknown_field", where)


def test_a_matrix_that_overflows_is_refused() -> None:
    layers = [{"type": "dense", "name": name, "units": 1, "use_bias": False} for name in ("a", "b")]
    weights = {name: {"kernel": [[1e200]]} for name in ("a", "b")}
    document = {"network": {"layers": layers}, "weights": weights, "batch": {"inputs": [[0.0]]}}
    fault = failure(document, prepare_jacobian)
    assert (fault.code, fault.pointer) == ("non_finite_result", "/network/layers/0")


def wide(units: int) -> dict[str, Any]:
    weights = {"wide": {"kernel": np.ones((1, units)), "bias": np.zeros(units)}}
    layers = [{"type": "dense", "name": "wide", "units": units}]
    return {"network": {"layers": layers}, "weights": weights, "batch": {"inputs": np.ones((2, 1))}}


def test_the_numbers_of_the_answer_are_counted_before_anything_is_allocated() -> None:
    numbers = 2 * 50 + 2 * 50 * 1
    assert computed(wide(50), Limits(activations=numbers))["jacobian"].shape == (2, 50, 1)
    with pytest.raises(Exception, match=f"network_too_large at the request: the answer would hold {numbers} numbers"):
        prepare_jacobian(wide(50), Limits(activations=numbers - 1))


def test_a_backward_pass_for_each_output_counts_as_work() -> None:
    work = (1 + 50) * (2 * 2 * 50 + 2 + 2 * 50 + 100_000)
    prepare_jacobian(wide(50), Limits(flops=work))
    with pytest.raises(Exception, match=f"network_too_large at the request: 51 passes .* are {work:,} floating"):
        prepare_jacobian(wide(50), Limits(flops=work - 1))


@pytest.mark.parametrize(("numbers", "passes"), [(3 * 6, 1), (2 * 6, 2), (1, 3)])
def test_as_many_rows_as_fit_are_asked_for_at_once(numbers: int, passes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "BLOCK", numbers)  # for each row the network holds three numbers before and three behind
    document = decoded({"network": {"layers": [{"type": "tanh"}]}, "batch": {"inputs": [[0.5, 0.25, 1.0]]}})
    asked_times: list[None] = []
    prepare_jacobian(document, Limits()).compute(lambda: asked_times.append(None))
    assert len(asked_times) == 1 + passes


def test_a_jacobian_has_the_axes_of_a_samples_output_and_those_of_its_input() -> None:
    assert core.jacobian_shape((5, 3), (5, 2, 4)) == (5, 3, 2, 4)
