"""What each call does, without HTTP: a decoded document in, the answer as a tree of arrays out."""

from __future__ import annotations

from chainrule.calls.backward import prepare_backward
from chainrule.calls.call import Call, Prepare
from chainrule.calls.explain import prepare_explain
from chainrule.calls.forward import prepare_forward
from chainrule.calls.gradcheck import prepare_gradcheck
from chainrule.calls.initialize import prepare_initialize
from chainrule.calls.jacobian import prepare_jacobian
from chainrule.calls.job import Document, Job
from chainrule.calls.summary import prepare_summary
from chainrule.schemas import (
    BackwardRequest,
    BackwardResponse,
    ExplainResponse,
    ForwardRequest,
    ForwardResponse,
    InitializeRequest,
    InitializeResponse,
    SummaryRequest,
    SummaryResponse,
)
from chainrule.schemas.examples import BACKWARD, EXPLAIN, FORWARD, GRADCHECK, INITIALIZE, JACOBIAN, SUMMARY
from chainrule.schemas.gradcheck import GradcheckRequest, GradcheckResponse
from chainrule.schemas.jacobian import JacobianRequest, JacobianResponse

__all__ = [
    "CALLS",
    "Call",
    "Document",
    "Job",
    "Prepare",
    "prepare_backward",
    "prepare_explain",
    "prepare_forward",
    "prepare_gradcheck",
    "prepare_initialize",
    "prepare_jacobian",
    "prepare_summary",
]

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
    Call(
        "summary",
        "Describe a network without running it: every default, the shape of each weight and output, and what it costs.",
        prepare_summary,
        SummaryRequest,
        SummaryResponse,
        SUMMARY,
        has_arrays=False,
    ),
    Call(
        "initialize",
        "Draw the weights and the state that a network starts with.",
        prepare_initialize,
        InitializeRequest,
        InitializeResponse,
        INITIALIZE,
    ),
    Call(
        "gradcheck",
        "Hold every gradient against central differences: whether the derivatives are right, and where they are not.",
        prepare_gradcheck,
        GradcheckRequest,
        GradcheckResponse,
        GRADCHECK,
    ),
    Call(
        "jacobian",
        "Differentiate every output of each sample with respect to every one of its inputs: the whole matrix.",
        prepare_jacobian,
        JacobianRequest,
        JacobianResponse,
        JACOBIAN,
    ),
    Call(
        "explain",
        "Show the chain rule of a small network number by number: values, local derivatives and gradients.",
        prepare_explain,
        BackwardRequest,
        ExplainResponse,
        EXPLAIN,
    ),
)
"""Everything that is called by POST."""
