"""Asks what it gains to compute a large batch in parts, on as many threads as there are cores.

Beside it, the same in one piece on one thread, with the heap kept as the service keeps it. Answers are equal.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks._networks import perceptron
from benchmarks._timing import fastest, print_table, time_of
from chainrule.calls import Document, prepare_backward
from chainrule.core import shards
from chainrule.core.limits import Limits
from chainrule.core.passes import Batch
from chainrule.cores import available_cores
from chainrule.serving.process import keep_heap

SIZES = (784, 256, 128, 10)
SAMPLES = (1_024, 4_096, 16_384, 65_536)


def computing(document: Document, threads: int) -> Callable[[], Document]:
    """Make what computes an answer."""
    limits = Limits(activations=10**9, flops=10**13, threads=threads)
    return lambda: prepare_backward(document, limits).compute(lambda: None)


def in_one_piece(document: Document) -> Callable[[], Document]:
    """Make what computes an answer without parts."""
    compute = computing(document, 1)

    def whole() -> Document:
        with patch.object(shards, "plan", lambda batch, _: [slice(0, len(batch.inputs[0]))]):
            return compute()

    return whole


def count_parts(document: Document) -> int:
    """Count the parts that the batch is cut into."""
    counted: list[int] = []
    plan = shards.plan

    def watched(batch: Batch, asked: Any) -> list[slice]:
        parts = plan(batch, asked)
        counted.append(len(parts))
        return parts

    with patch.object(shards, "plan", watched):
        computing(document, 1)()
    return counted[0]


def peak(compute: Callable[[], Any]) -> int:
    """Count the bytes that it has at most, beside what was there before."""
    tracemalloc.start()
    try:
        compute()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def assert_equal(found: Any, expected: Any) -> None:
    """Hold two answers against each other."""
    if isinstance(expected, Mapping):
        for name, one in expected.items():
            assert_equal(found[name], one)
    elif isinstance(expected, np.ndarray):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * float(np.abs(expected).max()))


def row(samples: int, cores: int) -> list[str]:
    """Measure one size of the batch."""
    document = perceptron(SIZES, samples).document()
    ways = {"whole": in_one_piece(document), "one": computing(document, 1), "all": computing(document, cores)}
    assert_equal(ways["all"](), ways["whole"]())
    found = fastest(ways, seconds=3.0)
    memory = peak(ways["all"]) / peak(ways["whole"])
    ratios = [f"{found[way] / found['whole']:.2f}" for way in ("one", "all")]
    return [f"{samples:,}", time_of(found["whole"]), str(count_parts(document)), *ratios, f"{memory:.2f}"]


def main() -> None:
    """Print the table."""
    keep_heap()
    cores = available_cores()
    rows = [row(samples, cores) for samples in SAMPLES]
    header = ["samples", "in one piece", "parts", "on one thread", f"on {cores} threads", "memory"]
    note = "Times and memory over those in one piece on one thread. Dense 784-256-128-10, float64, in the core."
    print_table("A large batch in parts", header, rows, note)


if __name__ == "__main__":
    main()
