"""Examples of ``POST /backward``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import NEURON, NEURON_WEIGHTS, SPIRAL, SPIRAL_BATCH, SPIRAL_WEIGHTS

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
