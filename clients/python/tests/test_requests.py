"""What the clients send, read back with other code than their own."""

import inspect
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from chainrule_client import AsyncClient, Client

ANSWER = httpx.Response(
    200,
    json={"outputs": [[1.0]], "loss": None, "fused": False, "state": {}, "gradients": {"weights": {}, "inputs": None}},
)
NETWORK = {"layers": [{"type": "dense", "name": "hidden", "units": 2}]}
WEIGHTS = {"hidden": {"kernel": np.array([[0.1, 2.0]]), "bias": np.zeros(2)}}
ENCODINGS = ["json", "base64", "safetensors"]

Connect = Callable[..., Any]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_backward_request_says_all_that_was_given(connect: Connect, encoding: str) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.backward(
        network=NETWORK,
        weights=WEIGHTS,
        inputs=[[1.5], [2.5]],
        targets=np.array([0, 1]),
        sample_weights=[1, 2],
        loss={"type": "cross_entropy", "class_weights": np.array([1.0, 3.0])},
        metrics=["accuracy", {"type": "top_k_accuracy", "k": np.int64(1)}],
        state={"norm": {"moving_mean": [0.5]}},
        dtype=np.float32,
        training=True,
        seed=7,
        row_offset=4,
        include=("norms", "activations"),
        wrt=["hidden"],
        fuse=False,
    )
    document = connection.sent
    options = {
        "dtype": "float32",
        "training": True,
        "seed": 7,
        "row_offset": 4,
        "include": ["norms", "activations"],
        "wrt": ["hidden"],
        "fuse": False,
    }
    assert document.pop("options") == options | ({"encoding": "base64"} if encoding == "base64" else {})
    assert document.pop("network") == NETWORK
    assert document.pop("loss") == {"type": "cross_entropy", "class_weights": [1.0, 3.0]}
    assert document.pop("metrics") == ["accuracy", {"type": "top_k_accuracy", "k": 1}]
    np.testing.assert_equal(
        document,
        {
            "weights": {"hidden": {"kernel": np.array([[0.1, 2.0]]), "bias": np.zeros(2)}},
            "state": {"norm": {"moving_mean": np.array([0.5])}},
            "batch": {
                "inputs": np.array([[1.5], [2.5]]),
                "targets": np.array([0, 1]),
                "sample_weights": np.array([1.0, 2.0]),
            },
        },
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_was_not_given_is_not_sent(connect: Connect, encoding: str) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.forward(network=NETWORK, weights=WEIGHTS, inputs=[[1.0]])
    assert connection.sent.keys() - {"options"} == {"network", "weights", "batch"}
    assert connection.sent.get("options", {}) == ({"encoding": "base64"} if encoding == "base64" else {})


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_each_call_goes_to_its_endpoint_as_a_post(connect: Connect, name: str) -> None:
    connection = connect(ANSWER, base_url="https://example.org/chainrule/")
    getattr(connection, name)(network=NETWORK, inputs=[[1.0]])
    assert (connection.request.method, connection.request.url) == ("POST", f"https://example.org/chainrule/{name}")


def test_a_list_of_layers_is_a_network(connect: Connect) -> None:
    connection = connect(ANSWER)
    connection.forward(network=NETWORK["layers"], weights=WEIGHTS, inputs=[[1.0]])
    assert connection.sent["network"] == NETWORK


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_several_inputs_are_sent_by_name(connect: Connect, encoding: str) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.forward(network=NETWORK, inputs={"left": [[1.0]], "right.1": [[2.0]]})
    np.testing.assert_equal(connection.sent["batch"]["inputs"], {"left": [[1.0]], "right.1": [[2.0]]})


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_several_upstream_gradients_are_sent_with_their_axis(connect: Connect, encoding: str) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.backward(network=NETWORK, inputs=[[1.0]], output_gradients=[[[1.0, 2.0]], [[3.0, 4.0]]])
    np.testing.assert_equal(connection.sent["batch"]["output_gradients"], [[[1.0, 2.0]], [[3.0, 4.0]]])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("value", [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 2.0**53 + 2])
def test_every_float64_is_sent_to_the_last_bit(connect: Connect, encoding: str, value: float) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.forward(network=NETWORK, inputs=[[value]])
    inputs = np.asarray(connection.sent["batch"]["inputs"], np.float64)
    assert inputs.tobytes() == np.array([[value]]).tobytes()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_numbers_that_are_not_finite_are_sent_for_the_service_to_say_where(connect: Connect, encoding: str) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.forward(network=NETWORK, inputs=[[np.nan, np.inf]])
    np.testing.assert_equal(connection.sent["batch"]["inputs"], np.array([[np.nan, np.inf]]))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0), (2, 1, 3)])
def test_every_shape_is_sent(connect: Connect, encoding: str, shape: tuple[int, ...]) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.forward(network=NETWORK, inputs=np.ones(shape))
    assert np.shape(connection.sent["batch"]["inputs"]) == shape


def test_weights_are_sent_as_floats_and_labels_as_integers(connect: Connect) -> None:
    connection = connect(ANSWER)
    connection.forward(network=NETWORK, weights={"hidden": {"bias": [1, 2]}}, inputs=[[1.0]], targets=[0])
    document = connection.sent
    assert document["weights"]["hidden"]["bias"].dtype == np.float64
    assert document["batch"]["targets"].dtype == np.int64


def test_arguments_are_not_written_to(connect: Connect) -> None:
    weights = {"hidden": {"kernel": np.ones((1, 2)), "bias": np.zeros(2)}}
    options = {"future": 1}
    connect(ANSWER, encoding="base64").forward(network=NETWORK, weights=weights, inputs=[[1.0]], options=options)
    np.testing.assert_equal(weights, {"hidden": {"kernel": np.ones((1, 2)), "bias": np.zeros(2)}})
    assert options == {"future": 1}


def test_what_a_newer_service_takes_can_be_sent_as_options_and_extra(connect: Connect) -> None:
    connection = connect(ANSWER)
    connection.forward(network=NETWORK, inputs=[[1.0]], seed=1, options={"precise": True}, extra={"trace": ["all"]})
    document = connection.sent
    assert document["options"] == {"seed": 1, "precise": True}
    assert document["trace"] == ["all"]


@pytest.mark.parametrize(("argument", "value"), [("options", {"seed": 2}), ("extra", {"loss": None})])
def test_nothing_can_be_given_twice(connect: Connect, argument: str, value: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"is given twice, by its own argument and in {argument}"):
        connect(ANSWER).forward(network=NETWORK, inputs=[[1.0]], seed=1, loss="mean_squared_error", **{argument: value})


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"inputs": [[1.0], [2.0, 3.0]]}, ValueError, "inputs must be an array, but its rows differ in shape"),
        ({"inputs": "images"}, TypeError, "inputs must hold numbers, got <U6"),
        ({"inputs": {"left": [None]}}, TypeError, r"inputs\['left'\] must hold numbers, got object"),
        ({"targets": [True]}, TypeError, r"targets must hold numbers, got bool: convert it with .astype\(float\)"),
        ({"weights": {"hidden": {"bias": [1j]}}}, TypeError, r"weights\['hidden'\]\['bias'\] must hold numbers"),
        ({"weights": [np.eye(2)]}, TypeError, r"weights must be a mapping, {layer: {weight: array}}, got list"),
        ({"weights": {"hidden": 1.0}}, TypeError, r"weights\['hidden'\] must be a mapping, {weight: array}, got float"),
        ({"sample_weights": np.array([1.0], np.longdouble)}, TypeError, "convert it with .astype"),
        ({"metrics": "accuracy"}, TypeError, r"metrics must be a list, such as \['accuracy'\]"),
        ({"include": "norms"}, TypeError, r"include must be a list, such as \['norms'\]"),
        ({"request_id": "two\nlines"}, ValueError, "request_id must be 1 to 128 printable ASCII characters"),
        ({"request_id": "x" * 129}, ValueError, "request_id must be"),
        ({"extra": {"file": object()}}, TypeError, "file must be a builder, a name or plain JSON, got <object"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name_before_anything_is_sent(
    connect: Connect, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    connection = connect(ANSWER)
    with pytest.raises(error, match=message):
        connection.forward(**{"network": NETWORK, "inputs": [[1.0]], **arguments})
    assert connection.requests == []


@pytest.mark.parametrize(
    ("given", "dtype"), [("f2", "float32"), ("u2", "int32"), ("u4", "int64"), (">f8", "float64"), ("i1", "int8")]
)
def test_array_types_that_do_not_travel_go_as_the_next_wider(connect: Connect, given: str, dtype: str) -> None:
    connection = connect(ANSWER)
    connection.forward(network=NETWORK, inputs=np.array([[1, 2]], given))
    inputs = connection.sent["batch"]["inputs"]
    assert inputs.dtype == dtype
    np.testing.assert_array_equal(inputs, [[1, 2]])


@pytest.mark.parametrize(
    ("encoding", "media_type"),
    [
        ("json", "application/json"),
        ("base64", "application/json"),
        ("safetensors", "application/vnd.safetensors"),
    ],
)
def test_the_answer_is_asked_for_in_the_encoding_of_the_request(
    connect: Connect, encoding: str, media_type: str
) -> None:
    connection = connect(ANSWER, encoding=encoding)
    connection.forward(network=NETWORK, inputs=[[1.0]])
    headers = connection.request.headers
    assert (headers["content-type"], headers["accept"]) == (media_type, media_type)
    assert headers["accept-encoding"] == "identity"


def test_every_request_has_an_id_of_its_own_or_the_callers(connect: Connect) -> None:
    connection = connect(ANSWER)
    connection.forward(network=NETWORK, inputs=[[1.0]])
    connection.forward(network=NETWORK, inputs=[[1.0]])
    connection.forward(network=NETWORK, inputs=[[1.0]], request_id="mine")
    first, second, third = (request.headers["x-request-id"] for request in connection.requests)
    assert first != second
    assert third == "mine"


def test_a_timeout_of_a_call_comes_before_the_clients(connect: Connect) -> None:
    connection = connect(ANSWER, timeout=10)
    connection.forward(network=NETWORK, inputs=[[1.0]])
    connection.forward(network=NETWORK, inputs=[[1.0]], timeout=2)
    connection.forward(network=NETWORK, inputs=[[1.0]], timeout=None)
    assert [request.extensions["timeout"]["read"] for request in connection.requests] == [10, 2, None]


RESULTS = {
    "forward": "Forward",
    "backward": "Backward",
    "summary": "Summary",
    "initialize": "Initialized",
    "gradcheck": "Gradcheck",
    "jacobian": "Jacobian",
    "explain": "Explanation",
    "catalog": "Catalog",
}


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("name", RESULTS)
def test_methods_show_their_arguments_their_result_and_their_documentation(client: type, name: str) -> None:
    method = getattr(client(), name)
    signature = inspect.signature(method)
    assert {"request_id", "timeout"} <= signature.parameters.keys()
    assert name == "catalog" or {"network", "options", "extra"} <= signature.parameters.keys()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in signature.parameters.values())
    assert signature.return_annotation == RESULTS[name]
    assert "Parameters" in (inspect.getdoc(method) or "")
    assert method.__qualname__ == f"{client.__name__}.{name}"


@pytest.mark.parametrize("name", RESULTS)
def test_every_argument_of_a_method_is_documented(name: str) -> None:
    method = getattr(Client, name)
    documented = (inspect.getdoc(method) or "").partition("Parameters\n")[2].partition("\nReturns\n")[0]
    headings = {word for line in documented.splitlines() if not line.startswith(" ") for word in line.split(", ")}
    assert set(inspect.signature(method).parameters) - {"self"} <= headings
