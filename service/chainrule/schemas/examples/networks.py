"""The chapter's own networks and numbers, which the examples share."""

from __future__ import annotations

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
