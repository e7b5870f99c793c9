"""Examples of ``POST /gradcheck``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import NEURON, NEURON_WEIGHTS, SPIRAL, SPIRAL_BATCH, SPIRAL_WEIGHTS

GRADCHECK: dict[str, dict[str, Any]] = {
    "neuron": {
        "summary": "One neuron, every gradient checked",
        "description": "Each weight and input is moved by a hundred-thousandth to both sides.",
        "value": {
            "network": NEURON,
            "weights": NEURON_WEIGHTS,
            "batch": {"inputs": [[1.0, -2.0, 3.0]], "output_gradients": [[1.0]]},
        },
    },
    "classifier": {
        "summary": "Some weights of a classifier",
        "description": "Four entries of each weight of one layer, chosen by a seed.",
        "value": {
            "network": SPIRAL,
            "weights": SPIRAL_WEIGHTS,
            "batch": SPIRAL_BATCH,
            "loss": "categorical_crossentropy",
            "options": {"wrt": ["scores"]},
            "gradcheck": {"samples": 4, "seed": 1, "epsilon": 1e-5, "tolerance": 1e-6},
        },
    },
}
"""Examples of ``POST /gradcheck``, as OpenAPI has them."""
