"""What it takes to say a loss scalar by scalar: its value at one position, and how positions become one number.

A position is what a loss has one value for: one sample of an output ``(N, C)``. The targets of all losses are read as
tables of numbers in the outputs' shape: the target, the weight of each logarithm, or the weights of yes and of no.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape
from chainrule.core.explain.form import NotExplainable
from chainrule.core.explain.graph import Graph, Pen, Place, Scalars
from chainrule.core.explain.labels import indexed
from chainrule.core.loss import Loss, position_factors
from chainrule.core.losses.class_targets import Distributions, Labels
from chainrule.core.objective import Objective

Rows = tuple[Array, ...]
"""One row of each table of targets."""


@dataclass(frozen=True, slots=True)
class Position:
    """One row of outputs and what it is compared with."""

    pen: Pen
    outputs: Sequence[int]
    targets: Rows
    pointers: Sequence[str | None]
    """Where each target stands in the request, if it stands there as it is used."""
    fused: bool
    """Whether the loss is one step with the last layer: then nothing is clipped."""

    def value(self, node: int) -> float:
        """Give the value of a node."""
        return float(self.pen.graph.nodes[node].value)

    def operand(self, node: int, at: int) -> int:
        """Give an operand of a node."""
        return self.pen.graph.nodes[node].operands[at]

    def target(self, at: int, table: int = 0, label: str = "t") -> int:
        """Write a target."""
        pen = self.pen
        where = self.pointers[at] if table == 0 else None
        label = indexed(label, (at,) if len(self.outputs) > 1 else ())
        return pen.graph.leaf("target", self.targets[table][at], label, pen.place, where)

    def weighted(self, log: int, at: int, table: int = 0, label: str = "t") -> int:
        """Multiply by a target; one that is 1 changes nothing, and is not written."""
        if self.targets[table][at] == 1:
            return log
        return self.pen.apply("multiply", self.target(at, table, label), log)


def count_weighted(row: Array, each: int) -> int:
    """Count the terms of a sum with these weights: so many operations each, the products, and the sum."""
    used = int(np.count_nonzero(row))
    return used * each + int(((row != 0) & (row != 1)).sum()) + (used > 1)


@singledispatch
def count_position(loss: Loss, targets: Rows, *, fused: bool) -> int:
    """Count the operations that the value at one position takes at the most.

    Raises
    ------
    NotExplainable
        If the loss cannot be said scalar by scalar.
    """
    raise NotExplainable(loss.type)


@singledispatch
def explain_position(loss: Loss, position: Position) -> int:
    """Write the value at one position, class weights in it.

    Raises
    ------
    NotExplainable
        If the loss cannot be said scalar by scalar.
    """
    raise NotExplainable(loss.type)


def count_loss(objective: Objective, shape: Shape) -> int:
    """Count the operations of a loss on outputs of this shape, at the most."""
    loss, positions = objective.loss, _Positions(objective, shape)
    values = sum(count_position(loss, rows, fused=objective.fused) for _, rows in positions)
    if positions.alike:
        return values + 1
    return values + sum(factor != 1 for factor in positions.kept_factors()) + 1 + (loss.reduction == "mean")


def explain_loss(objective: Objective, graph: Graph, outputs: Scalars, sent: NDArray[Any], divisor: float) -> int:
    """Write the loss of a batch.

    Parameters
    ----------
    outputs
        The nodes of the network's outputs.
    sent
        The targets as they stand in the request.
    divisor
        What a mean is divided by.
    """
    positions = _Positions(objective, outputs.shape)
    values = {}
    for index, rows in positions:
        pen = Pen(graph, Place(sample=int(index[0])))
        row = outputs[index].tolist()
        at = Position(pen, row, rows, _pointers(sent, outputs.shape, index, rows[0]), objective.fused)
        values[index] = explain_position(objective.loss, at)
        graph.nodes[values[index]].label = indexed("L", index[1:])
    return _reduced(objective, graph, positions, values, divisor)


class _Positions:
    """The positions that count, each with its rows of targets and its factor."""

    def __init__(self, objective: Objective, shape: Shape) -> None:
        loss, targets, weights = objective.loss, objective.targets, objective.sample_weights
        kept = loss.kept(targets)
        self.tables = _tables(targets, shape)
        self.factors = position_factors(kept, weights, np.ones(shape[:-1], self.tables[0].dtype))
        self.kept = np.ones(shape[:-1]) if kept is None else kept
        self.alike = kept is None and weights is None and loss.class_factors(targets) is None
        """Whether the loss is a plain mean or sum."""

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Rows]]:
        for index in np.ndindex(self.kept.shape):
            if self.kept[index]:
                yield index, tuple(table[index] for table in self.tables)

    def kept_factors(self) -> list[float]:
        """Give what each of them counts."""
        return [float(self.factors[index]) for index, _ in self]


def _tables(targets: Any, shape: Shape) -> Rows:
    if isinstance(targets, Labels | Distributions):
        dtype = targets.spike.dtype if isinstance(targets, Labels) else targets.q.dtype
        return (targets.scaled(np.ones(shape[:-1], dtype), shape),)
    return targets if isinstance(targets, tuple) else (targets,)


def _pointers(sent: NDArray[Any], shape: Shape, index: tuple[int, ...], row: Array) -> list[str | None]:
    """Point at the targets that are used as they were sent: smoothed ones, or those of labels, stand nowhere."""
    if sent.shape != shape:
        return [None] * len(row)
    return [
        "/".join(map(str, ("/batch/targets", *index, at))) if sent[index][at] == one else None
        for at, one in enumerate(row)
    ]


def _reduced(
    objective: Objective, graph: Graph, positions: _Positions, values: dict[tuple[int, ...], int], divisor: float
) -> int:
    """Add the positions up, or average them, by their weights."""
    pen, mean = Pen(graph, Place()), objective.loss.reduction == "mean"
    if positions.alike:
        return pen.apply("mean" if mean else "sum", *values.values(), label="loss")
    weighted = [_counted(objective, graph, positions, index, value) for index, value in values.items()]
    total = pen.apply("sum", *weighted, label="Σ L" if mean else "loss")
    return pen.apply("divide", total, pen.constant(divisor), label="loss") if mean else total


def _counted(objective: Objective, graph: Graph, positions: _Positions, index: tuple[int, ...], value: int) -> int:
    """Multiply the value at a position by its sample's weight, or its own."""
    if positions.factors[index] == 1:
        return value
    pen = Pen(graph, Place(sample=int(index[0])))
    assert objective.sample_weights is not None  # kept positions have no other factor
    where = "/".join(map(str, index[: objective.sample_weights.ndim]))
    weight = pen.constant(positions.factors[index], label="weight", pointer=f"/batch/sample_weights/{where}")
    return pen.apply("multiply", weight, value)
