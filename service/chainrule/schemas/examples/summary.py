"""Examples of ``POST /summary``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import SPIRAL

IMAGES = {
    "layers": [
        {"type": "conv2d", "name": "edges", "filters": 8, "kernel_size": 3, "activation": "relu"},
        {"type": "max_pooling2d"},
        {"type": "flatten"},
        {"type": "dense", "name": "scores", "units": 10},
    ]
}

SUMMARY: dict[str, dict[str, Any]] = {
    "classifier": {
        "summary": "A classifier, layer by layer",
        "description": "Every default filled in; the shape of each weight and output; what 300 samples cost.",
        "value": {"network": SPIRAL, "input_shape": [2], "batch_size": 300},
    },
    "images": {
        "summary": "A convolution of images, in float32",
        "description": "The shape is that of one sample: 28 x 28 pixels with one channel.",
        "value": {"network": IMAGES, "input_shape": [28, 28, 1], "batch_size": 64, "options": {"dtype": "float32"}},
    },
    "two_inputs": {
        "summary": "A network with two inputs",
        "description": "One shape for each input.",
        "value": {
            "network": {
                "inputs": ["left", "right"],
                "layers": [
                    {"type": "dense", "name": "a", "units": 3, "inputs": ["left"]},
                    {"type": "dense", "name": "b", "units": 3, "inputs": ["right"]},
                    {"type": "add", "inputs": ["a", "b"]},
                ],
            },
            "input_shape": {"left": [2], "right": [4]},
        },
    },
}
"""Examples of ``POST /summary``, as OpenAPI has them."""
