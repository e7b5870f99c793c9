"""The whole matrix of derivatives: each sample's outputs by its inputs, row by row from one forward pass.

An upstream gradient of 1 at one output and 0 elsewhere asks for one row. Samples do not depend on each other, so that
one row of every sample is asked for at once; rows are asked for in blocks, so that memory stays within bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from chainrule.core import engine
from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.engine import Asked, Forward
from chainrule.core.network import Network
from chainrule.errors import Proceed

BLOCK = 2**20
"""About how many numbers a backward pass may hold for all rows of a block."""

INPUTS_ALONE = Asked(inputs=True, nodes=())


def jacobians(network: Network, passed: Forward, weights: Sequence[Weights], proceed: Proceed) -> list[Array | None]:
    """Differentiate each sample's outputs with respect to its inputs.

    Parameters
    ----------
    network
        A network in which samples do not depend on each other.
    passed
        Its forward pass; the caches are kept.
    weights
        The weights of each node.
    proceed
        Called between layers; raises to stop.

    Returns
    -------
    list
        For each input ``(N, *output shape, *input shape)``, both shapes without the samples; None for whole numbers.

    Raises
    ------
    InputError
        ``non_finite_result``, naming the first layer (from the end) whose gradient is not finite.
    """
    inputs, outputs = passed.values[: len(network.inputs)], passed.values[-1]
    count = size_of(outputs.shape[1:])
    found = [
        None if index in network.integer_inputs else np.zeros((len(one), count, *one.shape[1:]), outputs.dtype)
        for index, one in enumerate(inputs)
    ]
    if all(one is None for one in found):
        return found
    for rows in _blocks(count, max(1, BLOCK // network.activations)):
        start = (network.nodes[-1].value, _ones_at(rows, outputs))
        gradients = engine.backward(network, passed.again(), start, weights, INPUTS_ALONE, proceed).values
        for index, one in enumerate(found):
            if one is not None and index in gradients:
                one[:, rows] = np.moveaxis(gradients[index], 0, 1)
    return [
        None if one is None else one.reshape(*outputs.shape, *shape.shape[1:])
        for one, shape in zip(found, inputs, strict=True)
    ]


def jacobian_shape(output: Shape, inputs: Shape) -> Shape:
    """Give the shape of the Jacobian of outputs by inputs, whose shapes have the samples in front."""
    return (*output, *inputs[1:])


def _blocks(count: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _ones_at(rows: slice, outputs: Array) -> Array:
    """Make the upstream gradients of these rows: 1 at one output of every sample, else 0."""
    upstream = np.zeros((rows.stop - rows.start, len(outputs), size_of(outputs.shape[1:])), outputs.dtype)
    upstream[np.arange(len(upstream)), :, np.arange(rows.start, rows.stop)] = 1
    return upstream.reshape(-1, *outputs.shape)
