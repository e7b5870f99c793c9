"""A graph of scalar operations that grows in the order of computation, and the chain rule on it, node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, plain_zeros
from chainrule.core.explain.operations import OPERATIONS, Number

Scalars = NDArray[np.intp]
"""The nodes that make an array, in its shape, each by its number in the graph."""

FIXED = frozenset({"target", "constant"})
"""Leaves that nothing is differentiated by."""


class Place(NamedTuple):
    """To what a node belongs: a layer and a sample, or to none (the loss of a batch has neither)."""

    layer: str | None = None
    sample: int | None = None


@dataclass(slots=True)
class Node:
    """A scalar: a leaf, or an operation on earlier nodes."""

    operation: str
    label: str
    place: Place
    value: Number
    operands: tuple[int, ...] = ()
    slopes: tuple[Number | None, ...] = ()
    """The derivative by each operand; None by one that is fixed."""
    pointer: str | None = None
    """Where a leaf stands in the request."""

    @property
    def is_fixed(self) -> bool:
        """Whether it is a leaf that nothing is differentiated by."""
        return self.operation in FIXED


class Graph:
    """Nodes, each behind the nodes that it reads."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.nodes: list[Node] = []

    def leaf(self, kind: str, value: Any, label: str, place: Place, pointer: str | None = None) -> int:
        """Add a number that nothing computes."""
        self.nodes.append(Node(kind, label, place, self.dtype.type(value), pointer=pointer))
        return len(self.nodes) - 1

    def add(
        self, operation: str, operands: Sequence[int], value: Any, slopes: Sequence[Any], label: str, place: Place
    ) -> int:
        """Add an operation whose value and derivatives are known."""
        number = self.dtype.type
        kept = tuple(
            None if self.nodes[operand].is_fixed else number(slope)
            for operand, slope in zip(operands, slopes, strict=True)
        )
        self.nodes.append(Node(operation, label, place, number(value), tuple(map(int, operands)), kept))
        return len(self.nodes) - 1

    def values(self, scalars: Scalars) -> Array:
        """Give the values of nodes as an array."""
        flat = [self.nodes[one].value for one in scalars.ravel()]
        return np.array(flat, self.dtype).reshape(scalars.shape)

    def differentiate(self, start: Mapping[int, Number]) -> Array:
        """Walk back from where the chain starts: each node sends every operand its gradient times its derivative.

        Parameters
        ----------
        start
            The nodes at which the chain starts, with the gradient there.

        Returns
        -------
        The gradient of each node, which is the sum of what reached it.
        """
        gradients = np.zeros(len(self.nodes), self.dtype)
        for one, gradient in start.items():
            gradients[one] = gradient
        for index in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[index]
            for operand, slope in zip(node.operands, node.slopes, strict=True):
                if slope is not None:
                    gradients[operand] += gradients[index] * slope
        return plain_zeros(gradients)


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes nodes that belong to one place."""

    graph: Graph
    place: Place

    def apply(self, operation: str, *operands: int, label: str | None = None) -> int:
        """Add an operation of the table; without a label it is written with those of its operands."""
        row, nodes = OPERATIONS[operation], [self.graph.nodes[operand] for operand in operands]
        numbers = [node.value for node in nodes]
        value = row.value(*numbers)
        text = row.label.format(*(node.label for node in nodes)) if label is None else label
        return self.graph.add(operation, operands, value, row.slopes(value, *numbers), text, self.place)

    def constant(self, value: Any, label: str | None = None, pointer: str | None = None) -> int:
        """Add a number that is always the same, whatever the inputs and weights."""
        return self.graph.leaf("constant", value, f"{value:.6g}" if label is None else label, self.place, pointer)

    def total(self, terms: Sequence[int], label: str) -> int:
        """Add up terms: one alone stands for itself, and none are 0."""
        if not terms:
            return self.constant(0)
        return terms[0] if len(terms) == 1 else self.apply("sum", *terms, label=label)
