"""Small requests that ``/explain`` can answer, as hypothesis may draw them: every layer, activation and loss of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from chainrule.core.layer import Layer
from chainrule.core.part import classes
from tests.strategies import arrays, numbers

ACTIVATIONS: list[dict[str, Any]] = [
    {"type": name, **{key: value for key, value in example.parameters.items() if key != "axis"}}
    for cls in classes("activation")
    if issubclass(cls, Layer)
    for name in cls.names()
    for example in cls.examples
]
MERGES = ("add", "average", "maximum", "multiply", "subtract", "concatenate")
ON_ANYTHING = ("mse", "mae", "huber", "smooth_l1", "log_cosh", "cross_entropy", "negative_log_likelihood")
ON_SCORES = ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy")
AFTER = {
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
    "kl_divergence": "softmax",
    "binary_crossentropy": "sigmoid",
    "poisson": "softplus",
}
"""The last layer whose outputs a loss reads."""

OF_CLASSES = {"cross_entropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "negative_log_likelihood"}

LOSSES = sorted({*ON_ANYTHING, *AFTER})

Document = dict[str, Any]


class Drawing:
    """A network that grows layer by layer."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.samples = draw(st.integers(1, 3))
        self.inputs = draw(arrays(self.samples, draw(st.integers(1, 3))))
        self.features = {"inputs": self.inputs.shape[1]}
        self.layers: list[Document] = []
        self.weights: Document = {}

    def grow(self) -> None:
        """Add a layer that reads one or two of the values."""
        kind = self.draw(st.sampled_from(["dense", "dense", "activation", "merge", "flatten", "reshape"]))
        source = self.draw(st.sampled_from(sorted(self.features)))
        width = self.features[source]
        if kind == "dense":
            self._add_dense(source)
        elif kind == "activation":
            self.add({**self.draw(st.sampled_from(ACTIVATIONS)), "inputs": [source]}, width)
        elif kind == "merge":
            self._add_merge(source)
        elif kind == "flatten":
            self.add({"type": "flatten", "inputs": [source]}, width)
        else:
            self.add({"type": "reshape", "target_shape": [width], "inputs": [source]}, width)

    def add(self, layer: Document, width: int) -> str:
        """Add a layer, with weights for the activation in it."""
        name = f"layer{len(self.layers)}"
        self.layers.append({**layer, "name": name})
        self.features[name] = width
        if "prelu" in (layer["type"], (layer.get("activation") or {}).get("type")):
            self.weights.setdefault(name, {})["alpha"] = self.draw(arrays(self.draw(st.sampled_from([1, width]))))
        return name

    def _add_dense(self, source: str) -> None:
        units, bias = self.draw(st.integers(1, 3)), self.draw(st.sampled_from(["none", "row", "plain"]))
        layer: Document = {"type": "dense", "units": units, "use_bias": bias != "none", "inputs": [source]}
        if self.draw(st.booleans()):
            layer["activation"] = self.draw(st.sampled_from(ACTIVATIONS))
        own = self.weights.setdefault(self.add(layer, units), {})
        own["kernel"] = self.draw(arrays(self.features[source], units, least=-1, most=1))
        if bias != "none":
            own["bias"] = self.draw(arrays(*((1, units) if bias == "row" else (units,)), least=-1, most=1))

    def _add_merge(self, source: str) -> None:
        merge, width = self.draw(st.sampled_from(MERGES)), self.features[source]
        alike = sorted(name for name, other in self.features.items() if other == width)
        count = 2 if merge == "subtract" else self.draw(st.integers(1, 3))
        reads = [source, *(self.draw(st.sampled_from(alike)) for _ in range(count - 1))]
        self.add({"type": merge, "inputs": reads}, width * count if merge == "concatenate" else width)

    def document(self, **more: Any) -> Document:
        """The request as far as it is drawn."""
        batch = {"inputs": self.inputs, **more.pop("batch", {})}
        return {"network": {"layers": self.layers}, "weights": self.weights, "batch": batch, **more}


@st.composite
def requests(draw: st.DrawFn) -> Document:
    """A request that starts at an upstream gradient or at a loss."""
    drawing = Drawing(draw)
    for _ in range(draw(st.integers(1, 4))):
        drawing.grow()
    if draw(st.booleans()):
        last = drawing.features[drawing.layers[-1]["name"]]
        return drawing.document(batch={"output_gradients": draw(arrays(drawing.samples, last))})
    return _measured(draw, drawing)


def _measured(draw: st.DrawFn, drawing: Drawing) -> Document:
    loss = _loss(draw, draw(st.sampled_from(LOSSES)))
    width = drawing.features[drawing.layers[-1]["name"]]
    if loss["type"] in AFTER and not loss.get("from_logits"):
        drawing.add({"type": AFTER[loss["type"]]}, width)
    if "class_weights" in loss:
        loss["class_weights"] = draw(st.lists(numbers(0.25, 2.0), min_size=width, max_size=width))
    batch: Document = {"targets": draw(_targets(loss["type"], drawing.samples, width))}
    if draw(st.booleans()):
        batch["sample_weights"] = draw(arrays(drawing.samples, least=0.25, most=2.0))
    return drawing.document(batch=batch, loss=loss, options={"fuse": draw(st.booleans())})


def _loss(draw: st.DrawFn, name: str) -> Document:
    loss: Document = {"type": name, "reduction": draw(st.sampled_from(["mean", "sum"]))}
    if name in ON_SCORES:
        loss["from_logits"] = draw(st.booleans())
    if name in {*ON_SCORES, "cross_entropy"}:
        loss["label_smoothing"] = draw(st.sampled_from([0.0, 0.25]))
    if name in ("cross_entropy", "negative_log_likelihood") and draw(st.booleans()):
        loss["class_weights"] = []
    if name == "binary_crossentropy":
        loss["pos_weight"] = draw(st.sampled_from([None, 2.0]))
    if name in ("huber", "smooth_l1"):
        parameter = "delta" if name == "huber" else "beta"
        loss[parameter] = draw(st.sampled_from([0.5, 2.0] if name == "huber" else [0.0, 0.5, 2.0]))
    return loss | {"weight_normalization": draw(st.sampled_from(["weights", "batch"]))}


def _targets(name: str, samples: int, width: int) -> st.SearchStrategy[Any]:
    labels = st.lists(st.integers(0, width - 1), min_size=samples, max_size=samples)
    shares = arrays(samples, width, least=0.0, most=1.0)
    if name == "sparse_categorical_crossentropy":
        return labels
    if name in OF_CLASSES:
        return labels | shares
    if name in ("kl_divergence", "binary_crossentropy"):
        return shares | arrays(samples, width, least=0.0, most=1.0).map(np.round)
    return arrays(samples, width, least=0.0 if name == "poisson" else -3.0)
