"""The wire described in pydantic: what requests and answers hold. No arithmetic."""

from __future__ import annotations

from chainrule.schemas.problems import Problem
from chainrule.schemas.requests import BackwardRequest, ForwardRequest, PassRequest
from chainrule.schemas.responses import BackwardResponse, ForwardResponse
from chainrule.schemas.validation import parse

__all__ = [
    "BackwardRequest",
    "BackwardResponse",
    "ForwardRequest",
    "ForwardResponse",
    "PassRequest",
    "Problem",
    "parse",
]
