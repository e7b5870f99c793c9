"""What a call gives back, the same for an answer in JSON, base64 or safetensors."""

import dataclasses
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest

from chainrule_client import AnswerError, Backward, Forward, ServiceWarning

Connect = Callable[..., Any]
Answered = Callable[..., httpx.Response]
Array = npt.NDArray[Any]

THIRD = 1 / 3
NUMBERS = {"minimum": -1.0, "maximum": 2.0, "mean": 0.5, "standard_deviation": 1.5, "zeros": 0}
STACKED = {name: [value, value] for name, value in NUMBERS.items()}


def answer_tree(dtype: str = "float64") -> dict[str, Any]:
    """An answer of ``/backward`` with everything in it, arrays as NumPy arrays."""

    def array(*numbers: Any) -> Array:
        return np.array(numbers, dtype)

    return {
        "outputs": array([THIRD, 2.0]),
        "loss": 1.0986,
        "fused": True,
        "state": {"norm": {"moving_mean": array(0.5)}},
        "warnings": [{"code": "double_softmax", "detail": "softmax of softmax", "pointer": "/network/layers/1"}],
        "metrics": {"accuracy": 0.75},
        "activations": {"block.1": array([3.0]), "scores": array([4.0])},
        "activation_gradients": {"block.1": array([5.0])},
        "sample_losses": array(0.1, 0.2),
        "loss_weight": 2.0,
        "data_loss": 1.0,
        "regularization_loss": 0.0986,
        "gradients": {
            "weights": {"block.1": {"kernel": array([0.1], [0.2])}, "mix": {"query/kernel": array([6.0])}},
            "inputs": array([7.0, 8.0]),
        },
        "norms": {"layers": {"block.1": {"kernel": 0.2}, "mix": {"query/kernel": 6.0}}, "global": 6.1},
        "statistics": {
            "activations": {"block.1": NUMBERS},
            "weights": {"block.1": {"kernel": NUMBERS}},
            "activation_gradients": {"block.1": STACKED},
            "gradients": {"weights": {"block.1": {"kernel": STACKED}}, "inputs": NUMBERS},
        },
    }


@pytest.fixture
def ask(ask_for: Callable[..., Any]) -> Callable[..., Any]:
    def ask(tree: dict[str, Any], name: str = "backward", **arguments: Any) -> Any:
        return ask_for(name, tree, network=[{"type": "relu"}], inputs=[[1.0]], **arguments)

    return ask


def test_gradients_come_as_arrays_in_the_tree_of_the_weights(ask: Callable[..., Any]) -> None:
    result = ask(answer_tree())
    assert isinstance(result, Backward)
    np.testing.assert_array_equal(result.gradients.weights["block.1"]["kernel"], [[0.1], [0.2]])
    np.testing.assert_array_equal(result.gradients.weights["mix"]["query/kernel"], [[6.0]])
    np.testing.assert_array_equal(result.gradients.inputs, [[7.0, 8.0]])


def test_everything_of_an_answer_has_its_place(ask: Callable[..., Any]) -> None:
    result = ask(answer_tree())
    np.testing.assert_array_equal(result.outputs, [[THIRD, 2.0]])
    np.testing.assert_array_equal(result.state["norm"]["moving_mean"], [0.5])
    np.testing.assert_array_equal(result.activations["scores"], [[4.0]])
    np.testing.assert_array_equal(result.activation_gradients["block.1"], [[5.0]])
    np.testing.assert_array_equal(result.sample_losses, [0.1, 0.2])
    assert (result.loss, result.data_loss, result.regularization_loss) == (1.0986, 1.0, 0.0986)
    assert result.fused is True
    assert result.metrics == {"accuracy": 0.75}
    assert result.loss_weight == 2.0
    assert result.warnings == (ServiceWarning("double_softmax", "softmax of softmax", "/network/layers/1"),)
    assert result.norms.layers["mix"]["query/kernel"] == 6.0
    assert result.norms.global_norm == 6.1
    assert result.extra == {}


def test_statistics_keep_the_form_of_what_they_are_about(ask: Callable[..., Any]) -> None:
    statistics = ask(answer_tree()).statistics
    assert dataclasses.asdict(statistics.activations["block.1"]) == NUMBERS
    assert statistics.weights["block.1"]["kernel"].zeros == 0
    assert statistics.gradients.inputs.standard_deviation == 1.5
    np.testing.assert_array_equal(statistics.gradients.weights["block.1"]["kernel"].maximum, [2.0, 2.0])
    np.testing.assert_array_equal(statistics.activation_gradients["block.1"].zeros, [0, 0])


def test_several_inputs_have_gradients_and_statistics_by_name(ask: Callable[..., Any]) -> None:
    tree = answer_tree()
    tree["gradients"]["inputs"] = {"left": np.array([[1.0]]), "mean": np.array([[2.0]])}
    tree["statistics"]["gradients"]["inputs"] = {"left": NUMBERS, "mean": NUMBERS}
    result = ask(tree)
    np.testing.assert_equal(dict(result.gradients.inputs), {"left": np.array([[1.0]]), "mean": np.array([[2.0]])})
    assert result.statistics.gradients.inputs["mean"].mean == 0.5


def test_an_input_of_whole_numbers_among_several_has_no_gradient(ask: Callable[..., Any]) -> None:
    tree = answer_tree()
    tree["gradients"]["inputs"] = {"tokens": None, "minimum": np.array([[2.0]])}
    tree["statistics"]["gradients"]["inputs"] = {"tokens": None, "minimum": NUMBERS}
    result = ask(tree)
    assert result.gradients.inputs["tokens"] is None
    np.testing.assert_array_equal(result.gradients.inputs["minimum"], [[2.0]])
    assert result.statistics.gradients.inputs["tokens"] is None
    assert result.statistics.gradients.inputs["minimum"].maximum == 2.0


def test_what_has_no_gradient_is_none(ask: Callable[..., Any]) -> None:
    tree = answer_tree()
    tree["gradients"] = {"weights": {}, "inputs": None}
    tree["statistics"]["gradients"] = {"weights": {}, "inputs": None}
    result = ask(tree)
    assert result.gradients.inputs is None
    assert result.gradients.weights == {}
    assert result.statistics.gradients.inputs is None


def test_norms_of_several_upstream_gradients_are_arrays(ask: Callable[..., Any]) -> None:
    tree = answer_tree()
    tree["norms"] = {"layers": {"block.1": {"kernel": [1.0, 2.0]}}, "global": [1.0, 2.0]}
    result = ask(tree)
    np.testing.assert_array_equal(result.norms.layers["block.1"]["kernel"], [1.0, 2.0])
    np.testing.assert_array_equal(result.norms.global_norm, [1.0, 2.0])


def test_an_answer_with_the_least_has_empty_places_and_none(ask: Callable[..., Any]) -> None:
    tree: dict[str, Any] = {"outputs": np.array([[6.0]]), "loss": None, "fused": False, "state": {}, "warnings": []}
    result: Any = ask(tree, "forward")
    assert type(result) is Forward
    assert (result.state, result.metrics, result.activations, result.warnings) == ({}, {}, {}, ())
    absent = (result.loss, result.sample_losses, result.statistics, result.loss_weight, result.data_loss)
    assert absent == (None,) * 5


def test_a_loss_that_is_not_reduced_is_an_array(ask: Callable[..., Any]) -> None:
    tree = answer_tree()
    tree["loss"] = np.array([0.5, THIRD])
    np.testing.assert_array_equal(ask(tree).loss, [0.5, THIRD])


def test_losses_that_are_not_reduced_have_the_type_that_was_asked_for(ask: Callable[..., Any]) -> None:
    tree = answer_tree("float32")
    losses = np.array([0.1, THIRD], "float32")
    result = ask(tree | {"loss": losses, "data_loss": losses}, dtype="float32")
    np.testing.assert_array_equal(result.loss, losses, strict=True)
    np.testing.assert_array_equal(result.data_loss, losses, strict=True)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_have_the_type_that_was_asked_for_and_every_bit(ask: Callable[..., Any], dtype: str) -> None:
    numbers = np.array([[0.1, THIRD, -0.0, np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal]], dtype)
    outputs = ask(answer_tree(dtype) | {"outputs": numbers}, dtype=dtype).outputs
    assert outputs.dtype == dtype
    assert outputs.tobytes() == numbers.tobytes()


def test_results_and_their_arrays_cannot_be_written_to(ask: Callable[..., Any]) -> None:
    result = ask(answer_tree())
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.loss = 0.0
    with pytest.raises(ValueError, match="read-only"):
        result.gradients.weights["block.1"]["kernel"][0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        result.outputs += 1.0
    with pytest.raises(ValueError, match="read-only"):
        result.statistics.activation_gradients["block.1"].mean[0] = 0.0


def test_fields_of_a_newer_service_are_kept(ask: Callable[..., Any]) -> None:
    assert ask(answer_tree() | {"trace": [1, 2]}).extra == {"trace": [1, 2]}


@pytest.mark.parametrize("asked", ["json", "base64", "safetensors"])
@pytest.mark.parametrize("answer", ["json", "base64", "safetensors"])
def test_an_answer_is_read_by_its_own_media_type(connect: Connect, answered: Answered, asked: str, answer: str) -> None:
    connection = connect(answered(answer_tree(), answer), encoding=asked)
    result = connection.forward(network=[{"type": "relu"}], inputs=[[1.0]])
    np.testing.assert_array_equal(result.outputs, [[THIRD, 2.0]])


def test_server_timing_is_in_milliseconds_by_phase(connect: Connect, answered: Answered) -> None:
    timing = 'read;dur=0.5, decode;dur=1.25, compute;desc="NumPy";dur=3, miss, bad;dur=x'
    result = connect(answered(answer_tree(), "json", **{"Server-Timing": timing})).forward(network=[], inputs=[1.0])
    assert result.server_timing == {"read": 0.5, "decode": 1.25, "compute": 3.0}


def test_the_request_id_is_the_services_or_else_the_one_that_was_sent(connect: Connect, answered: Answered) -> None:
    named = connect(answered(answer_tree(), "json", **{"X-Request-ID": "theirs"})).forward(network=[], inputs=[1.0])
    assert named.request_id == "theirs"
    assert connect(answered(answer_tree(), "json")).forward(network=[], inputs=[1.0], request_id="x").request_id == "x"


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        (b"<html>Welcome to the hotel</html>", "text/html", "got text/html"),
        (b"", "", "got no media type"),
        (b"{", "application/json", "cannot be read"),
        (b"[]", "application/json", "an answer is an object, got list"),
        (b"{}", "application/json", "KeyError: 'outputs'"),
        (b'{"outputs": [[1], [2, 3]]}', "application/json", "cannot be read"),
        (b'{"outputs": {"dtype": "f8", "shape": [2], "base64": "AAAA"}}', "application/json", "cannot be read"),
        (b'{"outputs": {"dtype": "f8", "shape": [0], "base64": "!"}}', "application/json", "cannot be read"),
        (b'{"outputs": [1], "state": [1]}', "application/json", "cannot be read"),
        (b"\x08", "application/vnd.safetensors", "cannot be read"),
    ],
)
def test_an_answer_that_cannot_be_read_is_an_error_that_keeps_it(
    connect: Connect, body: bytes, media_type: str, message: str
) -> None:
    headers = {"content-type": media_type} if media_type else {}
    connection = connect(httpx.Response(200, content=body, headers=headers))
    with pytest.raises(AnswerError, match=message) as caught:
        connection.forward(network=[], inputs=[1.0], request_id="4f1c")
    assert (caught.value.status, caught.value.body, caught.value.request_id) == (200, body, "4f1c")
    assert str(caught.value).startswith("4f1c: the answer of http://127.0.0.1:8000/forward cannot be read")
