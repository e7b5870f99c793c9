"""What ``forward`` and ``backward`` give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule_client._results.answer import Answer, NumberOrArray
from chainrule_client._types import Array


@dataclass(frozen=True, slots=True)
class ServiceWarning:
    """Something that the service did as asked, and that is seldom meant."""

    code: str
    """For example ``double_softmax``."""
    detail: str
    pointer: str | None = None
    """JSON pointer to the place in the request."""


@dataclass(frozen=True, slots=True, eq=False)
class Norms:
    """L2 norms of the gradients; arrays of K numbers with K upstream gradients."""

    layers: Mapping[str, Mapping[str, NumberOrArray]]
    """``{layer: {weight: norm}}``."""
    global_norm: NumberOrArray
    """Of all weight gradients together (``global`` in the answer, a word that Python keeps for itself)."""


@dataclass(frozen=True, slots=True, eq=False)
class ArrayStatistics:
    """Five numbers for one array; arrays of K numbers for a gradient with K upstream gradients."""

    minimum: NumberOrArray
    maximum: NumberOrArray
    mean: NumberOrArray
    standard_deviation: NumberOrArray
    """Divided by the number of entries, not by one less."""
    zeros: NumberOrArray
    """How many entries are exactly 0."""


@dataclass(frozen=True, slots=True, eq=False)
class GradientStatistics:
    """Statistics of each gradient, in the form of `Gradients`."""

    weights: Mapping[str, Mapping[str, ArrayStatistics]]
    inputs: ArrayStatistics | Mapping[str, ArrayStatistics | None] | None


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Statistics of every activation, weight and gradient, without the arrays (``include=["statistics"]``)."""

    activations: Mapping[str, ArrayStatistics]
    weights: Mapping[str, Mapping[str, ArrayStatistics]]
    activation_gradients: Mapping[str, ArrayStatistics]
    """Empty in a `Forward`."""
    gradients: GradientStatistics | None
    """None in a `Forward`."""


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """The derivative of the loss, or of what `output_gradients` stand for, by everything that was asked for.

    With K upstream gradients every array has an axis of length K in front.
    """

    weights: Mapping[str, Mapping[str, Array]]
    """``{layer: {weight: array}}``, the tree that was sent as ``weights``: ready for ``w - rate * g``."""
    inputs: Array | Mapping[str, Array | None] | None
    """Of the shape of ``inputs``; a mapping for a network of several; None for integer inputs or if not asked for."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Forward(Answer):
    """The answer of ``forward``."""

    outputs: Array
    """What the last layer gives, one row a sample."""
    loss: NumberOrArray | None
    """A number; an array with one loss a sample if ``reduction`` is ``none``; None if no loss was asked for."""
    fused: bool
    """Whether the last activation and the loss were taken as one step."""
    state: Mapping[str, Mapping[str, Array]]
    """What to send as ``state`` the next time: batch normalization's running statistics."""
    warnings: tuple[ServiceWarning, ...]
    metrics: Mapping[str, float] = field(default_factory=dict)
    activations: Mapping[str, Array] = field(default_factory=dict)
    """Each layer's output, with ``include=["activations"]``."""
    sample_losses: Array | None = None
    """One loss a position, with ``include=["sample_losses"]``."""
    statistics: Statistics | None = None
    """With ``include=["statistics"]``."""
    loss_weight: float | None = None
    """What a mean is divided by: with it and ``reduction="sum"``, pieces of a batch combine exactly."""
    data_loss: NumberOrArray | None = None
    """The loss without the penalties, where layers have regularizers."""
    regularization_loss: float | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Backward(Forward):
    """The answer of ``backward``: all that `Forward` has, for the same request the same bits, and the gradients."""

    gradients: Gradients
    activation_gradients: Mapping[str, Array] = field(default_factory=dict)
    """The gradient at each layer's output, with ``include=["activation_gradients"]``."""
    norms: Norms | None = None
    """With ``include=["norms"]``."""
