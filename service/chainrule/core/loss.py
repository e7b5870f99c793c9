"""What a loss is: a value for each position, its derivative, and the arithmetic that makes one number of them.

A position is what a loss has one value for: the output's shape without its last axis, ``(N,)`` for an output
``(N, C)``. A loss says its value and its gradient per position. Reduction, sample weights, class weights, ignored
positions and the normalization of weights are arithmetic on positions, and stand here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape, cast
from chainrule.core.examples import SCORES, VALUES, TargetExample
from chainrule.core.layer import Activation
from chainrule.core.part import Part
from chainrule.errors import InputError


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that the caller should know about an answer that is right all the same."""

    code: str
    detail: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A loss's value at each position, class weights in it."""

    values: Array
    cache: Any
    """Whatever ``backward`` needs."""
    noticed: int = 0
    """How many outputs the caller should be warned of: a number, which adds up over the parts of a batch."""


class Loss(Part):
    """A number that says how far outputs are from targets, and its derivative."""

    family: ClassVar[str] = "loss"
    examples: ClassVar[tuple[TargetExample, ...]] = (TargetExample(outputs=SCORES, targets=VALUES),)

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("sample_weight", "sample_weights"), 'send "sample_weights" in "batch"'),
        **dict.fromkeys(("size_average", "reduce"), 'say it by "reduction"'),
        "dtype": 'it holds for the whole network: say it in "options"',
    }
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "reduction": {
            "sum_over_batch_size": 'with "weight_normalization": "batch" it is "mean"',
            "mean_with_sample_weight": 'it is "mean"',
            "null": 'without a reduction it is "none"',
        },
    }

    reduction: Literal["mean", "sum", "none"] = "mean"
    """``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position."""
    weight_normalization: Literal["weights", "batch"] = "weights"
    """What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras)."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> Any:
        """Check the targets against the outputs' shape, and give them the form that ``forward`` reads.

        Raises
        ------
        InputError
            If they do not fit.
        """
        if targets.shape != outputs:
            raise InputError("shape_mismatch", "/batch/targets", _expected(outputs, targets.shape))
        return cast(targets, dtype, "batch", "targets")

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        """Compute the value at each position."""
        raise NotImplementedError

    def backward(self, grad: Array, cache: Any) -> Array:
        """Compute the gradient at the outputs, given the gradient at each position's value."""
        raise NotImplementedError

    def fuses(self, last: Activation, outputs: Shape) -> bool:
        """Whether this loss has a shorter way after this last layer, whose outputs have this shape."""
        return False

    def fused_forward(self, scores: Array, outputs: Array, targets: Any) -> Evaluation:
        """Compute the values from the last layer's input and output together: exact, never clipped."""
        raise NotImplementedError

    def fused_backward(self, grad: Array, cache: Any) -> Array:
        """Compute the gradient at the last layer's input, given the gradient at each position's value."""
        raise NotImplementedError

    def some_targets(self, targets: Any, rows: slice) -> Any:
        """Give the targets of some samples, in the form that ``forward`` reads."""
        return targets[rows]

    def kept(self, targets: Any) -> Array | None:
        """Say 1 for each position that counts and 0 for each ignored one, or None where all count."""
        return None

    def class_factors(self, targets: Any) -> Array | None:
        """Give each position's class weight, or None where all are 1."""
        return None

    def advice(self, last: Activation | None) -> tuple[Warned, ...]:
        """Warn of a last layer that hardly can be meant before this loss."""
        return ()

    def warning(self, noticed: int) -> Warned:
        """Warn of so many outputs, at least one, as an evaluation has noticed."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Reduced:
    """The values of all positions made one number."""

    loss: Array
    """One number, or with ``none`` one a position."""
    position_losses: Array
    """Each value times its weights, before the reduction."""
    loss_weight: float
    """What a mean is divided by."""


def reduce(
    loss: Loss, evaluation: Evaluation, targets: Any, sample_weights: Array | None, divisor: float | None = None
) -> tuple[Reduced, Array]:
    """Weigh the positions, and add them up as the loss's ``reduction`` says; and differentiate that by each position.

    Parameters
    ----------
    divisor
        What a mean is divided by, where these are some positions of a larger batch.

    Raises
    ------
    InputError
        ``all_targets_ignored`` where a mean has no position that counts.
    """
    factors = position_factors(loss.kept(targets), sample_weights, evaluation.values)
    if divisor is None:
        divisor = divisor_of(loss, targets, factors)
    if loss.reduction == "mean" and divisor == 0:
        raise _nothing_to_average(loss.kept(targets), sample_weights)
    position_losses = factors * evaluation.values
    grad = factors / divisor if loss.reduction == "mean" else factors
    return Reduced(total(loss, position_losses, divisor), position_losses, divisor), grad


def total(loss: Loss, position_losses: Array, divisor: float) -> Array:
    """Add up the losses of positions as the loss's ``reduction`` says."""
    if loss.reduction == "none":
        return position_losses
    added: Array = position_losses.sum()
    return added if loss.reduction == "sum" else added / divisor


def position_factors(kept: Array | None, sample_weights: Array | None, positions: Array) -> Array:
    """Multiply what each position counts: its sample's weight or its own, and 0 where it is ignored."""
    factors = np.ones_like(positions)
    if kept is not None:
        factors *= kept
    if sample_weights is not None:
        missing_axes = positions.ndim - sample_weights.ndim  # a sample's weight holds for all of its positions
        factors *= sample_weights.reshape(*sample_weights.shape, *(1,) * missing_axes)
    return factors


def divisor_of(loss: Loss, targets: Any, factors: Array) -> float:
    """Work out what a mean over positions is divided by, given what each of them counts."""
    if loss.weight_normalization == "batch":
        kept = loss.kept(targets)
        return float(factors.size if kept is None else kept.sum())
    classes = loss.class_factors(targets)
    return float((factors if classes is None else factors * classes).sum())


def _nothing_to_average(kept: Array | None, sample_weights: Array | None) -> InputError:
    if kept is not None and not kept.any():
        return InputError(
            "all_targets_ignored", "/batch/targets", "every target is ignored: a mean needs one that counts"
        )
    detail = "the weights add up to 0: a mean needs a position that counts"
    where = "/loss/class_weights" if sample_weights is None else "/batch/sample_weights"
    return InputError("all_targets_ignored", where, detail)


def check_sample_weights(sample_weights: NDArray[Any], outputs: Shape) -> None:
    """Refuse weights that are neither one a sample nor one a position.

    Raises
    ------
    InputError
        With the shapes that would fit.
    """
    positions = outputs[:-1]
    if sample_weights.shape not in ((outputs[0],), positions):
        fitting = f"({outputs[0]},)" if len(positions) == 1 else f"({outputs[0]},) or {positions}"
        detail = f"expected {fitting}, got {sample_weights.shape}"
        raise InputError("shape_mismatch", "/batch/sample_weights", detail)


def _expected(wanted: Shape, got: Shape) -> str:
    return f"expected the output's shape {wanted}, got {got}"
