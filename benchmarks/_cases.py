"""Requests to measure: one for each family of layers, in sizes of everyday use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.core.arrays import Shape, size_of
from chainrule.core.definition import Definition
from chainrule.core.limits import Limits
from chainrule.core.network import Network, resolve

SCALE = 0.1
"""What biases are multiplied with."""


@dataclass(frozen=True)
class Case:
    """A network and the shape of what it reads; everything else follows."""

    name: str
    layers: list[dict[str, Any]]
    inputs: Shape
    loss: str | None = None
    """Compared with labels; without a loss the chain starts at random gradients of the outputs."""
    tokens: int | None = None
    """How many tokens there are, where the inputs are such."""
    options: dict[str, Any] = field(default_factory=dict)

    def network(self) -> Network:
        """Resolve the network."""
        definition = Definition.model_validate({"layers": self.layers})
        return resolve(definition, {"inputs": self.inputs}, Limits())

    def document(self, dtype: str) -> dict[str, Any]:
        """Make the request for ``/backward``, with arrays of this type in it."""
        network, random = self.network(), np.random.default_rng(11)

        def normal(*shape: int) -> Any:
            return random.normal(size=shape).astype(dtype)

        def weight(shape: Shape) -> Any:
            return normal(*shape) / np.sqrt(size_of(shape) / shape[-1], dtype=dtype) * (1 if len(shape) > 1 else SCALE)

        batch: dict[str, Any] = {"inputs": normal(*self.inputs)}
        if self.tokens is not None:
            batch["inputs"] = random.integers(0, self.tokens, self.inputs)
        if self.loss is None:
            batch["output_gradients"] = normal(*network.output)
        else:
            batch["targets"] = random.integers(0, network.output[-1], network.output[:-1])
        return {
            "network": {"layers": self.layers},
            "weights": {
                node.name: {name: weight(shape) for name, shape in node.weights.items()}
                for node in network.nodes
                if node.weights
            },
            "state": {
                node.name: {name: np.ones(shape, dtype) for name, shape in node.state.items()}
                for node in network.nodes
                if node.state
            },
            "batch": batch,
            "options": {"dtype": dtype, **self.options},
        } | ({} if self.loss is None else {"loss": self.loss})


MLP = Case(
    "MLP",
    [
        {"type": "dense", "units": 256, "activation": "relu"},
        {"type": "dense", "units": 128, "activation": "relu"},
        {"type": "dense", "units": 10},
    ],
    (64, 784),
    loss="cross_entropy",
)
CONV2D = Case("conv2d", [{"type": "conv2d", "filters": 64, "kernel_size": 3, "padding": "same"}], (8, 28, 28, 32))
DEPTHWISE = Case(
    "depthwise conv2d", [{"type": "depthwise_conv2d", "kernel_size": 3, "padding": "same"}], (8, 28, 28, 64)
)
BATCH_NORM = Case("batch norm", [{"type": "batch_normalization"}], (8, 28, 28, 64), options={"training": True})
LAYER_NORM = Case("layer norm", [{"type": "layer_normalization"}], (16, 64, 256))
LSTM = Case("LSTM", [{"type": "lstm", "units": 128, "return_sequences": True}], (32, 32, 64))
GRU = Case("GRU", [{"type": "gru", "units": 128, "return_sequences": True}], (32, 32, 64))
ATTENTION = Case(  # without biases: the gradient of the keys' is 0, and what is computed for it is rounding
    "attention",
    [{"type": "multi_head_attention", "num_heads": 8, "key_dim": 16, "use_bias": False}],
    (8, 128, 128),
)
EMBEDDING = Case("embedding", [{"type": "embedding", "input_dim": 10_000, "output_dim": 128}], (64, 128), tokens=10_000)
SOFTMAX = Case("softmax", [{"type": "softmax"}], (64, 4096))
CROSS_ENTROPY = Case("cross-entropy", [{"type": "identity"}], (64, 4096), loss="cross_entropy")
GELU = Case("GELU", [{"type": "gelu"}], (256, 1024))

CASES = (
    MLP,
    CONV2D,
    DEPTHWISE,
    BATCH_NORM,
    LAYER_NORM,
    LSTM,
    GRU,
    ATTENTION,
    EMBEDDING,
    SOFTMAX,
    CROSS_ENTROPY,
    GELU,
)
