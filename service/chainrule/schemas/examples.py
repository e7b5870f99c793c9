"""Requests that run as they stand here, for OpenAPI: the chapter's own numbers. A test sends each of them."""

from __future__ import annotations

from typing import Any

NEURON = {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]}
NEURON_WEIGHTS = {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [1.0]}}

SPIRAL = {
    "layers": [
        {"type": "dense", "name": "hidden", "units": 3, "activation": "relu"},
        {"type": "dense", "name": "scores", "units": 3},
        {"type": "softmax", "name": "probabilities"},
    ]
}
SPIRAL_WEIGHTS = {
    "hidden": {"kernel": [[0.5, -0.25, 1.0], [0.125, 0.75, -0.5]], "bias": [0.0, 0.25, 0.5]},
    "scores": {"kernel": [[1.0, -1.0, 0.5], [0.5, 0.25, -0.5], [-0.75, 0.375, 0.25]], "bias": [0.1, -0.1, 0.0]},
}
SPIRAL_BATCH = {"inputs": [[0.1, -0.2], [0.4, 0.3], [-0.5, 0.6]], "targets": [0, 1, 2]}

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

BACKWARD: dict[str, dict[str, Any]] = {
    "neuron": {
        "summary": "One neuron, every gradient",
        "description": "The next layer sends 1: weights get the inputs as their gradients, and inputs the weights.",
        "value": {
            "network": NEURON,
            "weights": NEURON_WEIGHTS,
            "batch": {"inputs": [[1.0, -2.0, 3.0]], "output_gradients": [[1.0]]},
        },
    },
    "classifier": {
        "summary": "A classifier: softmax and cross-entropy in one step",
        "description": "The gradient at the scores is (p - y) / N. Norms and each layer's gradient beside.",
        "value": {
            "network": SPIRAL,
            "weights": SPIRAL_WEIGHTS,
            "batch": SPIRAL_BATCH,
            "loss": {"type": "categorical_crossentropy", "reduction": "mean"},
            "options": {"include": ["activation_gradients", "norms"]},
        },
    },
    "jacobian_row": {
        "summary": "One row of a softmax's Jacobian",
        "description": "An upstream gradient of 1 at the first output asks for the first row of diag(s) - s sᵀ.",
        "value": {
            "network": {"layers": [{"type": "softmax"}]},
            "weights": {},
            "batch": {
                "inputs": [[-0.35667494393873245, -2.302585092994046, -1.6094379124341003]],
                "output_gradients": [[1.0, 0.0, 0.0]],
            },
        },
    },
}
"""Examples of ``POST /backward``, as OpenAPI has them."""
