"""Counts the memory of a forward and a backward pass: what they must keep, and what they take at the most."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from benchmarks._cases import Case
from chainrule.core import engine
from chainrule.core.arrays import Array
from chainrule.core.layer import Run
from chainrule.core.objective import Objective, evaluate, start
from chainrule.schemas import BackwardRequest, parse


@dataclass(frozen=True)
class Memory:
    """Bytes."""

    kept: int
    """What backward must keep: inputs, weights, caches, outputs, and the gradients that are asked for."""
    peak: int
    """The most that there was at once."""

    @property
    def ratio(self) -> float:
        """How many times as much is taken as must be kept."""
        return self.peak / self.kept


def measure(case: Case, dtype: str) -> Memory:
    """Run a case, with every array of NumPy traced; a first run makes the tables that stay for good."""
    _measured(case, case.document(dtype), np.dtype(dtype))
    tracemalloc.start()
    try:
        return _measured(case, case.document(dtype), np.dtype(dtype))
    finally:
        tracemalloc.stop()


def _measured(case: Case, document: dict[str, Any], dtype: np.dtype[Any]) -> Memory:
    network, batch = case.network(), document["batch"]
    weights = [document["weights"].get(node.name, {}) for node in network.nodes]
    runs = [Run(bool(case.options.get("training")), document["state"].get(node.name, {})) for node in network.nodes]
    loss = parse(BackwardRequest, document).loss
    with engine.arithmetic():
        passed = engine.forward(network, [batch["inputs"]], weights, runs, _go_on)
        kept: list[Any] = [batch, weights, passed.values, passed.caches]
        at, gradient = network.nodes[-1].value, batch.get("output_gradients")
        if loss is not None:
            targets = loss.read_targets(batch["targets"], network.output, dtype)
            objective = Objective(loss, targets, None, fused=False)
            evaluated = evaluate(objective, network, passed)
            kept.append(evaluated.cache)
            at, gradient = start(objective, network, evaluated)
        buffers = dict(_buffers(kept))
        del kept
        found = engine.backward(network, passed, (at, gradient[np.newaxis]), weights, engine.Asked(), _go_on)
        buffers |= _buffers([found.weights, found.values])
    _, peak = tracemalloc.get_traced_memory()
    return Memory(sum(buffers.values()), peak)


def _go_on() -> None:
    """Let the computation go on."""


def _buffers(tree: Any) -> Iterator[tuple[int, int]]:
    """Find the memory under all arrays of a tree: where it is, and its bytes."""
    if isinstance(tree, np.ndarray):
        yield _buffer(tree)
    elif isinstance(tree, Mapping):
        yield from _buffers(list(tree.values()))
    elif is_dataclass(tree):
        yield from _buffers([getattr(tree, field.name) for field in fields(tree)])
    elif isinstance(tree, Sequence) and not isinstance(tree, str):
        for one in tree:
            yield from _buffers(one)


def _buffer(array: Array) -> tuple[int, int]:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.__array_interface__["data"][0], array.nbytes
