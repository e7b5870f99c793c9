"""Asks how much faster softmax with cross-entropy is in one step than in two. The chapter says about 7 times.

Three ways to the same gradient: fused ``(p - y) / N``; two steps, the loss's gradient multiplied with the softmax's
Jacobian in its collapsed form; and the chapter's own loop, which builds the Jacobian of each sample as a matrix.
"""

from __future__ import annotations

import numpy as np

from benchmarks._timing import print_table, side_by_side, time_of
from chainrule.core.activations.softmax import Softmax
from chainrule.core.arrays import Array
from chainrule.core.layer import Run
from chainrule.core.losses.crossentropy import CategoricalCrossentropy


def ways(samples: int, classes: int) -> dict[str, float]:
    """Measure the three ways; they must agree."""
    random = np.random.default_rng(3)
    scores = random.normal(size=(samples, classes))
    loss, softmax = CategoricalCrossentropy(), Softmax()
    p = softmax.forward(scores, {}, Run()).output
    targets = loss.read_targets(random.integers(0, classes, samples).astype(float), p.shape, p.dtype)
    share = np.full(samples, 1 / samples)
    fused_cache = loss.fused_forward(scores, p, targets).cache
    cache = loss.forward(p, targets).cache

    def fused() -> Array:
        return loss.fused_backward(share, fused_cache)

    def two_steps() -> Array:
        (gradient,) = softmax.backward(loss.backward(share, cache), {}, p).inputs
        assert gradient is not None
        return gradient

    def jacobian_loop() -> Array:
        upstream, result = loss.backward(share, cache), np.empty_like(p)
        for index, (row, single) in enumerate(zip(p, upstream, strict=True)):
            column = row.reshape(-1, 1)
            result[index] = (np.diagflat(column) - column @ column.T) @ single
        return result

    np.testing.assert_allclose(two_steps(), fused(), atol=1e-12)
    np.testing.assert_allclose(jacobian_loop(), fused(), atol=1e-12)
    return side_by_side({"fused": fused, "two steps": two_steps, "loop": jacobian_loop}, seconds=1.0)


def main() -> None:
    """Print the table."""
    rows = []
    for samples, classes in ((3, 3), (100, 3), (300, 3), (3000, 3), (300, 100)):
        found = ways(samples, classes)
        two, loop = found["two steps"] / found["fused"], found["loop"] / found["fused"]
        rows.append([f"{samples} x {classes}", time_of(found["fused"]), f"{two:.1f}", f"{loop:.1f}"])
    header = ["samples x classes", "fused", "two steps / fused", "loop over Jacobians / fused"]
    print_table("Softmax and cross-entropy: one step or two", header, rows)


if __name__ == "__main__":
    main()
