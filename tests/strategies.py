"""What hypothesis may draw: small arrays that fit each other, and small networks with numbers for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

Float64s = NDArray[np.float64]

SMOOTH = ("identity", "sigmoid", "softmax", "tanh")


def numbers(least: float = -3.0, most: float = 3.0) -> st.SearchStrategy[float]:
    """Numbers that are neither so large nor so small that a sum forgets them."""
    return st.floats(least, most, allow_subnormal=False, width=32).map(lambda number: round(number, 3))


def arrays(*shape: int, least: float = -3.0, most: float = 3.0) -> st.SearchStrategy[Float64s]:
    """Arrays of a shape."""
    return hnp.arrays(np.float64, shape, elements=numbers(least, most), fill=st.nothing())


sizes = st.integers(1, 4)
"""Samples, features, classes, units."""


@st.composite
def scores(draw: st.DrawFn, least_classes: int = 1) -> Float64s:
    """Scores of some samples for some classes."""
    return draw(arrays(draw(sizes), draw(st.integers(least_classes, 4))))


@st.composite
def labels(draw: st.DrawFn, scores: Float64s) -> Float64s:
    """A class for each row of scores."""
    count, classes = scores.shape
    return draw(hnp.arrays(np.float64, (count,), elements=st.integers(0, classes - 1), fill=st.nothing()))


def soft_targets(scores: Float64s) -> st.SearchStrategy[Float64s]:
    """A distribution over the classes for each row of scores."""
    return arrays(*scores.shape, least=0.125, most=1.0).map(lambda rows: rows / rows.sum(axis=-1, keepdims=True))


def class_targets(scores: Float64s) -> st.SearchStrategy[Float64s]:
    """Labels or distributions."""
    return st.one_of(labels(scores), soft_targets(scores))


@dataclass(frozen=True)
class Drawn:
    """A network with numbers for it, as a request has them."""

    layers: list[dict[str, Any]]
    weights: dict[str, dict[str, Float64s]]
    inputs: Float64s
    outputs: tuple[int, int]
    """The outputs' shape."""

    def request(self, **more: Any) -> dict[str, Any]:
        """A request of this network; ``batch`` adds to the inputs."""
        batch = {"inputs": self.inputs, **more.pop("batch", {})}
        return {"network": {"layers": self.layers}, "weights": self.weights, "batch": batch, **more}


@st.composite
def networks(draw: st.DrawFn) -> Drawn:
    """Dense layers with smooth activations, each of which reads any earlier value: a DAG, with branches that end."""
    inputs = draw(arrays(draw(sizes), draw(sizes)))
    features = {"inputs": inputs.shape[1]}
    layers: list[dict[str, Any]] = []
    weights: dict[str, dict[str, Float64s]] = {}
    for index in range(draw(st.integers(1, 4))):
        name, units = f"layer{index}", draw(sizes)
        source = draw(st.sampled_from(sorted(features)))
        layer = {"type": "dense", "name": name, "units": units, "use_bias": draw(st.booleans()), "inputs": [source]}
        layer["activation"] = draw(st.none() | st.sampled_from(SMOOTH))
        weights[name] = {"kernel": draw(arrays(features[source], units, least=-1, most=1))}
        if layer["use_bias"]:
            weights[name]["bias"] = draw(arrays(units, least=-1, most=1))
        layers.append(layer)
        features[name] = units
    return Drawn(layers, weights, inputs, (len(inputs), features[layers[-1]["name"]]))
