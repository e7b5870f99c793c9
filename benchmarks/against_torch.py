"""Asks how long forward and backward take in our core, over PyTorch on the CPU: in one run, with one thread.

Both compute the same numbers, which is checked first: outputs, loss, and the gradients of every weight and of the
inputs. PyTorch has its arrays in its own layouts, and its images in both of them, of which the faster counts. Making
a module is left out, and so is reading a request.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
from typing import Any

import numpy as np

from benchmarks._cases import CASES, Case
from benchmarks._timing import fastest, print_table, time_of
from chainrule.calls import prepare_backward
from chainrule.core.limits import Limits
from chainrule.serving.process import keep_heap
from tests.tolerances import assert_close


def ratio(case: Case, dtype: str) -> tuple[float, float]:
    """Measure a case: our seconds, and how many times PyTorch's they are."""
    from benchmarks._torch import ways  # noqa: PLC0415 (only where PyTorch is)

    document = case.document(dtype)
    job = prepare_backward(document, Limits())
    theirs = {f"PyTorch {index}": way for index, way in enumerate(ways(case, document))}
    for way in theirs.values():
        check(document, job.compute(lambda: None), way.in_our_layout())
    functions: dict[str, Any] = {"ours": lambda: job.compute(lambda: None)}
    found = fastest(functions | {name: way.compute for name, way in theirs.items()})
    ours = found.pop("ours")
    return ours, ours / min(found.values())


def check(document: dict[str, Any], ours: dict[str, Any], theirs: Any) -> None:
    """Compare all that was computed, by the tolerances of the conformance suite."""
    found = ours["gradients"]["weights"]
    weights = [found[layer][name] for layer, named in document["weights"].items() for name in named]
    pairs = [(ours["outputs"], theirs.outputs), *zip(weights, theirs.weights, strict=True)]
    pairs += [(ours["loss"], theirs.loss)] if theirs.loss is not None else []
    pairs += [(ours["gradients"]["inputs"], theirs.inputs)] if theirs.inputs is not None else []
    for got, wanted in pairs:
        assert np.asarray(got).dtype == wanted.dtype
        assert_close(got, wanted)


def main(*names: str) -> None:
    """Print the table, of all cases or of those named."""
    if importlib.util.find_spec("torch") is None:
        print("\nPyTorch is not installed here: the comparison with it is left out")
        return
    from benchmarks._torch import one_thread, version  # noqa: PLC0415 (as above)

    keep_heap()
    one_thread()
    rows: list[list[str]] = []
    ratios: dict[str, list[float]] = {"float64": [], "float32": []}
    for case in CASES:
        if names and case.name not in names:
            continue
        row = [case.name]
        for dtype, found in ratios.items():
            seconds, times = ratio(case, dtype)
            found.append(times)
            row += [time_of(seconds), f"{times:.2f}"]
        rows.append(row)
    means = [f"{statistics.geometric_mean(found):.2f}" for found in ratios.values()]
    rows.append(["geometric mean", "", means[0], "", means[1]])
    header = ["case", "float64", "over PyTorch", "float32", "over PyTorch"]
    print_table(
        "Forward and backward, over PyTorch", header, rows, f"{version()}, one thread, the fastest of many runs."
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
