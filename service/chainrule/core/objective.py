"""The loss of a batch and where the chain starts: fused with the last layer, or as a step of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, is_finite
from chainrule.core.engine import Forward
from chainrule.core.layer import Activation
from chainrule.core.loss import Evaluation, Loss, Reduced, Warned, divisor_of, position_factors, reduce
from chainrule.core.network import Network
from chainrule.errors import InputError


@dataclass(frozen=True, slots=True)
class Objective:
    """A loss, held against a network's output."""

    loss: Loss
    targets: Any
    """As ``loss.read_targets`` gave them."""
    sample_weights: Array | None
    fused: bool
    """Whether the last layer and the loss are one step."""
    divisor: float | None = None
    """What a mean is divided by; None where it follows from the targets and weights that are here."""

    def shared(self, network: Network, dtype: np.dtype[Any]) -> Objective:
        """Give the same with its divisor, which every part of the batch is to have."""
        positions = np.empty(network.output[:-1], dtype)
        factors = position_factors(self.loss.kept(self.targets), self.sample_weights, positions)
        return replace(self, divisor=divisor_of(self.loss, self.targets, factors))

    def some(self, rows: slice) -> Objective:
        """Give the same of some samples."""
        weights = None if self.sample_weights is None else self.sample_weights[rows]
        return replace(self, targets=self.loss.some_targets(self.targets, rows), sample_weights=weights)

    def warnings(self, network: Network, noticed: int) -> tuple[Warned, ...]:
        """Say what the caller should know about the loss, and about so many outputs that were noticed."""
        advice = self.loss.advice(last_activation(network))
        return (self.loss.warning(noticed), *advice) if noticed else advice


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The loss of a batch, and what its derivative needs."""

    reduced: Reduced
    grad: Array
    """The derivative of the loss by each position's value."""
    noticed: int
    """How many outputs the caller should be warned of."""
    cache: Any


def last_activation(network: Network) -> Activation | None:
    """Give the last operation's layer, if it is an activation."""
    layer = network.operations[-1].layer
    return layer if isinstance(layer, Activation) else None


def may_fuse(loss: Loss, network: Network) -> bool:
    """Whether the last layer and the loss have a shorter way together."""
    last = last_activation(network)
    return last is not None and loss.fuses(last, network.output)


def evaluate(objective: Objective, network: Network, passed: Forward) -> Evaluated:
    """Compute the loss of what the forward pass gave.

    Raises
    ------
    InputError
        ``non_finite_result`` if the loss is not finite, and what the loss refuses.
    """
    loss, outputs = objective.loss, passed.values[-1]
    evaluation: Evaluation
    if objective.fused:
        scores = passed.values[network.operations[-1].sources[0]]
        evaluation = loss.fused_forward(scores, outputs, objective.targets)
    else:
        evaluation = loss.forward(outputs, objective.targets)
    reduced, grad = reduce(loss, evaluation, objective.targets, objective.sample_weights, objective.divisor)
    check_finite(reduced)
    return Evaluated(reduced, grad, evaluation.noticed, evaluation.cache)


def check_finite(reduced: Reduced) -> None:
    """Refuse a loss that is not finite.

    Raises
    ------
    InputError
        ``non_finite_result``.
    """
    if not (is_finite(reduced.position_losses) and is_finite(reduced.loss) and math.isfinite(reduced.loss_weight)):
        detail = "the loss is not finite: the outputs, the targets or their weights are too large"
        raise InputError("non_finite_result", "/loss", detail)


def start(objective: Objective, network: Network, evaluated: Evaluated) -> tuple[int, Array]:
    """Give the value at which the chain starts, and the gradient there.

    Raises
    ------
    InputError
        ``non_finite_result`` if the gradient is not finite.
    """
    grad, cache = evaluated.grad, evaluated.cache
    if objective.fused:
        at, gradient = network.operations[-1].sources[0], objective.loss.fused_backward(grad, cache)
    else:
        at, gradient = network.nodes[-1].value, objective.loss.backward(grad, cache)
    if not is_finite(gradient):
        detail = "the gradient of the loss is not finite: the targets or their weights are too large"
        raise InputError("non_finite_result", "/loss", detail)
    return at, gradient
