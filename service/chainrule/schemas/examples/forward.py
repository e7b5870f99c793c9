"""Examples of ``POST /forward``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import NEURON, NEURON_WEIGHTS, SPIRAL, SPIRAL_BATCH, SPIRAL_WEIGHTS

FORWARD: dict[str, dict[str, Any]] = {
    "neuron": {
        "summary": "One neuron",
        "description": "Three inputs, three weights, a bias and a relu: the output is 6.",
        "value": {"network": NEURON, "weights": NEURON_WEIGHTS, "batch": {"inputs": [[1.0, -2.0, 3.0]]}},
    },
    "classifier": {
        "summary": "A classifier, with its loss and accuracy",
        "description": "Two dense layers and a softmax; every layer's output and each sample's loss beside.",
        "value": {
            "network": SPIRAL,
            "weights": SPIRAL_WEIGHTS,
            "batch": SPIRAL_BATCH,
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
            "options": {"include": ["activations", "sample_losses"]},
        },
    },
}
"""Examples of ``POST /forward``, as OpenAPI has them."""
