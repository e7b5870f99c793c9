"""Examples of ``POST /explain``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import NEURON, NEURON_WEIGHTS, SPIRAL, SPIRAL_WEIGHTS

EXPLAIN: dict[str, dict[str, Any]] = {
    "neuron": {
        "summary": "One neuron, every step of the chain rule",
        "description": "Three products, their sum with the bias, and relu: values go up, gradients come down.",
        "value": {
            "network": NEURON,
            "weights": NEURON_WEIGHTS,
            "batch": {"inputs": [[1.0, -2.0, 3.0]], "output_gradients": [[1.0]]},
        },
    },
    "classifier": {
        "summary": "A classifier from the loss down",
        "description": "The softmax is exp, sum and divide; the loss is the negated logarithm of a probability.",
        "value": {
            "network": SPIRAL,
            "weights": SPIRAL_WEIGHTS,
            "batch": {"inputs": [[0.1, -0.2]], "targets": [0]},
            "loss": "categorical_crossentropy",
        },
    },
}
"""Examples of ``POST /explain``, as OpenAPI has them."""
