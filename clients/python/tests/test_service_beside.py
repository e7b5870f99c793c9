"""The calls beside the two, and networks of builders, against the real service."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule_client
from chainrule_client import Initialized, InputError, Network, Sequential, initializers, layers, losses, regularizers

Ask = Callable[..., Any]

ENCODINGS = ["json", "base64", "safetensors"]
NETWORK = Sequential([
    layers.Dense(6, activation=layers.LeakyReLU(0.2), name="block.1"),
    layers.Dense(3, kernel_regularizer=regularizers.L2(0.01), name="scores"),
    layers.Softmax(name="probabilities"),
])  # fmt: skip
INPUTS = np.random.default_rng(7).normal(size=(5, 4))
TARGETS = np.array([0, 2, 1, 1, 0])
NEURON: dict[str, Any] = {
    "network": [layers.Dense(1, activation="relu", name="neuron")],
    "weights": {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}},
    "inputs": [[1, -2, 3]],
    "output_gradients": [[1]],
}


def started(ask: Ask, network: Any = NETWORK, input_shape: Any = (4,), **more: Any) -> dict[str, Any]:
    """A network with the weights that it starts with."""
    start = ask("initialize", network=network, input_shape=input_shape, seed=1, **more)
    return {"network": network, "weights": start.weights, "state": start.state or None}


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestInitialize:
    def test_the_same_seed_gives_the_same_bits_in_every_encoding(self, ask: Ask, encoding: str) -> None:
        here, there = (
            ask("initialize", encoding=one, network=NETWORK, input_shape=(4,), seed=1)
            for one in (encoding, "safetensors")
        )
        assert isinstance(here, Initialized)
        for layer, arrays in there.weights.items():
            for name, array in arrays.items():
                np.testing.assert_array_equal(here.weights[layer][name], array, strict=True)

    def test_weights_and_state_go_on_to_forward(self, ask: Ask, encoding: str) -> None:
        network = [layers.Dense(2, kernel_initializer=initializers.Constant(0.5)), layers.BatchNormalization()]
        start = ask("initialize", encoding=encoding, network=network, input_shape=(4,), seed=0, dtype="float32")
        np.testing.assert_array_equal(start.weights["dense_0"]["kernel"], np.full((4, 2), 0.5, "float32"), strict=True)
        answer = ask(
            "forward",
            encoding=encoding,
            network=network,
            weights=start.weights,
            state=start.state,
            inputs=np.ones((1, 4)),
            training=False,
            dtype="float32",
        )
        np.testing.assert_allclose(answer.outputs, [[2.0, 2.0]], rtol=1e-4)


def test_a_summary_says_the_shapes_that_initialize_draws(ask: Ask) -> None:
    summary = ask("summary", network=NETWORK, input_shape=(4,), batch_size=5)
    start = ask("initialize", network=NETWORK, input_shape=(4,), seed=0)
    assert {one.name: dict(one.weights) for one in summary.layers if one.weights} == {
        layer: {name: array.shape for name, array in arrays.items()} for layer, arrays in start.weights.items()
    }
    assert [one.output_shape for one in summary.layers] == [(5, 6), (5, 3), (5, 3)]
    assert summary.parameters.total == 4 * 6 + 6 + 6 * 3 + 3
    assert summary.extra == {}
    again = ask("summary", network=summary.network, input_shape=(4,), batch_size=5)
    assert again.network == summary.network


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestGradcheck:
    def test_right_gradients_pass(self, ask: Ask, encoding: str) -> None:
        loss = losses.CategoricalCrossentropy(label_smoothing=0.1)
        check = ask(
            "gradcheck", encoding=encoding, **started(ask), inputs=INPUTS, targets=TARGETS, loss=loss, samples=10
        )
        assert (check.passed, check.failed) == (True, ())
        assert check.tensors["/weights/block.1/kernel"].checked == 10
        assert {len(one.at) for one in check.tensors.values()} == {1, 2}
        assert check.extra == {}

    def test_the_two_seeds_are_two(self, ask: Ask, encoding: str) -> None:
        network = [layers.Dropout(0.5), layers.Dense(2)]
        asked = started(ask, network) | {"inputs": INPUTS, "output_gradients": np.ones((5, 2)), "training": True}
        check = ask("gradcheck", encoding=encoding, **asked, seed=3, sampling_seed=4, samples=5, wrt=["inputs"])
        assert check.passed
        assert check.tensors.keys() == {"/batch/inputs"}
        with pytest.raises(InputError, match="seed"):
            ask("gradcheck", encoding=encoding, **asked, sampling_seed=4)


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestJacobian:
    def test_that_of_softmax_is_the_chapters(self, ask: Ask, encoding: str) -> None:
        answer = ask("jacobian", encoding=encoding, network=[layers.Softmax()], inputs=np.log([[0.7, 0.1, 0.2]]))
        expected = [[[0.21, -0.07, -0.14], [-0.07, 0.09, -0.02], [-0.14, -0.02, 0.16]]]
        np.testing.assert_allclose(answer.jacobian, expected, rtol=1e-12)
        np.testing.assert_allclose(answer.outputs, [[0.7, 0.1, 0.2]], rtol=1e-12)

    def test_each_input_has_its_own_and_whole_numbers_none(self, ask: Ask, encoding: str) -> None:
        tokens = layers.Embedding(3, 2, inputs=["tokens"])
        network = Network([tokens, layers.Add(inputs=[tokens, "left"])], inputs=["tokens", "left"])
        inputs = {"tokens": np.array([[1, 2]]), "left": np.ones((1, 2, 2))}
        asked = started(ask, network, {"tokens": [2], "left": [2, 2]})
        answer = ask("jacobian", encoding=encoding, **asked, inputs=inputs)
        assert answer.jacobian["tokens"] is None
        np.testing.assert_array_equal(answer.jacobian["left"].reshape(4, 4), np.eye(4))

    def test_float32_stays_float32(self, ask: Ask, encoding: str) -> None:
        answer = ask("jacobian", encoding=encoding, network=[layers.Tanh()], inputs=[[1.0]], dtype="float32")
        assert answer.jacobian.dtype == np.float32


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestExplain:
    def test_the_neuron_has_the_chapters_figures(self, ask: Ask, encoding: str) -> None:
        chain = ask("explain", encoding=encoding, **NEURON)
        product = chain.labelled("x[0]·w[0]")
        assert (product.operation, product.value, product.gradient) == ("multiply", -3.0, 1.0)
        assert [one.local_derivative for one in product.operands] == [-3.0, 1.0]
        assert [one.label for one in chain.operands(product)] == ["x[0]", "w[0]"]
        assert (chain.nodes[-1].operation, chain.nodes[-1].value) == ("relu", 6.0)

    def test_leaves_have_the_gradients_of_backward(self, ask: Ask, encoding: str) -> None:
        chain = ask("explain", encoding=encoding, **NEURON)
        gradients = ask("backward", encoding=encoding, **NEURON).gradients
        for at, gradient in enumerate(gradients.weights["neuron"]["kernel"][:, 0]):
            assert chain.at(f"/weights/neuron/kernel/{at}/0").gradient == gradient
        for at, gradient in enumerate(gradients.inputs[0]):
            assert chain.at(f"/batch/inputs/0/{at}").gradient == gradient

    def test_contributions_add_up_to_a_nodes_gradient(self, ask: Ask, encoding: str) -> None:
        network = [layers.Dense(3, activation="tanh"), layers.Dense(2), layers.Softmax()]
        asked = started(ask, network) | {"inputs": INPUTS[:2], "targets": [0, 1]}
        chain = ask("explain", encoding=encoding, **asked, loss=losses.CategoricalCrossentropy())
        read = [node for node in chain if chain.readers(node) and node.gradient is not None]
        assert len(read) > 20
        for node in read:
            reaching = [
                one.contribution for reader in chain.readers(node) for one in reader.operands if one.id == node.id
            ]
            np.testing.assert_allclose(sum(reaching), node.gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestSeveralUpstreamGradients:
    def test_they_are_as_many_requests_in_one(self, ask: Ask, encoding: str) -> None:
        asked = started(ask, [layers.Dense(3, activation="tanh", name="block.1")]) | {"inputs": INPUTS}
        asked["include"] = ["norms", "activation_gradients", "statistics"]
        upstream = np.random.default_rng(1).normal(size=(2, 5, 3))
        both = ask("backward", encoding=encoding, **asked, output_gradients=upstream)
        for at, one in enumerate(upstream):
            alone = ask("backward", encoding=encoding, **asked, output_gradients=one)
            for name, gradient in alone.gradients.weights["block.1"].items():
                np.testing.assert_allclose(both.gradients.weights["block.1"][name][at], gradient, rtol=1e-12)
                norm, statistics = alone.norms.layers["block.1"][name], alone.statistics.gradients.weights["block.1"]
                np.testing.assert_allclose(both.norms.layers["block.1"][name][at], norm, rtol=1e-12)
                of_both = both.statistics.gradients.weights["block.1"][name]
                np.testing.assert_allclose(of_both.maximum[at], statistics[name].maximum, rtol=1e-12)
                assert of_both.zeros[at] == statistics[name].zeros
            np.testing.assert_allclose(both.gradients.inputs[at], alone.gradients.inputs, rtol=1e-12)
            reached = both.activation_gradients["block.1"][at]
            np.testing.assert_allclose(reached, alone.activation_gradients["block.1"], rtol=1e-12)
        assert both.norms.global_norm.shape == (2,)
        assert both.extra == {}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_statistics_are_those_of_the_arrays(ask: Ask, encoding: str) -> None:
    include = ["statistics", "activations", "activation_gradients"]
    asked = started(ask) | {"inputs": INPUTS, "targets": TARGETS, "loss": "categorical_crossentropy"}
    answer = ask("backward", encoding=encoding, **asked, include=include)
    statistics = answer.statistics
    for found, array in [
        (statistics.activations["block.1"], answer.activations["block.1"]),
        (statistics.weights["scores"]["bias"], asked["weights"]["scores"]["bias"]),
        (statistics.activation_gradients["scores"], answer.activation_gradients["scores"]),
        (statistics.gradients.weights["scores"]["kernel"], answer.gradients.weights["scores"]["kernel"]),
        (statistics.gradients.inputs, answer.gradients.inputs),
    ]:
        numbers = (found.minimum, found.maximum, found.mean, found.standard_deviation, found.zeros)
        expected = (array.min(), array.max(), array.mean(), array.std(), (array == 0).sum())
        np.testing.assert_allclose(numbers, expected, rtol=1e-9, atol=1e-12)
    forward = {name: value for name, value in asked.items() if name != "wrt"}
    of_forward = ask("forward", encoding=encoding, **forward, include=["statistics"]).statistics
    assert of_forward.gradients is None
    assert of_forward.activations.keys() == statistics.activations.keys()


@pytest.mark.parametrize("family", ["layers", "activations", "losses", "metrics", "initializers", "regularizers"])
def test_the_catalog_has_an_entry_for_every_builder(ask: Ask, family: str) -> None:
    module = getattr(chainrule_client, family)
    built: list[Any] = [one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__]
    names = {one.type for one in built if hasattr(one, "type")}
    entries = getattr(ask("catalog"), family)
    assert names
    assert names <= entries.keys()
    assert all(entries[name].description for name in names)
    assert all(entry.extra == {} for entry in entries.values())


def test_the_catalog_tells_limits_and_version(ask: Ask) -> None:
    catalog = ask("catalog")
    assert catalog.limits
    assert all(isinstance(limit, int | float) for limit in catalog.limits.values())
    assert catalog.version == chainrule_client.__version__
    assert catalog.extra == {}
