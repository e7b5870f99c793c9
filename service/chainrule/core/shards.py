"""A large batch cut into parts, which several threads compute; the parts' gradients are added up.

Samples are independent of each other wherever every layer says so (``per_sample``). Then outputs and gradients at
inputs of a part are those of the whole, and gradients of weights are sums over the parts. Three things keep the same
request at the same bytes, on however many threads: where it is cut follows from the request alone, every part divides
by the divisor of the whole batch (there is never a mean of means), and sums are added up in a tree by position, not as
they arrive.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import reduce
from math import isqrt
from threading import Lock
from typing import TypeVar

import numpy as np

from chainrule.core import passes
from chainrule.core.arrays import Array, Weights, is_finite, size_of
from chainrule.core.engine import Asked, Backward, arithmetic
from chainrule.core.loss import Reduced, total
from chainrule.core.objective import check_finite
from chainrule.core.passes import Batch, Result
from chainrule.errors import InputError, Proceed

T = TypeVar("T")

WORK = 350_000_000
"""Floating-point operations that are worth a part where there is one; of n parts, each has to be worth n times as much.

A part costs an addition of all its gradients, and matrix products are faster with many rows. So a larger batch has
more parts, and larger ones.
"""

WORK_OF_A_STEP = 30_000_000
"""The least that a part has to compute in one step: with less, threads wait for each other between NumPy's calls."""

WORK_OF_A_NUMBER = 50
"""Floating-point operations of a matrix product that take as long as what is done to each number beside them."""

MOST = 16
"""Parts that a batch is cut into at most."""


def run(batch: Batch, asked: Asked | None, read: Sequence[int], threads: int, proceed: Proceed) -> Result:
    """Run the passes over a batch, in parts where that pays.

    Parameters
    ----------
    batch, asked, read
        As ``passes.run`` has them.
    threads
        How many parts may be computed at the same time.
    """
    parts = plan(batch, asked)
    if len(parts) > 1:
        try:
            return run_parts(batch, asked, read, parts, threads, proceed)
        except InputError:
            pass  # a part cannot say which layer is the first of the whole batch, and where: the whole says so below
    return passes.run(batch, asked, read, proceed)


def plan(batch: Batch, asked: Asked | None) -> list[slice]:
    """Say where to cut a batch: a function of the request alone, not of the machine."""
    network, samples = batch.network, len(batch.inputs[0])
    if not all(one.layer.per_sample(training=batch.runs[one.node].training) for one in network.operations):
        return [slice(0, samples)]
    work = _work(batch, asked)
    worth = min(isqrt(work // WORK), work // (network.steps * WORK_OF_A_STEP))
    most = max(min(worth, _room_for_sums(batch, asked), samples, MOST), 1)
    count = 1 << (most.bit_length() - 1)  # a power of two, which two or four threads can share out evenly
    rows = -(-samples // count)
    return [slice(start, start + rows) for start in range(0, samples, rows)]


def _work(batch: Batch, asked: Asked | None) -> int:
    """Count the operations, as many as those of a matrix product that take as long."""
    passes_over = 1 if asked is None else 1 + 2 * batch.starts
    return passes_over * batch.network.forward_flops + WORK_OF_A_NUMBER * batch.network.activations


def _room_for_sums(batch: Batch, asked: Asked | None) -> int:
    """Count the gradients of all weights that fit where the batch's activations would be: no more may be there."""
    parameters = sum(size_of(shape) for node in batch.network.nodes for shape in node.weights.values())
    return MOST if asked is None else batch.network.activations // max(batch.starts * parameters, 1)


def run_parts(
    batch: Batch, asked: Asked | None, read: Sequence[int], parts: Sequence[slice], threads: int, proceed: Proceed
) -> Result:
    """Run the passes over each part, and put the results together.

    Raises
    ------
    InputError
        What one of the parts raises, or ``non_finite_result`` where a sum over the parts is not finite.
    """
    if batch.objective is not None:
        batch = replace(batch, objective=batch.objective.shared(batch.network, batch.dtype))

    whole, sums = _Whole(batch), _Sums()

    def compute(rows: slice) -> Mapping[int, Weights]:
        with arithmetic():  # it holds for the thread in which it was begun
            result = passes.run(batch.some(rows), asked, read, proceed)
        whole.place(rows, result)
        return result.gradients.weights

    for gradients in _in_threads(compute, parts, threads):
        sums.add(gradients)
    return whole.result(sums.total())


class _Whole:
    """What a batch has a row of for each sample, as far as its parts have come."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._values: dict[int, Array] = {}
        self._gradients: dict[int, Array] = {}
        self._position_losses = np.empty(batch.network.output[:-1], batch.dtype)
        self._noticed = 0
        self._lock = Lock()

    def place(self, rows: slice, result: Result) -> None:
        """Copy the rows of a part to where they belong; called in the thread that has computed them."""
        for index, one in result.values.items():
            self._into(self._values, index, one, 0)[rows] = one
        for index, one in result.gradients.values.items():
            self._into(self._gradients, index, one, 1)[:, rows] = one
        if result.reduced is not None:
            self._position_losses[rows] = result.reduced.position_losses
        with self._lock:
            self._noticed += result.noticed

    def _into(self, arrays: dict[int, Array], index: int, part: Array, axis: int) -> Array:
        """Give the array of the whole batch; the first part says what it looks like."""
        with self._lock:
            if index not in arrays:
                shape = (*part.shape[:axis], len(self._batch.inputs[0]), *part.shape[axis + 1 :])
                arrays[index] = np.empty(shape, part.dtype)
            return arrays[index]

    def result(self, weights: Mapping[int, Weights]) -> Result:
        """Give the result of the whole batch, once all parts are here, with the sums of their gradients."""
        if not all(is_finite(one) for named in weights.values() for one in named.values()):
            raise InputError("non_finite_result", "", "a gradient is not finite")
        return Result(self._values, {}, self._reduced(), self._noticed, Backward(weights, self._gradients))

    def _reduced(self) -> Reduced | None:
        objective, losses = self._batch.objective, self._position_losses
        if objective is None:
            return None
        assert objective.divisor is not None  # ``run_parts`` asked for it
        reduced = Reduced(total(objective.loss, losses, objective.divisor), losses, objective.divisor)
        check_finite(reduced)
        return reduced


class _Sums:
    """Gradients of weights, added up in a tree: pairs of parts, then pairs of pairs, as soon as both are there."""

    def __init__(self) -> None:
        self._subtotals: list[tuple[int, Mapping[int, Weights]]] = []
        """The height of each subtree that is complete, and its sum; from the left, the highest first."""

    def add(self, gradients: Mapping[int, Weights]) -> None:
        """Add those of the next part."""
        height = 0
        while self._subtotals and self._subtotals[-1][0] == height:
            gradients = _added(self._subtotals.pop()[1], gradients)
            height += 1
        self._subtotals.append((height, gradients))

    def total(self) -> Mapping[int, Weights]:
        """Add up the subtrees that are left, from the right."""
        return reduce(lambda right, left: _added(left, right), (one for _, one in reversed(self._subtotals)))


def _added(left: Mapping[int, Weights], right: Mapping[int, Weights]) -> Mapping[int, Weights]:
    return {node: {name: one + right[node][name] for name, one in weights.items()} for node, weights in left.items()}


def _in_threads(compute: Callable[[slice], T], parts: Iterable[slice], threads: int) -> Iterator[T]:
    """Compute parts at the same time, and give their results in order; few of them wait to be fetched."""
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="shard") as pool:
        try:
            for part in parts:
                waiting.append(pool.submit(compute, part))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:  # where something was raised: what has not begun need not begin
                one.cancel()
