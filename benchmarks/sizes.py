"""Asks how the time of a `/backward` grows with the size of its body, from 1 kB to 200 MB in each encoding.

Two square layers of the size that fills the body, 16 samples, one client, one worker, one BLAS thread. Given a path,
it also draws the times, as `make picture` does, which installs matplotlib for that.
"""

from __future__ import annotations

import sys
from bisect import bisect
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import _calls, _servers
from benchmarks._calls import ENCODINGS
from benchmarks._networks import Perceptron, perceptron
from benchmarks._timing import fastest, print_table, time_of
from chainrule.serving.process import keep_heap
from chainrule_client._types import Encoding

KB, MB = 10**3, 10**6

TARGETS = [1 * KB, 3 * KB, 10 * KB, 30 * KB, 100 * KB, 300 * KB, 1 * MB, 3 * MB, 10 * MB, 30 * MB, 100 * MB, 200 * MB]
SAMPLES = 16

LIMITS = {"MAX_BODY_BYTES": 2**28, "MAX_PARAMETERS": 10**8, "MAX_ACTIVATIONS": 10**8, "MAX_UNSENT_BYTES": 2**30}
"""Of the service, raised as far as the largest body needs."""

BYTES: dict[Encoding, float] = {"safetensors": 8, "base64": 32 / 3, "json": 21}
"""That a number takes."""

Curves = dict[Encoding, list[tuple[int, float]]]
"""Bytes and seconds."""


def filling(target: int, encoding: Encoding) -> Perceptron:
    """Make the largest network whose body has about so many bytes: half a kilobyte says what it is."""

    def estimate(size: int) -> int:
        return 500 + int(BYTES[encoding] * (2 * size + SAMPLES) * (size + 1))

    size = max(bisect(range(10_000), target, key=estimate) - 1, 2)
    return perceptron((size, size, size), SAMPLES)


def measure(port: int) -> Curves:
    """Time all sizes in all encodings."""
    measured: Curves = {encoding: [] for encoding in ENCODINGS}
    for target in TARGETS:
        calls = {encoding: _calls.chainrule(filling(target, encoding), encoding) for encoding in ENCODINGS}
        found = fastest({encoding: call.to(port) for encoding, call in calls.items()})
        for encoding, call in calls.items():
            measured[encoding].append((len(call.body), found[encoding]))
    return measured


def exponent(points: list[tuple[int, float]]) -> float:
    """Fit the power of the size that the time grows with, from 1 MB on; 1 is a straight line."""
    sizes, seconds = np.log([point for point in points if point[0] > 0.9 * MB]).T
    return float(np.polyfit(sizes, seconds, 1)[0])


def label(target: int) -> str:
    """Write a size."""
    return f"{target // MB} MB" if target >= MB else f"{target // KB} kB"


def main(*paths: str) -> None:
    """Print the table, and draw a picture if it is asked for."""
    keep_heap()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        measured = measure(stack.enter_context(_servers.chainrule(folder, **LIMITS)).port)
    rows = [
        [label(target), *(time_of(points[at][1]) for points in measured.values())] for at, target in enumerate(TARGETS)
    ]
    rows.append(["exponent", *(f"{exponent(points):.2f}" for points in measured.values())])
    note = "The shortest of each. The exponent is that of a power of the size, fitted from 1 MB on."
    print_table("`/backward` by the size of its body", ["body", *ENCODINGS.values()], rows, note)
    for path in paths:
        from benchmarks._drawing import draw  # noqa: PLC0415 (only where matplotlib is)

        lines = {ENCODINGS[encoding]: points for encoding, points in measured.items()}
        draw(lines, "Time of /backward against the size of its body", Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
