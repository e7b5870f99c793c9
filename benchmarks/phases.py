"""Asks where the time of a `/backward` over HTTP goes: what `Server-Timing` says, and what is left for the way."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from benchmarks._networks import Perceptron, perceptron
from benchmarks._timing import print_table
from benchmarks.passes import NETWORKS
from chainrule.api.timing import Phase
from chainrule.codec import JSON, SAFETENSORS
from chainrule_client._encodings import encode  # the client as it sends, without its HTTP library
from chainrule_client._types import Encoding
from tests.server import Server, started

SECONDS = 3.0
FASTEST = 10
"""One of so many requests counts: other work on the machine disturbs the fastest least."""

Times = dict[str, float]
"""Milliseconds by phase."""


def posting(server: Server, network: Perceptron, encoding: Encoding) -> Callable[[], Times]:
    """Post one request again and again, and say where the time went."""
    options = {"encoding": "base64"} if encoding == "base64" else {}
    body = encode({**network.document(), "options": options}, encoding)
    headers = {"Content-Type": SAFETENSORS if encoding == "safetensors" else JSON}
    connection = http.client.HTTPConnection(server.host, server.port)

    def post() -> Times:
        start = time.perf_counter()
        connection.request("POST", "/backward", body, headers)
        response = connection.getresponse()
        response.read()
        whole = 1000 * (time.perf_counter() - start)
        phases = (one.split(";dur=") for one in response.headers["Server-Timing"].split(", "))
        times = {name: float(milliseconds) for name, milliseconds in phases}
        return {**times, "rest": whole - sum(times.values()), "whole": whole}

    return post


def fastest(post: Callable[[], Times]) -> Times:
    """Average each phase over the fastest requests."""
    deadline, taken = time.perf_counter() + SECONDS, [post() for _ in range(FASTEST)]
    while time.perf_counter() < deadline:
        taken.append(post())
    taken.sort(key=lambda times: times["whole"])
    counted = taken[: len(taken) // FASTEST]
    return {name: statistics.mean(times[name] for times in counted) for name in counted[0]}


def main() -> None:
    """Print the table."""
    columns, rows = [*get_args(Phase), "rest", "whole"], []
    with tempfile.TemporaryDirectory() as folder:
        for server in started(Path(folder), {"LOG_LEVEL": "info"}):
            for name, (sizes, samples) in NETWORKS.items():
                for encoding in get_args(Encoding):
                    found = fastest(posting(server, perceptron(sizes, samples), encoding))
                    rows.append([f"{name}, {encoding}", *(f"{found[column]:.2f}" for column in columns)])
    note = (
        "Milliseconds. The rest is the way there and back, HTTP on both sides, and what every request passes through."
    )
    print_table("Where the time of `/backward` goes", ["request", *columns], rows, note)


if __name__ == "__main__":
    main()
