"""Examples of ``POST /initialize``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import SPIRAL

INITIALIZE: dict[str, dict[str, Any]] = {
    "classifier": {
        "summary": "A classifier's starting weights",
        "description": "Keras's defaults: kernels glorot_uniform, biases zeros. The same seed gives the same numbers.",
        "value": {"network": SPIRAL, "input_shape": [2], "seed": 7},
    },
    "initializers": {
        "summary": "Initializers of your choice, and starting state",
        "description": "By name, or as an object with parameters. Batch normalization has state beside its weights.",
        "value": {
            "network": {
                "layers": [
                    {"type": "dense", "name": "hidden", "units": 3, "kernel_initializer": "he_normal"},
                    {"type": "batch_normalization", "name": "norm"},
                    {
                        "type": "dense",
                        "name": "scores",
                        "units": 2,
                        "kernel_initializer": {"type": "normal", "stddev": 0.01},
                        "bias_initializer": {"type": "constant", "value": 0.5},
                    },
                ]
            },
            "input_shape": [4],
            "seed": 7,
            "options": {"dtype": "float32"},
        },
    },
}
"""Examples of ``POST /initialize``, as OpenAPI has them."""
