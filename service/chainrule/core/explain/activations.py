"""Activations said scalar by scalar: one operation for each number, or the steps of a softmax."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.core.activations.identity import Identity
from chainrule.core.activations.prelu import PRelu
from chainrule.core.activations.softmax import AlongAxis, LogSoftmax, Softmax
from chainrule.core.arrays import Shape, size_of
from chainrule.core.explain.form import Site, count_layer, explain_layer
from chainrule.core.explain.graph import Pen, Scalars
from chainrule.core.explain.labels import of_output
from chainrule.core.layer import Activation, Elementwise


@count_layer.register(Elementwise)
@count_layer.register(Identity)
@count_layer.register(PRelu)
def _count_entries(layer: Activation, *shapes: Shape) -> int:
    return size_of(shapes[0])


@explain_layer.register
def _explain_elementwise(layer: Elementwise, site: Site) -> Scalars:
    (x,) = site.inputs
    values = site.graph.values(x)
    results = layer.value(values)
    return site.known(layer.names()[0], [x], results, [layer.slope(values, results)])


@explain_layer.register
def _explain_identity(layer: Identity, site: Site) -> Scalars:
    return site.each("identity", site.inputs[0])


@explain_layer.register
def _explain_prelu(layer: PRelu, site: Site) -> Scalars:
    (x,) = site.inputs
    alpha = np.broadcast_to(site.weights["alpha"], x.shape)
    values, slopes = site.graph.values(x), site.graph.values(alpha)
    below = np.minimum(values, 0)
    results = np.where(values > 0, values, slopes * values)
    return site.known("prelu", [x, alpha], results, [np.where(values > 0, 1, slopes), below])


def exponentials(pen: Pen, scores: Sequence[int]) -> tuple[list[int], list[int], int]:
    """Write ``exp(x - max x)`` of scores, and their sum.

    The largest score is a constant: what is subtracted from all of them changes neither the softmax nor, in the sum of
    all ways, any gradient; and no exponential overflows.
    """
    largest = pen.constant(max(pen.graph.nodes[one].value for one in scores), "max")
    shifted = [pen.apply("subtract", one, largest) for one in scores]
    powers = [pen.apply("exp", one) for one in shifted]
    return shifted, powers, pen.apply("sum", *powers, label="Σ exp")


def count_exponentials(count: int) -> int:
    """Count what ``exponentials`` writes."""
    return 2 * count + 1


@count_layer.register
def _count_softmax(layer: Softmax, *shapes: Shape) -> int:
    return _groups(layer, shapes[0]) * (count_exponentials(shapes[0][layer.axis]) + shapes[0][layer.axis])


@count_layer.register
def _count_log_softmax(layer: LogSoftmax, *shapes: Shape) -> int:
    return _groups(layer, shapes[0]) * (count_exponentials(shapes[0][layer.axis]) + 1 + shapes[0][layer.axis])


def _groups(layer: AlongAxis, shape: Shape) -> int:
    """Count the rows that each sum to 1."""
    return size_of(shape) // shape[layer.axis]


@explain_layer.register
def _explain_softmax(layer: Softmax, site: Site) -> Scalars:
    """Write an exponential for each score, their sum, and a quotient for each."""
    y = np.empty_like(site.inputs[0])
    for row, index in _rows(layer, site):
        pen = site.pen(index)
        _, powers, total = exponentials(pen, row)
        for at, power in enumerate(powers):
            place = _along(layer, index, at, y.ndim)
            y[place] = pen.apply("divide", power, total, label=of_output("p", place, y.shape))
    return y


@explain_layer.register
def _explain_log_softmax(layer: LogSoftmax, site: Site) -> Scalars:
    """Write what is left of each score without the logarithm of the exponentials' sum."""
    y = np.empty_like(site.inputs[0])
    for row, index in _rows(layer, site):
        pen = site.pen(index)
        shifted, _, total = exponentials(pen, row)
        log_total = pen.apply("log", total)
        for at, one in enumerate(shifted):
            place = _along(layer, index, at, y.ndim)
            y[place] = pen.apply("subtract", one, log_total, label="log " + of_output("p", place, y.shape))
    return y


def _rows(layer: AlongAxis, site: Site) -> list[tuple[list[int], tuple[int, ...]]]:
    """Give the scores that are divided among themselves, each row with its index in the other axes."""
    moved = np.moveaxis(site.inputs[0], layer.axis, -1)
    return [(moved[index].tolist(), index) for index in np.ndindex(moved.shape[:-1])]


def _along(layer: AlongAxis, index: tuple[int, ...], at: int, rank: int) -> tuple[int, ...]:
    axis = layer.axis % rank
    return (*index[:axis], at, *index[axis:])
