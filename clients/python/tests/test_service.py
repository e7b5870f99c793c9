"""The client against the real service, in a process of its own."""

import doctest
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule_client import Client, InputError, RequestTimeoutError, TransportError

README = Path(__file__).parent.parent / "README.md"
ENCODINGS = ["json", "base64", "safetensors"]
NEURON: dict[str, Any] = {
    "network": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}],
    "weights": {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}},
    "inputs": [[1, -2, 3]],
}


Ask = Callable[..., Any]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_neuron_of_the_chapter_has_its_gradients(ask: Ask, encoding: str) -> None:
    answer = ask("backward", encoding=encoding, **NEURON, output_gradients=[[1]])
    np.testing.assert_array_equal(answer.outputs, [[6.0]])
    np.testing.assert_array_equal(answer.gradients.weights["neuron"]["kernel"], [[1.0], [-2.0], [3.0]])
    np.testing.assert_array_equal(answer.gradients.weights["neuron"]["bias"], [1.0])
    np.testing.assert_array_equal(answer.gradients.inputs, [[-3.0, -1.0, 2.0]])
    assert answer.loss is None
    assert answer.fused is False


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_forward_gives_the_outputs_alone(ask: Ask, encoding: str) -> None:
    answer = ask("forward", encoding=encoding, **NEURON)
    np.testing.assert_array_equal(answer.outputs, [[6.0]])
    assert answer.state == {}


def classifier(**more: Any) -> dict[str, Any]:
    """Two layers and softmax, 5 samples of 4 features in 3 classes."""
    rng = np.random.default_rng(7)
    return {
        "network": {
            "layers": [
                {"type": "dense", "name": "block.1", "units": 6, "activation": "tanh"},
                {"type": "dense", "name": "scores", "units": 3},
                {"type": "softmax", "name": "probabilities"},
            ]
        },
        "weights": {
            "block.1": {"kernel": rng.normal(size=(4, 6)), "bias": rng.normal(size=6)},
            "scores": {"kernel": rng.normal(size=(6, 3)), "bias": rng.normal(size=3)},
        },
        "inputs": rng.normal(size=(5, 4)),
        "targets": np.array([0, 2, 1, 1, 0]),
        "loss": "categorical_crossentropy",
        **more,
    }


def test_every_encoding_brings_the_same_bits(ask: Ask) -> None:
    answers = [ask("backward", encoding=encoding, **classifier()) for encoding in ENCODINGS]
    for answer in answers[1:]:
        assert answer.loss == answers[0].loss
        assert answer.outputs.tobytes() == answers[0].outputs.tobytes()
        for layer, gradients in answers[0].gradients.weights.items():
            for name, gradient in gradients.items():
                assert answer.gradients.weights[layer][name].tobytes() == gradient.tobytes()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_everything_that_can_be_included_is_there(ask: Ask, encoding: str) -> None:
    include = ["activations", "activation_gradients", "norms", "sample_losses"]
    request = classifier(include=include, metrics=["accuracy"], sample_weights=[1, 2, 3, 4, 5])
    answer = ask("backward", encoding=encoding, **request)
    assert answer.activations.keys() == {"block.1", "scores", "probabilities"}
    assert answer.activation_gradients.keys() == {"block.1", "scores"}
    assert answer.sample_losses.shape == (5,)
    np.testing.assert_allclose(answer.loss, answer.sample_losses.sum() / 15, rtol=1e-12)
    assert answer.loss_weight == 15.0
    assert 0 <= answer.metrics["accuracy"] <= 1
    kernel = answer.gradients.weights["scores"]["kernel"]
    np.testing.assert_allclose(answer.norms.layers["scores"]["kernel"], np.linalg.norm(kernel), rtol=1e-12)
    assert answer.norms.global_norm >= answer.norms.layers["scores"]["kernel"]
    assert answer.extra == {}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_only_what_is_asked_for_is_differentiated(ask: Ask, encoding: str) -> None:
    answer = ask("backward", encoding=encoding, **classifier(wrt=["scores"]))
    assert answer.gradients.inputs is None
    assert answer.gradients.weights.keys() == {"scores"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_float32_is_computed_and_returned_in_float32(ask: Ask, encoding: str) -> None:
    answer = ask("backward", encoding=encoding, **classifier(dtype="float32"))
    assert answer.outputs.dtype == answer.gradients.weights["scores"]["kernel"].dtype == np.float32


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_loss_that_is_not_reduced_is_an_array(ask: Ask, encoding: str) -> None:
    loss = {"type": "categorical_crossentropy", "reduction": "none"}
    assert ask("forward", encoding=encoding, **classifier(loss=loss)).loss.shape == (5,)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_several_inputs_go_and_come_by_name(ask: Ask, encoding: str) -> None:
    network = {
        "inputs": ["left", "right"],
        "layers": [{"type": "dense", "name": "seen", "units": 1, "inputs": ["left"]}],
    }
    answer = ask(
        "backward",
        encoding=encoding,
        network=network,
        weights={"seen": {"kernel": [[2.0]], "bias": [0.0]}},
        inputs={"left": [[3.0]], "right": [[4.0, 5.0]]},
        output_gradients=[[1.0]],
    )
    np.testing.assert_array_equal(answer.gradients.inputs["left"], [[2.0]])
    np.testing.assert_array_equal(answer.gradients.inputs["right"], [[0.0, 0.0]])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_fault_comes_with_code_pointer_and_request_id(ask: Ask, encoding: str) -> None:
    weights = {"neuron": {"kernel": [[-3, -1, 2]], "bias": [1]}}
    with pytest.raises(InputError) as caught:
        ask("backward", encoding=encoding, **NEURON | {"weights": weights}, output_gradients=[[1]], request_id="4f1c")
    error = caught.value
    assert (error.status, error.code, error.pointer) == (422, "shape_mismatch", "/weights/neuron/kernel")
    assert error.request_id == "4f1c"
    assert str(error).startswith("4f1c: 422 shape_mismatch at /weights/neuron/kernel: expected (3, 1), got (1, 3)")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_number_that_is_not_finite_is_named_by_its_place(ask: Ask, encoding: str) -> None:
    with pytest.raises(InputError) as caught:
        ask("forward", encoding=encoding, **NEURON | {"inputs": [[1.0, np.nan, np.inf]]})
    assert caught.value.code == "non_finite_input"
    assert (caught.value.pointer or "").startswith("/batch/inputs")


def test_a_large_batch_goes_through(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(4096, 512))
    weights = {"mix": {"kernel": rng.normal(size=(512, 64)), "bias": np.zeros(64)}}
    answer = ask(
        "backward",
        network=[{"type": "dense", "name": "mix", "units": 64}],
        weights=weights,
        inputs=inputs,
        output_gradients=np.ones((4096, 64)),
    )
    np.testing.assert_allclose(answer.gradients.weights["mix"]["kernel"][:, 0], inputs.sum(axis=0), rtol=1e-9)


def test_the_answer_says_where_the_time_went_and_under_which_id(ask: Ask) -> None:
    answer = ask("forward", **NEURON, request_id="mine")
    assert answer.request_id == "mine"
    assert {"read", "decode", "compute"} <= answer.server_timing.keys()


def test_a_service_that_is_not_there_is_a_transport_error(free_port: int) -> None:
    client = Client(base_url=f"http://127.0.0.1:{free_port}", max_retries=0)
    with client, pytest.raises(TransportError, match="ConnectError"):
        client.forward(**NEURON)


def test_a_service_that_does_not_answer_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with client, pytest.raises(RequestTimeoutError, match="ReadTimeout"):
            client.forward(**NEURON)


def test_the_examples_of_the_readme_are_true(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_URL", url)
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert failed == 0
    assert tried > 20
