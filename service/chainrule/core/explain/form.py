"""What it takes to say a layer scalar by scalar: a count of its operations, and the operations themselves.

Both are functions that are found by the layer's class. An elementwise activation is one operation that goes by its
name, whatever its class, so that a new one is explained without another line; any other layer needs the two functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from chainrule.core.arrays import Shape
from chainrule.core.explain.graph import Graph, Pen, Place, Scalars
from chainrule.core.explain.labels import of_output
from chainrule.core.layer import Layer


class NotExplainable(Exception):  # noqa: N818 (a fact about a class; ``network`` turns it into an InputError)
    """Nobody has said this layer or loss scalar by scalar."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a layer's operations are written, and what they read."""

    graph: Graph
    name: str
    """The layer's name."""
    inputs: Sequence[Scalars]
    weights: Mapping[str, Scalars]

    def pen(self, index: Sequence[int]) -> Pen:
        """Write operations of this layer for the sample that an index begins with."""
        return Pen(self.graph, Place(self.name, int(index[0])))

    def each(self, operation: str, scalars: Scalars) -> Scalars:
        """Apply an operation of one operand to each node."""
        y = np.empty_like(scalars)
        for index in np.ndindex(y.shape):
            label = of_output("y", index, y.shape)
            y[index] = self.pen(index).apply(operation, int(scalars[index]), label=label)
        return y

    def known(self, operation: str, reads: Sequence[Scalars], values: Any, slopes: Sequence[Any]) -> Scalars:
        """Add an operation for each entry, whose values and derivatives are known as arrays."""
        y = np.empty_like(reads[0])
        for index in np.ndindex(y.shape):
            operands, own = [int(one[index]) for one in reads], [one[index] for one in slopes]
            label, place = of_output("y", index, y.shape), Place(self.name, index[0])
            y[index] = self.graph.add(operation, operands, values[index], own, label, place)
        return y


@singledispatch
def count_layer(layer: Layer, *shapes: Shape) -> int:
    """Count the operations of a layer that reads inputs of these shapes.

    Raises
    ------
    NotExplainable
        If the layer cannot be said scalar by scalar.
    """
    raise NotExplainable(layer.type)


@singledispatch
def explain_layer(layer: Layer, site: Site) -> Scalars:
    """Write the operations of a layer, and give the nodes of its output.

    Raises
    ------
    NotExplainable
        If the layer cannot be said scalar by scalar.
    """
    raise NotExplainable(layer.type)
