"""Random graphs of random layers: every registered layer, as its examples define it, wherever its input fits.

The derivative along a random direction through all weights and inputs at once is held against central differences.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chainrule.calls import prepare_backward, prepare_forward
from chainrule.core.arrays import Shape, size_of
from chainrule.core.layer import Layer, Misfit
from chainrule.core.limits import Limits
from chainrule.core.network import with_activation
from chainrule.core.part import classes
from tests.core.discovery import definition_of

SHAPES: tuple[Shape, ...] = ((3, 4), (3, 6), (2, 3, 4), (2, 4, 6), (2, 4, 4, 2), (2, 6, 6, 4))
MOST_NUMBERS = 2_000
CANDIDATES: list[tuple[Layer, dict[str, Any]]] = [
    (definition_of(cls, example), {"type": cls.names()[0], **example.parameters})
    for cls in classes("layer", "activation")
    if issubclass(cls, Layer)
    for example in cls.examples
    if definition_of(cls, example).integers_below() is None
]


class Growing:
    """A network that grows by a layer at a time."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.shapes: dict[str, Shape] = {"inputs": SHAPES[self.random.integers(len(SHAPES))]}
        self.layers: list[dict[str, Any]] = []
        self.weights: dict[str, Any] = {}
        self.state: dict[str, Any] = {}

    def grow(self) -> None:
        """Add a layer that fits one of the values, or several values of one shape."""
        for _ in range(100):
            layer, definition = CANDIDATES[self.random.integers(len(CANDIDATES))]
            sources = self._sources(layer)
            shapes = [self.shapes[source] for source in sources]
            try:
                parts = _shapes_of(layer, shapes)
            except Misfit:
                continue
            if size_of(parts[-1]["output"]) <= MOST_NUMBERS:
                self._add(definition, sources, parts)
                return

    def document(self) -> dict[str, Any]:
        """The request, with an upstream gradient in it."""
        output = self.shapes[self.layers[-1]["name"]]
        return {
            "network": {"layers": self.layers},
            "weights": self.weights,
            "state": self.state,
            "batch": {"inputs": self._numbers(self.shapes["inputs"]), "output_gradients": self._numbers(output)},
            "options": {"training": True, "seed": 5},
        }

    def _sources(self, layer: Layer) -> list[str]:
        first = str(self.random.choice(list(self.shapes)))
        alike = [name for name, shape in self.shapes.items() if shape == self.shapes[first]]
        count = int(self.random.integers(1, min(layer.most_inputs, 3) + 1))
        return [first, *(str(self.random.choice(alike)) for _ in range(count - 1))]

    def _add(self, definition: dict[str, Any], sources: list[str], parts: list[dict[str, Any]]) -> None:
        name = f"layer_{len(self.layers)}"
        self.layers.append({**definition, "name": name, "inputs": sources})
        self.shapes[name] = parts[-1]["output"]
        weights = {key: self._numbers(shape) * 0.5 for part in parts for key, shape in part["weights"].items()}
        state = {key: np.abs(self._numbers(shape)) + 0.5 for part in parts for key, shape in part["state"].items()}
        self.weights |= {name: weights} if weights else {}
        self.state |= {name: state} if state else {}

    def _numbers(self, shape: Shape) -> Any:
        return self.random.normal(size=shape)


def _shapes_of(layer: Layer, shapes: list[Shape]) -> list[dict[str, Any]]:
    """The shapes of the layer and of the activation inside it."""
    parts = []
    for part in with_activation(layer):
        output = part.output_shape(*shapes)
        part.check_training(*shapes)
        weights, state = part.weight_shapes(*shapes), part.state_shapes(*shapes)
        parts.append({"output": output, "weights": weights, "state": state})
        shapes = [output]
    return parts


def grown(seed: int) -> dict[str, Any]:
    """A request with a random network of one to six layers."""
    network = Growing(seed)
    for _ in range(int(network.random.integers(1, 7))):
        network.grow()
    assume(network.layers)
    return network.document()


def moved(document: dict[str, Any], direction: dict[str, Any], by: float) -> dict[str, Any]:
    """The request with all weights and inputs moved along a direction, and no upstream gradient."""
    weights = {
        layer: {name: one + by * direction["weights"][layer][name] for name, one in arrays.items()}
        for layer, arrays in document["weights"].items()
    }
    return {**document, "weights": weights, "batch": {"inputs": document["batch"]["inputs"] + by * direction["inputs"]}}


def outputs_of(document: dict[str, Any]) -> Any:
    return prepare_forward(document, Limits()).compute(lambda: None)["outputs"]


def slope(document: dict[str, Any], direction: dict[str, Any], step: float) -> float:
    """The central difference of what the upstream gradient weighs."""
    upstream = document["batch"]["output_gradients"]
    ahead, behind = (outputs_of(moved(document, direction, by)) for by in (step, -step))
    return float(np.vdot(upstream, ahead - behind)) / (2 * step)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(seed=st.integers(0, 2**32 - 1))
def test_the_derivative_along_a_direction_is_the_central_difference(seed: int) -> None:
    document, random = grown(seed), np.random.default_rng(seed)
    gradients = prepare_backward(document, Limits()).compute(lambda: None)["gradients"]
    direction = {
        "inputs": random.normal(size=document["batch"]["inputs"].shape),
        "weights": {
            layer: {name: random.normal(size=one.shape) for name, one in arrays.items()}
            for layer, arrays in document["weights"].items()
        },
    }
    found = np.vdot(gradients["inputs"], direction["inputs"]) + sum(
        np.vdot(one, direction["weights"][layer][name])
        for layer, arrays in gradients["weights"].items()
        for name, one in arrays.items()
    )
    coarse, fine = slope(document, direction, 2e-6), slope(document, direction, 1e-6)
    size = max(1.0, abs(fine), abs(float(found)))
    assume(abs(coarse - fine) < 1e-6 * size)  # between the two steps lies a kink, or the curve is too sharp for them

    assert float(found) == pytest.approx(fine, abs=1e-5 * size)


def test_random_networks_reach_every_layer() -> None:
    reached: Counter[str] = Counter()
    for seed in range(3_000):
        network = Growing(seed)
        network.grow()
        network.grow()
        reached.update(layer["type"] for layer in network.layers)

    assert {definition["type"] for _, definition in CANDIDATES} - reached.keys() == set()
