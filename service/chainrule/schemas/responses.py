"""What ``POST /forward`` and ``POST /backward`` give: the answers are made as plain trees, and described here."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chainrule.schemas.arrays import WireArray, WireDerivatives, WireTree


class Described(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(use_attribute_docstrings=True, arbitrary_types_allowed=True)


class Warned(Described):
    """Something that the caller should know about an answer that is right all the same."""

    code: str
    """What it is, as in ``double_softmax``."""
    detail: str
    """What happened, and what would be better."""
    pointer: str
    """Where in the request, as a JSON pointer."""


class Summarized(Described):
    """Five numbers for an array; of a gradient with K upstream gradients, lists of K numbers."""

    minimum: float | list[float]
    """The smallest entry."""
    maximum: float | list[float]
    """The largest entry."""
    mean: float | list[float]
    """The sum of the entries, divided by their number."""
    standard_deviation: float | list[float]
    """The root of the mean square distance from the mean."""
    zeros: int | list[int]
    """How many entries are exactly 0."""


class ForwardStatistics(Described):
    """Five numbers for each array of the forward pass."""

    activations: dict[str, Summarized]
    """Of each layer's output."""
    weights: dict[str, dict[str, Summarized]]
    """Of each weight."""


class ForwardResponse(Described):
    """The outputs and the loss."""

    outputs: WireArray
    """The last layer's output."""
    loss: WireArray | None
    """The loss, with penalties; one a position with the reduction ``none``; null where none was asked for."""
    data_loss: WireArray | None = None
    """The loss without penalties, if the network has regularizers."""
    regularization_loss: float | None = None
    """The penalties, if the network has regularizers."""
    loss_weight: float | None
    """The sum that a mean is divided by: with it and the reduction ``sum``, pieces of a batch combine exactly."""
    fused: bool
    """Whether the last layer and the loss were one step."""
    state: WireTree
    """What to send as ``state`` next time."""
    metrics: dict[str, float] | None = None
    """The figures that ``metrics`` asked for, by name."""
    activations: dict[str, WireArray] | None = None
    """Each layer's output."""
    sample_losses: WireArray | None = None
    """Each position's loss, times its weights."""
    statistics: ForwardStatistics | None = None
    """Five numbers for each array, without the arrays."""
    warnings: list[Warned]
    """What the caller should know."""


class AllGradients(Described):
    """The derivative of the loss (or of what the upstream gradient weighs) by everything that was sent.

    With K upstream gradients, every array has an axis of length K in front.
    """

    weights: WireTree
    """The tree that was sent as ``weights``: same names, same shapes."""
    inputs: WireDerivatives
    """The gradient at the batch, in its shape; null for integer inputs, and where it was not asked for."""


class Norms(Described):
    """How long gradients are."""

    layers: dict[str, dict[str, float | list[float]]]
    """L2 norm of the gradient of each weight; with K upstream gradients, lists of K numbers."""
    together: Annotated[float | list[float], Field(alias="global")]
    """L2 norm of all of them together."""


class SummarizedGradients(Described):
    """Five numbers for each gradient."""

    weights: dict[str, dict[str, Summarized]]
    """Of the gradient of each weight that was asked for."""
    inputs: Summarized | dict[str, Summarized | None] | None
    """Of the gradient at the batch, by name where the inputs have names."""


class BackwardStatistics(ForwardStatistics):
    """Five numbers for each array of both passes."""

    activation_gradients: dict[str, Summarized]
    """Of the gradient at each layer's output."""
    gradients: SummarizedGradients
    """Of what was asked for."""


class BackwardResponse(ForwardResponse):
    """The outputs, the loss and every gradient."""

    gradients: AllGradients
    """What was asked for."""
    activation_gradients: dict[str, WireArray] | None = None
    """The gradient at each layer's output; a last layer that was fused with the loss has none."""
    norms: Norms | None = None
    """Norms of the gradients of weights."""
    statistics: BackwardStatistics | None = None
    """Five numbers for each array, without the arrays."""
