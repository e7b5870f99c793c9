"""What ``POST /gradcheck`` takes and gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from chainrule.schemas.requests import BackwardRequest, Strict
from chainrule.schemas.responses import Described


class GradcheckSettings(Strict):
    """How to check gradients."""

    epsilon: PositiveFloat = 1e-5
    """How far each entry is moved to both sides."""
    samples: PositiveInt = 100
    """How many entries of each tensor are checked at the most."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 0
    """Which entries are chosen, where a tensor has more."""
    tolerance: NonNegativeFloat = 1e-6
    """How far the two derivatives may differ, as a share of the largest gradient (or of 1, if that is more)."""


class GradcheckRequest(BackwardRequest):
    """A ``/backward`` request, and how to check its gradients."""

    gradcheck: GradcheckSettings = Field(default_factory=GradcheckSettings)
    """How to check them."""


class CheckedTensor(Described):
    """The gradient of one weight or input, held against central differences."""

    tensor: str
    """Where it stands in the request, as a JSON pointer."""
    checked: int
    """How many of its entries were checked."""
    largest_difference: float
    """The largest difference between a gradient and its central difference."""
    largest_gradient: float
    """The size of the largest gradient among the entries that were checked."""
    at: list[int]
    """The entry with the largest difference."""
    passed: bool
    """Whether the largest difference is within the tolerance."""


class GradcheckResponse(Described):
    """Whether the gradients are right."""

    passed: bool
    """Whether all tensors passed."""
    tensors: list[CheckedTensor]
    """What was checked: weights in the order of the layers, then inputs."""
