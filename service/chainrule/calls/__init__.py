"""What each call does, without HTTP: a decoded document in, the answer as a tree of arrays out."""

from __future__ import annotations

from chainrule.calls.backward import prepare_backward
from chainrule.calls.call import Call, Prepare
from chainrule.calls.forward import prepare_forward
from chainrule.calls.job import Document, Job
from chainrule.schemas import BackwardRequest, BackwardResponse, ForwardRequest, ForwardResponse
from chainrule.schemas.examples import BACKWARD, FORWARD

__all__ = ["CALLS", "Call", "Document", "Job", "Prepare", "prepare_backward", "prepare_forward"]

CALLS = (
    Call(
        "forward",
        "Run a network on a batch: its outputs and, if asked for, loss, metrics and activations.",
        prepare_forward,
        ForwardRequest,
        ForwardResponse,
        FORWARD,
    ),
    Call(
        "backward",
        "Run a network on a batch, and differentiate the loss with respect to every weight and the inputs.",
        prepare_backward,
        BackwardRequest,
        BackwardResponse,
        BACKWARD,
    ),
)
"""Everything that is called by POST."""
