"""What the examples in docstrings find already there: a ``client``, answered without a service."""

import json
from typing import Any

import httpx
import pytest

from chainrule_client import Client

FORWARD: dict[str, Any] = {"outputs": [[6.0]], "loss": None, "fused": False, "state": {}, "warnings": []}
GRADIENTS = {"weights": {"neuron": {"kernel": [[1.0], [-2.0], [3.0]], "bias": [1.0]}}, "inputs": [[-3.0, -1.0, 2.0]]}
SUMMARY = {
    "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1, "use_bias": True, "activation": "relu"}]},
    "layers": [
        {
            "name": "neuron",
            "type": "dense",
            "inputs": ["inputs"],
            "output_shape": [1, 1],
            "weights": {"kernel": [3, 1], "bias": [1]},
            "state": {},
            "parameters": 4,
        }
    ],
    "parameters": {"trainable": 4, "non_trainable": 0, "total": 4},
    "cost": {"forward_flops": 6, "backward_flops": 12, "weight_bytes": 32, "activation_bytes": 8},
}
CHECK = {
    "tensor": "/weights/neuron/kernel",
    "checked": 3,
    "largest_difference": 2e-11,
    "largest_gradient": 3.0,
    "at": [2, 0],
    "passed": True,
}
LEAF: dict[str, Any] = {"layer": "neuron", "operands": []}
NODES = [
    LEAF | {"id": 0, "operation": "input", "label": "x[0]", "sample": 0, "value": 1.0, "gradient": -3.0},
    LEAF | {"id": 1, "operation": "weight", "label": "w[0]", "sample": None, "value": -3.0, "gradient": 1.0},
    {
        "id": 2,
        "operation": "multiply",
        "label": "x[0]·w[0]",
        "layer": "neuron",
        "sample": 0,
        "value": -3.0,
        "gradient": 1.0,
        "operands": [
            {"id": 0, "local_derivative": -3.0, "contribution": -3.0},
            {"id": 1, "local_derivative": 1.0, "contribution": 1.0},
        ],
    },
]
DENSE = {
    "description": "Mixes the last axis.",
    "parameters": {"required": ["units"]},
    "weights": {"kernel": "(in, units)"},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "/forward": FORWARD,
    "/backward": FORWARD | {"gradients": GRADIENTS},
    "/summary": SUMMARY,
    "/initialize": {"weights": {"neuron": {"kernel": [[0.5], [-0.2], [0.9]], "bias": [0.0]}}, "state": {}},
    "/gradcheck": {"passed": True, "tensors": [CHECK]},
    "/jacobian": {"outputs": [[6.0]], "jacobian": [[[-3.0, -1.0, 2.0]]]},
    "/explain": {"nodes": NODES},
    "/catalog": {"layers": {"dense": DENSE}, "limits": {"layers": 1000}, "version": "0.1.0"},
}


def _neuron(request: httpx.Request) -> httpx.Response:
    answer = json.dumps(ANSWERS[request.url.path])
    return httpx.Response(200, content=answer, headers={"Content-Type": "application/json"})


@pytest.fixture(autouse=True)
def _doctest_client(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["client"] = Client(http_client=httpx.Client(transport=httpx.MockTransport(_neuron)))
