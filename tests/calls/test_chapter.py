"""The chapter's numbers, asked for as a caller asks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.documents import backward, forward
from tests.tolerances import assert_close

NEURON = {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]}
WEIGHTS = {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [1.0]}}
BATCH = {"inputs": [[1.0, -2.0, 3.0]]}


def neuron(weights: Any = WEIGHTS, **batch: Any) -> dict[str, Any]:
    return {"network": NEURON, "weights": weights, "batch": {**BATCH, **batch}}


class TestOneNeuron:
    def test_its_output_is_six(self) -> None:
        answer = forward(neuron())
        np.testing.assert_array_equal(answer["outputs"], [[6.0]])
        assert (answer["loss"], answer["loss_weight"], answer["fused"]) == (None, None, False)

    def test_gradients_of_weights_are_the_inputs_and_those_of_inputs_the_weights(self) -> None:
        gradients = backward(neuron(output_gradients=[[1.0]]))["gradients"]
        np.testing.assert_array_equal(gradients["weights"]["neuron"]["kernel"], [[1.0], [-2.0], [3.0]])
        np.testing.assert_array_equal(gradients["weights"]["neuron"]["bias"], [1.0])
        np.testing.assert_array_equal(gradients["inputs"], [[-3.0, -1.0, 2.0]])

    def test_a_step_of_a_thousandth_lowers_the_output_to_5_985(self) -> None:
        gradients = backward(neuron(output_gradients=[[1.0]]))["gradients"]["weights"]["neuron"]
        stepped = {name: np.array(weight) - 0.001 * gradients[name] for name, weight in WEIGHTS["neuron"].items()}
        assert_close(stepped["kernel"], [[-3.001], [-0.998], [1.997]])
        assert_close(stepped["bias"], [0.999])
        assert_close(forward(neuron({"neuron": stepped}))["outputs"], [[5.985]])

    def test_a_neuron_that_is_off_passes_no_gradient(self) -> None:
        gradients = backward(
            neuron({"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [-5.0]}}, output_gradients=[[1.0]])
        )["gradients"]
        assert not gradients["inputs"].any()
        assert not gradients["weights"]["neuron"]["kernel"].any()


LAYER: dict[str, Any] = {"type": "dense", "name": "layer", "units": 3}
LAYER_WEIGHTS: dict[str, Any] = {
    "kernel": [[0.2, 0.5, -0.26], [0.8, -0.91, -0.27], [-0.5, 0.26, 0.17], [1.0, -0.5, 0.87]],
    "bias": [[2.0, 3.0, 0.5]],
}
SAMPLES = [[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]]


def layer(weights: Any = LAYER_WEIGHTS, **batch: Any) -> dict[str, Any]:
    """The layer, and a relu behind it."""
    network = {"layers": [LAYER, {"type": "relu", "name": "relu"}]}
    return {"network": network, "weights": {"layer": weights}, "batch": {"inputs": SAMPLES, **batch}}


class TestALayerAndABatch:
    def test_every_gradient_has_the_shape_of_what_it_is_for(self) -> None:
        upstream = np.repeat([[1.0], [2.0], [3.0]], 3, axis=1)
        document = {**layer(output_gradients=upstream), "network": {"layers": [LAYER]}}
        gradients = backward(document)["gradients"]
        row = np.array([0.44, -0.38, -0.07, 1.37])
        assert_close(gradients["inputs"], [row, 2 * row, 3 * row])
        assert_close(gradients["weights"]["layer"]["kernel"], np.repeat([[0.5], [20.1], [10.9], [4.1]], 3, axis=1))
        assert_close(gradients["weights"]["layer"]["bias"], [[6.0, 6.0, 6.0]])

    def test_one_step_lowers_what_relu_gives(self) -> None:
        before = backward(layer(output_gradients=np.ones((3, 3))))
        gradients = before["gradients"]["weights"]["layer"]
        stepped = {name: np.array(weight) - 0.001 * gradients[name] for name, weight in LAYER_WEIGHTS.items()}
        assert forward(layer(stepped))["outputs"].sum() < before["outputs"].sum()


class TestSoftmaxAndItsLoss:
    probabilities = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
    labels = np.array([0, 1, 1])

    def asked(self, *, fuse: bool) -> dict[str, Any]:
        return {
            "network": {"layers": [{"type": "softmax"}]},
            "batch": {"inputs": np.log(self.probabilities), "targets": self.labels},
            "loss": "categorical_crossentropy",
            "options": {"fuse": fuse},
        }

    @pytest.mark.parametrize("fuse", [True, False])
    def test_the_gradient_at_the_scores_is_probability_minus_truth_over_n(self, fuse: bool) -> None:
        answer = backward(self.asked(fuse=fuse))
        assert answer["fused"] is fuse
        assert_close(answer["gradients"]["inputs"], (self.probabilities - np.eye(3)[self.labels]) / 3)
        assert_close(answer["gradients"]["inputs"][0], [-0.1, 0.1 / 3, 0.2 / 3])
        assert_close(answer["loss"], -math.log(0.7 * 0.5 * 0.9) / 3)

    def test_a_row_of_the_jacobian_is_the_gradient_of_one_output(self) -> None:
        s = self.probabilities[0]
        rows = [
            backward(
                {
                    "network": {"layers": [{"type": "softmax"}]},
                    "batch": {"inputs": [np.log(s)], "output_gradients": [unit]},
                }
            )["gradients"]["inputs"][0]
            for unit in np.eye(3)
        ]
        assert_close(np.array(rows), np.diag(s) - np.outer(s, s))


class TestTheWholeModel:
    def asked(self) -> dict[str, Any]:
        generator = np.random.default_rng(0)
        points, labels = [], np.repeat([0, 1, 2], 100)
        for label in range(3):
            radius, angle = np.linspace(0, 1, 100), np.linspace(4 * label, 4 * (label + 1), 100)
            angle = angle + 0.2 * generator.normal(size=100)
            points.append(np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1))
        return {
            "network": {
                "layers": [
                    {"type": "dense", "name": "hidden", "units": 3, "activation": "relu"},
                    {"type": "dense", "name": "scores", "units": 3},
                    {"type": "softmax", "name": "probabilities"},
                ]
            },
            "weights": {
                "hidden": {"kernel": 0.01 * generator.normal(size=(2, 3)), "bias": np.zeros((1, 3))},
                "scores": {"kernel": 0.01 * generator.normal(size=(3, 3)), "bias": np.zeros((1, 3))},
            },
            "batch": {"inputs": np.concatenate(points), "targets": labels},
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
        }

    def test_an_untrained_model_knows_nothing_about_the_spirals(self) -> None:
        answer = backward(self.asked())
        assert np.abs(answer["outputs"][:5] - 1 / 3).max() < 1e-3
        assert abs(answer["loss"] - math.log(3)) < 1e-3
        assert 0.2 < answer["metrics"]["accuracy"] < 0.5
        shapes = {
            layer: {name: one.shape for name, one in named.items()}
            for layer, named in answer["gradients"]["weights"].items()
        }
        assert shapes == {
            "hidden": {"kernel": (2, 3), "bias": (1, 3)},
            "scores": {"kernel": (3, 3), "bias": (1, 3)},
        }

    def test_its_gradients_are_those_of_plain_numpy(self) -> None:
        asked = self.asked()
        x, labels = asked["batch"]["inputs"], asked["batch"]["targets"]
        w1, b1 = asked["weights"]["hidden"].values()
        w2, b2 = asked["weights"]["scores"].values()
        z1 = x @ w1 + b1
        a1 = np.maximum(z1, 0)
        exp = np.exp(a1 @ w2 + b2)
        p = exp / exp.sum(axis=1, keepdims=True)
        dz2 = (p - np.eye(3)[labels]) / len(x)
        dz1 = dz2 @ w2.T * (z1 > 0)
        answer = backward(asked)
        assert_close(answer["outputs"], p)
        assert_close(answer["loss"], -np.log(p[np.arange(300), labels]).mean())
        assert_close(answer["metrics"]["accuracy"], (p.argmax(axis=1) == labels).mean())
        gradients = answer["gradients"]
        assert_close(gradients["weights"]["scores"]["kernel"], a1.T @ dz2)
        assert_close(gradients["weights"]["scores"]["bias"], dz2.sum(axis=0, keepdims=True))
        assert_close(gradients["weights"]["hidden"]["kernel"], x.T @ dz1)
        assert_close(gradients["weights"]["hidden"]["bias"], dz1.sum(axis=0, keepdims=True))
        assert_close(gradients["inputs"], dz1 @ w1.T)
