"""What is written out of habit, in the way of Keras or PyTorch, is refused with what is meant by it."""

import copy
import inspect
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule_client import AsyncClient, Client, Network, Sequential, initializers, layers, losses, metrics

Connect = Callable[..., Any]

DENSE: Any = layers.Dense(2)
RELU: Any = {"type": "relu"}
NOT_JSON = "must be a builder, a name or plain JSON, got"
NO_LAYER = "of the network must be a layer, such as layers.ReLU() or {'type': 'relu'}, got"


class OfAnotherLibrary:
    """An array that refuses to become NumPy's, as a tensor of PyTorch does that requires a gradient."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise self.error


REQUIRES_GRAD = OfAnotherLibrary(RuntimeError("Use tensor.detach().numpy() instead."))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": np.ones((3, 2))}, "weights must be a mapping, {layer: {weight: array}}, got ndarray"),
        ({"weights": [np.ones((3, 2)), np.ones(2)]}, "weights must be a mapping, {layer: {weight: array}}, got list"),
        ({"weights": []}, "weights must be a mapping, {layer: {weight: array}}, got list"),
        ({"weights": {"dense_0.kernel": np.ones(2)}}, "got ndarray: is weights['dense_0']['kernel'] meant?"),
        ({"weights": {"kernel": [1.0]}}, "{weight: array}, got list: is weights['<layer>']['kernel'] meant?"),
        ({"inputs": None}, "inputs must hold numbers, got object, such as None"),
        ({"inputs": [[None]]}, "inputs must hold numbers, got object, such as None"),
        ({"loss": losses.CrossEntropy}, f"loss {NOT_JSON} the class CrossEntropy: an instance is meant, losses.CrossE"),
        ({"loss": np.mean}, f"loss {NOT_JSON} <function mean"),
        ({"loss": {"type": "cross_entropy", "class_weights": [object]}}, f"loss['class_weights'][0] {NOT_JSON} the cl"),
        ({"metrics": [metrics.Accuracy]}, f"metrics[0] {NOT_JSON} the class Accuracy: an instance is meant, metrics.A"),
        ({"metrics": metrics.Accuracy()}, "metrics must be a list, such as [Accuracy()]"),
        ({"metrics": metrics.Accuracy}, "metrics must be a list, got the class Accuracy: an instance is meant"),
        ({"network": [layers.Dense]}, f"layer 0 {NO_LAYER} the class Dense: an instance is meant, layers.Dense(units)"),
        ({"network": [{"type": "dense", "activation": np.tanh}]}, f"network['layers'][0]['activation'] {NOT_JSON} <uf"),
        ({"network": DENSE}, "network must be a Network or a list of layers, got one layer: write [Dense(units=2)]"),
        ({"network": RELU}, "network must be a Network or a list of layers, got one layer: write [{'type': 'relu'}]"),
        ({"network": "relu"}, "network must be a list of layers, such as [layers.ReLU()], got 'relu'"),
        ({"network": Sequential}, "network must be a list of layers, such as [layers.ReLU()], got the class Seq"),
        ({"network": [DENSE, "relu"]}, "layer 1 of the network must be a layer"),
        ({"network": {"layers": [DENSE, "relu"]}}, "layer 1 of the network must be a layer"),
        ({"network": [Sequential([DENSE])]}, "layer 0 of the network is a Sequential: put its layers into the list"),
        ({"dtype": object()}, "dtype must be 'float64' or 'float32', or NumPy's type of the name, got <object"),
        ({"options": ["fuse"]}, "options must be a mapping, {name: value}, got list"),
    ],
)  # fmt: skip
def test_an_argument_that_is_something_else_is_refused_by_name(
    connect: Connect, arguments: dict[str, Any], message: str
) -> None:
    connection = connect()
    with pytest.raises(TypeError, match=re.escape(message)):
        connection.backward(**{"network": [DENSE], "inputs": [[1.0]], **arguments})
    assert connection.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inputs": REQUIRES_GRAD}, "inputs must be an array, but OfAnotherLibrary cannot be made one: Use tensor."),
        ({"inputs": [REQUIRES_GRAD]}, "inputs must be an array, but list cannot be made one: Use tensor."),
        ({"weights": {"hidden": {"kernel": REQUIRES_GRAD}}}, "weights['hidden']['kernel'] must be an array, but Of"),
        ({"inputs": OfAnotherLibrary(ValueError("it is sparse"))}, "OfAnotherLibrary cannot be made one: it is sparse"),
    ],
)  # fmt: skip
def test_an_array_of_another_library_says_itself_why_it_is_none(
    connect: Connect, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        connect().backward(**{"network": [DENSE], "inputs": [[1.0]], **arguments})


def test_memory_that_is_missing_is_no_fault_of_an_argument(connect: Connect) -> None:
    with pytest.raises(MemoryError):
        connect().backward(network=[DENSE], inputs=OfAnotherLibrary(MemoryError()))


def test_a_number_that_json_does_not_have_is_refused_with_its_place(connect: Connect) -> None:
    with pytest.raises(ValueError, match=r"network\['layers'\]\[1\]\['rate'\] must be .* got nan"):
        connect().backward(network=[DENSE, layers.Dropout(np.nan)], inputs=[[1.0]], loss={"class_weights": np.ones(2)})


def test_a_key_that_json_does_not_have_is_refused_by_json(connect: Connect) -> None:
    with pytest.raises(TypeError, match="keys must be str"):
        connect().backward(network=[DENSE], inputs=[[1.0]], loss={("type",): 1})


@pytest.mark.parametrize(
    ("build", "parameters", "shown"),
    [
        (layers.Dense, {"activation": layers.ReLU}, "the class ReLU: an instance is meant, activations.ReLU()"),
        (layers.Dense, {"activation": np.tanh}, "<ufunc 'tanh'>: a name is meant, such as 'tanh'"),
        (layers.Conv2D, {"kernel_size": 3, "activation": layers.LeakyReLU(0.1).get}, "<bound method"),
    ],
)
def test_classes_and_functions_are_refused_where_a_builder_is_made(
    build: Any, parameters: dict[str, Any], shown: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(f"activation of {build.__name__} {NOT_JSON} {shown}")):
        build(2, **parameters)


def test_a_class_without_its_name_is_refused_too() -> None:
    recurrent: Any = layers.LSTM
    message = f"layer of Bidirectional {NOT_JSON} the class LSTM: an instance is meant, layers.LSTM(units)"
    with pytest.raises(TypeError, match=re.escape(message)):
        layers.Bidirectional(recurrent)


def test_a_function_without_a_name_is_shown_without_a_hint() -> None:
    activation: Any = lambda x: x  # noqa: E731  # the one without a name
    with pytest.raises(TypeError, match=r"activation of Dense must be .* got <function ") as raised:
        layers.Dense(2, activation=activation)
    assert "meant" not in str(raised.value)


@pytest.mark.parametrize("merge", [layers.Concatenate, layers.Add])
@pytest.mark.parametrize("read", [["a", "b"], (DENSE, "inputs")])
def test_layers_that_are_read_go_by_name(merge: Any, read: Any) -> None:
    with pytest.raises(TypeError, match=rf"{merge.__name__}\(\) takes the layers that it reads by name, as inputs="):
        merge(read)


@pytest.mark.parametrize(
    ("callee", "arguments", "meant"),
    [
        (layers.Dense, {"units": 2, "activaton": "relu"}, "'activaton': did you mean 'activation'?"),
        (layers.Conv2D, {"filters": 2, "kernel_size": 3, "stride": 2}, "'stride': did you mean 'strides'?"),
        (metrics.TopKAccuracy, {"top": 2}, "'top': it takes k, name"),
        (initializers.Zeros, {"value": 2}, "'value': it takes none"),
        (Network, {"layers": [DENSE], "input": ["a"]}, "'input': did you mean 'inputs'?"),
        (Client, {"baseurl": "http://127.0.0.1"}, "'baseurl': did you mean 'base_url'?"),
        (AsyncClient, {"url": "http://127.0.0.1"}, "'url': it takes base_url, api_key, timeout"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest_or_all(callee: Any, arguments: dict[str, Any], meant: str) -> None:
    message = f"{callee.__name__}() got an unexpected keyword argument {meant}"
    with pytest.raises(TypeError, match=re.escape(message)):
        callee(**arguments)


@pytest.mark.parametrize(
    ("name", "meant"), [("target", "did you mean 'targets'?"), ("lr", "it takes network, weights, inputs, targets, ")]
)
def test_so_is_a_misspelt_argument_of_a_call(connect: Connect, name: str, meant: str) -> None:
    message = f"backward() got an unexpected keyword argument {name!r}: {meant}"
    with pytest.raises(TypeError, match=re.escape(message)):
        connect().backward(network=[DENSE], inputs=[[1.0]], **{name: 1})


@pytest.mark.parametrize(
    ("callee", "args", "meant"),
    [
        (Client, ["http://127.0.0.1"], "nothing without a name, got 1 positional argument: by name go base_url, "),
        (Sequential, [DENSE, RELU], "layers without a name, got 2 positional arguments: several layers go into one "),
        (Network, [DENSE, RELU], "got 2 positional arguments: several layers go into one list; by name go inputs"),
        (Network, [[DENSE], ["a"]], "layers without a name, got 2 positional arguments: by name go inputs"),
        (Sequential, [[DENSE], [DENSE]], "layers without a name, got 2 positional arguments: take one"),
        (layers.Add, [DENSE, DENSE], "several layers go into one list; by name go name, inputs"),
        (layers.Conv2D, [8, 3, 2], "filters, kernel_size without a name, got 3 positional arguments: by name go"),
    ],
)  # fmt: skip
def test_what_goes_by_name_is_said_where_the_name_is_missing(callee: Any, args: list[Any], meant: str) -> None:
    with pytest.raises(TypeError, match=f"^{callee.__name__}.. takes .*{re.escape(meant)}"):
        callee(*args)


@pytest.mark.parametrize("kind", [Network, Sequential])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([layers.Dense], f"layer 0 {NO_LAYER} the class Dense: an instance is meant, layers.Dense(units)"),
        ([DENSE, "relu"], f"layer 1 {NO_LAYER} 'relu'"),
        ([[DENSE]], f"layer 0 {NO_LAYER} [Dense(units=2)]"),
        ([Sequential([DENSE]), RELU], "layer 0 of the network is a Sequential: put its layers into the list, *inner."),
        (DENSE, "layers must be a list of layers, such as [layers.ReLU()], got Dense(units=2)"),
        ("relu", "layers must be a list of layers"),
        (None, "layers must be a list of layers"),
    ],
)  # fmt: skip
def test_a_network_is_made_of_layers(kind: Any, given: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        kind(given)


def test_the_layers_of_a_network_can_be_put_into_another() -> None:
    inner = Sequential([DENSE, RELU])
    assert Sequential([*inner.layers, DENSE]).layers == (DENSE, RELU, DENSE)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("fit", ": client.backward gives the gradients, the training loop is yours: see Training"),
        ("compile", ": client.backward gives the gradients, the training loop is yours: see Training"),
        ("summary", ": that is client.summary(network=..., input_shape=...)"),
        ("predict", ": that is client.forward(network=..., ...).outputs"),
        ("add", ": a network is not changed once it is built"),
        ("parameters", ": weights are yours: client.initialize(network=..., ...) draws the first"),
        ("nonsense", ""),
    ],
)
def test_what_a_network_does_elsewhere_is_said_to_be_the_clients(name: str, hint: str) -> None:
    network = Sequential([DENSE])
    message = f"'Sequential' object has no attribute '{name}'{hint}"
    with pytest.raises(AttributeError, match=re.escape(message)) as raised:
        getattr(network, name)
    assert raised.value.name == name
    assert hint or str(raised.value).endswith("'nonsense'")


@pytest.mark.parametrize("through", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])  # noqa: S301 - our own
def test_a_network_survives_copies_and_pickle(through: Callable[[Any], Any]) -> None:
    network = Network([DENSE], inputs=["a"])
    assert through(network) == network
    assert through(network).layers == network.layers


def test_a_class_of_the_callers_own_takes_what_it_says() -> None:
    class Newer(layers.Layer):
        type = "newer"

        def __init__(self, **parameters: Any) -> None: ...

    assert Newer(anything="goes") == {"type": "newer", "anything": "goes"}


@pytest.mark.parametrize(
    ("cls", "shown"),
    [
        (Client, "(*, base_url: 'str | None' = None, api_key: "),
        (Sequential, "(layers: 'Sequence[Mapping[str, Any]]') -> "),
        (Network, "(layers: 'Sequence[Mapping[str, Any]]', *, inputs: "),
        (layers.Dense, "(units: 'int', *, use_bias: 'bool' = True, "),
    ],
)
def test_help_and_editors_see_what_a_class_takes(cls: type, shown: str) -> None:
    assert str(inspect.signature(cls)).startswith(shown)
