"""What the examples in docstrings find already there: a ``client``, answered without a service."""

import json
from typing import Any

import httpx
import pytest

from chainrule_client import Client

NEURON: dict[str, Any] = {"outputs": [[6.0]], "loss": None, "fused": False, "state": {}, "warnings": []}
GRADIENTS = {"weights": {"neuron": {"kernel": [[1.0], [-2.0], [3.0]], "bias": [1.0]}}, "inputs": [[-3.0, -1.0, 2.0]]}


def _neuron(request: httpx.Request) -> httpx.Response:
    answer = NEURON | ({"gradients": GRADIENTS} if request.url.path == "/backward" else {})
    return httpx.Response(200, content=json.dumps(answer), headers={"Content-Type": "application/json"})


@pytest.fixture(autouse=True)
def _doctest_client(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["client"] = Client(http_client=httpx.Client(transport=httpx.MockTransport(_neuron)))
