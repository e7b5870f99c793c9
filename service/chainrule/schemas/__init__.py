"""The wire described in pydantic: what requests and answers hold. No arithmetic."""

from __future__ import annotations

from chainrule.schemas.explain import ExplainResponse
from chainrule.schemas.problems import Problem
from chainrule.schemas.requests import BackwardRequest, ForwardRequest, Options, PassRequest, RunRequest
from chainrule.schemas.responses import BackwardResponse, ForwardResponse
from chainrule.schemas.validation import parse

__all__ = [
    "BackwardRequest",
    "BackwardResponse",
    "ExplainResponse",
    "ForwardRequest",
    "ForwardResponse",
    "Options",
    "PassRequest",
    "Problem",
    "RunRequest",
    "parse",
]
