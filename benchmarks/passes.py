"""Asks what a `/backward` costs over bare NumPy: in our core, and over HTTP in each encoding.

One client, one worker, one BLAS thread, weights in the body of every request. The NumPy beside it is the few lines that
somebody would write by hand.
"""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import _calls
from benchmarks._networks import Perceptron, perceptron
from benchmarks._timing import print_table, side_by_side, time_of
from chainrule.calls import prepare_backward
from chainrule.core.limits import Limits
from tests.server import Server, started

NETWORKS = {
    "2-64-3, 300 samples": ((2, 64, 3), 300),
    "784-256-128-10, 64 samples": ((784, 256, 128, 10), 64),
    "784-256-128-10, 1024 samples": ((784, 256, 128, 10), 1024),
}


def callers(server: Server, network: Perceptron) -> dict[str, Callable[[], Any]]:
    """The ways to the same gradients, by name."""
    document = network.document()
    connection = http.client.HTTPConnection(server.host, server.port)

    def nothing() -> bytes:
        connection.request("GET", "/health/live")
        return connection.getresponse().read()

    return {
        "NumPy": network.by_hand,
        "core": lambda: prepare_backward(document, Limits()).compute(lambda: None),
        "safetensors": _calls.chainrule(network, "safetensors").to(server.port),
        "base64": _calls.chainrule(network, "base64").to(server.port),
        "JSON": _calls.chainrule(network, "json").to(server.port),
        "GET of nothing": nothing,
    }


def row(name: str, found: dict[str, float]) -> list[str]:
    """Write the times as multiples of NumPy's."""
    ratios = [f"{found[way] / found['NumPy']:.2f}" for way in ("core", "safetensors", "base64", "JSON")]
    return [name, time_of(found["NumPy"]), *ratios, time_of(found["JSON"]), time_of(found["GET of nothing"])]


def main() -> None:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for server in started(Path(folder), {"LOG_LEVEL": "info"}):
            for name, (sizes, samples) in NETWORKS.items():
                rows.append(row(name, side_by_side(callers(server, perceptron(sizes, samples)), seconds=4.0)))
    header = ["network", "NumPy", "core", "safetensors", "base64", "JSON", "JSON alone", "GET of nothing"]
    note = "core to JSON: times NumPy's. One client, one worker, one BLAS thread, float64, weights in every body."
    print_table("`/backward` over bare NumPy", header, rows, note)


if __name__ == "__main__":
    main()
