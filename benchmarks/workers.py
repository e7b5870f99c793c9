"""Asks how much more two workers answer than one: requests a second of several clients, on the cores that there are.

Each client sends its next request when it has its answer. Clients take some of the cores themselves: a machine that
has others for them would show more. One BLAS thread a worker, weights in every body.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import _calls, _servers
from benchmarks._calls import ENCODINGS, Call
from benchmarks._networks import perceptron
from benchmarks._timing import print_table
from benchmarks.passes import NETWORKS
from chainrule.cores import available_cores
from chainrule.serving.process import keep_heap

CLIENTS, ROUNDS, SECONDS = 8, 4, 1.5


def throughput(call: Call, port: int) -> float:
    """Count the requests that a server answers in a second."""
    start = time.perf_counter()

    def ask(_: int) -> int:
        post, count = call.to(port), 0
        while time.perf_counter() < start + SECONDS:
            post()
            count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = sum(clients.map(ask, range(CLIENTS)))
    return answers / (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    keep_heap()
    rows = []
    with ExitStack() as stack:
        ports = []
        for workers in (1, 2):
            folder = Path(stack.enter_context(TemporaryDirectory()))
            ports.append(stack.enter_context(_servers.chainrule(folder, WORKERS=workers)).port)
        for network, (sizes, samples) in NETWORKS.items():
            for encoding, name in ENCODINGS.items():
                call = _calls.chainrule(perceptron(sizes, samples), encoding)
                rounds = [[throughput(call, port) for port in ports] for _ in range(ROUNDS)]
                one, two = map(max, zip(*rounds, strict=True))
                rows.append([network, name, f"{one:.0f}", f"{two:.0f}", f"{two / one:.2f}"])
    header = ["network", "body", "one worker", "two workers", "two over one"]
    cores = available_cores()
    note = f"Requests a second, the most of {ROUNDS} rounds. {CLIENTS} clients and the service share {cores} cores."
    print_table("`/backward` by two workers", header, rows, note)


if __name__ == "__main__":
    main()
