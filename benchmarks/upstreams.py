"""Asks what 16 upstream gradients cost in one request, over 16 requests with one each.

Gradients of the inputs alone, over HTTP in each encoding with weights in every body, one client, one worker, one BLAS
thread. In the core alone both have to send the same gradients through the same kernels: what is saved is the forward
pass, and over HTTP reading the weights again.
"""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._networks import perceptron
from benchmarks._timing import fastest, print_table, time_of
from chainrule.calls import prepare_backward
from chainrule.codec import JSON, SAFETENSORS
from chainrule.core.limits import Limits
from chainrule.errors import go_on
from chainrule_client._encodings import encode  # the client as it sends, without its HTTP library
from chainrule_client._types import Encoding
from tests.server import Server, started

SIZES = (784, 256, 128, 10)
COUNT = 16

Document = dict[str, Any]


def documents(samples: int) -> tuple[Document, list[Document]]:
    """One request with all of the upstream gradients, and one for each of them."""
    whole = perceptron(SIZES, samples).document()
    del whole["loss"]
    whole["options"] = {"wrt": ["inputs"]}
    upstream = np.random.default_rng(5).normal(size=(COUNT, samples, SIZES[-1]))
    inputs = whole["batch"]["inputs"]
    several = {**whole, "batch": {"inputs": inputs, "output_gradients": upstream}}
    return several, [{**whole, "batch": {"inputs": inputs, "output_gradients": one}} for one in upstream]


def posting(server: Server, requests: list[Document], encoding: Encoding) -> Callable[[], Any]:
    """A function that sends requests one after the other over one connection."""
    connection = http.client.HTTPConnection(server.host, server.port)
    form = {"encoding": "base64"} if encoding == "base64" else {}
    bodies = [encode({**one, "options": {**one["options"], **form}}, encoding) for one in requests]
    media = SAFETENSORS if encoding == "safetensors" else JSON

    def post() -> None:
        for body in bodies:
            connection.request("POST", "/backward", body, {"Content-Type": media})
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer[:500]

    return post


def computing(requests: list[Document]) -> Callable[[], Any]:
    """A function that computes requests without HTTP."""
    return lambda: [prepare_backward(one, Limits()).compute(go_on) for one in requests]


def ratios(server: Server, samples: int) -> list[str]:
    """Measure one batch size: a line of the table."""
    several, singles = documents(samples)
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {"core": (computing([several]), computing(singles))}
    encodings: tuple[Encoding, ...] = ("safetensors", "base64", "json")
    ways |= {one: (posting(server, [several], one), posting(server, singles, one)) for one in encodings}
    found = [fastest({"at once": at_once, "each": each}, seconds=4.0) for at_once, each in ways.values()]
    shares = [f"{one['at once'] / one['each']:.2f}" for one in found]
    return [str(samples), *shares, time_of(found[-1]["at once"]), time_of(found[-1]["each"])]


def main() -> None:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for server in started(Path(folder), {"LOG_LEVEL": "info"}):
            rows += [ratios(server, samples) for samples in (1, 16, 64)]
    name = "-".join(map(str, SIZES))
    header = ["samples", "core", "safetensors", "base64", "JSON", "JSON at once", f"{COUNT} in JSON"]
    note = f"Time of one request over that of {COUNT}. The shortest of each, gradients of the inputs alone, float64."
    print_table(f"{COUNT} upstream gradients at once: {name}", header, rows, note)


if __name__ == "__main__":
    main()
