"""What ``POST /jacobian`` takes and gives."""

from __future__ import annotations

from chainrule.schemas.arrays import WireArray, WireDerivatives
from chainrule.schemas.requests import RunRequest
from chainrule.schemas.responses import Described


class JacobianRequest(RunRequest):
    """A network, its weights and a batch: a ``/forward`` request that measures nothing."""


class JacobianResponse(Described):
    """The outputs, and how each of them depends on each input."""

    outputs: WireArray
    """The last layer's output."""
    jacobian: WireDerivatives
    """``(N, *output shape, *input shape)``, by name where the inputs have names; null for integer inputs."""
