"""What ``POST /forward`` and ``POST /backward`` give: the answers are made as plain trees, and described here."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chainrule.schemas.arrays import WireArray, WireArrays, WireTree


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
    warnings: list[Warned]
    """What the caller should know."""


class AllGradients(Described):
    """The derivative of the loss (or of what the upstream gradient weighs) by everything that was sent."""

    weights: WireTree
    """The tree that was sent as ``weights``: same names, same shapes."""
    inputs: WireArrays | None
    """The gradient at the batch, in its shape; null for integer inputs, and where it was not asked for."""


class Norms(Described):
    """How long gradients are."""

    layers: dict[str, dict[str, float]]
    """L2 norm of the gradient of each weight."""
    together: Annotated[float, Field(alias="global")]
    """L2 norm of all of them together."""


class BackwardResponse(ForwardResponse):
    """The outputs, the loss and every gradient."""

    gradients: AllGradients
    """What was asked for."""
    activation_gradients: dict[str, WireArray] | None = None
    """The gradient at each layer's output; a last layer that was fused with the loss has none."""
    norms: Norms | None = None
    """Norms of the gradients of weights."""
