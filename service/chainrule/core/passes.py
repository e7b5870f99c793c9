"""A batch through a network: forward, its loss, and backward, with all that these read in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core import engine
from chainrule.core.arrays import Array, Weights
from chainrule.core.engine import Asked, Backward
from chainrule.core.layer import Run
from chainrule.core.loss import Reduced
from chainrule.core.network import Network
from chainrule.core.objective import Evaluated, Objective, evaluate, start
from chainrule.errors import Proceed


@dataclass(frozen=True, slots=True)
class Batch:
    """What a network computes with. Everything in it has the samples in front, but weights and state."""

    network: Network
    inputs: Sequence[Array]
    weights: Sequence[Weights]
    runs: Sequence[Run]
    dtype: np.dtype[Any]
    """The type that everything is computed in."""
    objective: Objective | None = None
    """The loss with its targets."""
    upstreams: Array | None = None
    """Where no loss starts the chain, the K gradients at the outputs that do, ``(K, *outputs)``."""

    @property
    def starts(self) -> int:
        """How many gradients the chain starts with: K, or the loss's one."""
        return 1 if self.upstreams is None else len(self.upstreams)

    def some(self, rows: slice) -> Batch:
        """Give some of its samples. Random bits are those of their places in the whole."""
        return replace(
            self,
            inputs=[one[rows] for one in self.inputs],
            runs=[replace(run, bits=run.bits.after(rows.start)) for run in self.runs],
            objective=None if self.objective is None else self.objective.some(rows),
            upstreams=None if self.upstreams is None else self.upstreams[:, rows],
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What the passes leave."""

    values: Mapping[int, Array]
    """The outputs, and those of the network's other values that somebody reads."""
    states: Mapping[int, Weights]
    """The new state of each node that has one."""
    reduced: Reduced | None
    """The loss, if there is one."""
    noticed: int
    """How many outputs the caller should be warned of."""
    gradients: Backward
    """Empty if no backward pass was asked for."""


def forward(batch: Batch, proceed: Proceed) -> tuple[engine.Forward, Evaluated | None]:
    """Compute the outputs and their loss."""
    passed = engine.forward(batch.network, batch.inputs, batch.weights, batch.runs, proceed)
    return passed, None if batch.objective is None else evaluate(batch.objective, batch.network, passed)


def run(batch: Batch, asked: Asked | None, read: Sequence[int], proceed: Proceed) -> Result:
    """Run the passes over the batch as a whole.

    Parameters
    ----------
    asked
        The gradients that somebody reads; None is no backward pass.
    read
        The values that somebody reads.
    """
    passed, evaluated = forward(batch, proceed)
    gradients = Backward({}, {})
    if asked is not None:
        begin = _begin(batch, evaluated)
        gradients = engine.backward(batch.network, passed, begin, batch.weights, asked, proceed)
    reduced, noticed = (None, 0) if evaluated is None else (evaluated.reduced, evaluated.noticed)
    return Result({index: passed.values[index] for index in read}, passed.states, reduced, noticed, gradients)


def _begin(batch: Batch, evaluated: Evaluated | None) -> tuple[int, Array]:
    """Give the value at which the chain starts, and the gradients there, ``(K, *shape)``."""
    if batch.objective is not None and evaluated is not None:
        at, gradient = start(batch.objective, batch.network, evaluated)
        return at, gradient[np.newaxis]
    assert batch.upstreams is not None  # there is a loss, or else an upstream gradient
    return batch.network.nodes[-1].value, batch.upstreams
