"""Derivatives without calculus: move one entry a little to both sides, and see how far the result moves.

``(f(x + epsilon) - f(x - epsilon)) / (2 · epsilon)``, with as many forward passes as there are sides. Dropout keeps its
mask, since it is a function of the seed. What comes before the entry's layer does not change, and is not computed anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.core import engine
from chainrule.core.arrays import Array, Weights
from chainrule.core.engine import Forward
from chainrule.core.layer import Run
from chainrule.core.network import Network
from chainrule.core.random_bits import RandomBits
from chainrule.errors import Proceed


class NoStep(Exception):  # noqa: N818 (a fact about two numbers; the call turns it into an InputError)
    """An ``epsilon`` that does not move a number, or moves it too far for the result to be a number."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A weight of a node, or one of the network's inputs."""

    index: int
    """The node, or the input."""
    name: str | None
    """The weight's name; None for an input."""


@dataclass(frozen=True, slots=True)
class Function:
    """One number as a function of a network's inputs and weights."""

    network: Network
    known: Sequence[Array]
    """The inputs and the outputs of all operations, where nothing is moved."""
    weights: Sequence[Weights]
    runs: Sequence[Run]
    number: Callable[[Forward, Sequence[Weights]], float]
    """Computes the number from a forward pass and the weights."""

    def of(self, tensor: Tensor) -> Array:
        """Give the array that the tensor stands for."""
        return self.known[tensor.index] if tensor.name is None else self.weights[tensor.index][tensor.name]

    def where(self, tensor: Tensor, array: Array, proceed: Proceed) -> float:
        """Compute the number where a tensor has these entries, beginning at the first operation that reads it."""
        known, weights = list(self.known[: len(self.network.inputs)]), list(self.weights)
        if tensor.name is None:
            known[tensor.index] = array
        else:
            first = next(at for at, one in enumerate(self.network.operations) if one.node == tensor.index)
            known += self.known[len(known) : len(known) + first]
            weights[tensor.index] = {**weights[tensor.index], tensor.name: array}
        return self.number(engine.forward(self.network, known, weights, self.runs, proceed), weights)


def central_differences(
    function: Function, tensor: Tensor, entries: Iterable[int], epsilon: float, proceed: Proceed
) -> NDArray[np.float64]:
    """Differentiate a function by some entries of a tensor.

    Parameters
    ----------
    function
        What to differentiate.
    tensor
        The weight or the input.
    entries
        Places in the flat tensor.
    epsilon
        How far an entry is moved to each side. The difference is divided by the distance of the two numbers that it
        was moved to, which is ``2 · epsilon`` up to rounding.
    proceed
        Called between layers; raises to stop.

    Returns
    -------
    ndarray
        One derivative for each of the entries.

    Raises
    ------
    NoStep
        If an entry is so large that it does not move, or a difference is not finite.
    InputError
        ``non_finite_result`` if the network computes something that is not finite on the way.
    """
    moved = function.of(tensor).copy()
    flat, slopes = moved.reshape(-1), []
    for entry in entries:
        middle = flat[entry]
        high, low = middle + epsilon, middle - epsilon
        if not high > low:
            raise NoStep(f"{epsilon} does not move {middle}")
        sides = []
        for flat[entry] in (high, low):
            sides.append(function.where(tensor, moved, proceed))
        flat[entry] = middle
        slope = (sides[0] - sides[1]) / float(high - low)
        if not math.isfinite(slope):
            raise NoStep(f"{epsilon} makes the difference more than a number can be")
        slopes.append(slope)
    return np.array(slopes)


def chosen_entries(size: int, samples: int, bits: RandomBits) -> NDArray[np.intp]:
    """Choose some places of a flat tensor, in their order: all of them if there are no more than ``samples``.

    Those with the smallest random words are chosen, so that the choice is the same on every machine.
    """
    if size <= samples:
        return np.arange(size)
    (words,) = bits.words(1, size)
    return np.sort(np.argpartition(words, samples)[:samples])
