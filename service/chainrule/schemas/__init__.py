"""The wire described in pydantic: what requests and answers hold. No arithmetic."""

from __future__ import annotations

from chainrule.schemas.catalog import Catalog
from chainrule.schemas.explain import ExplainResponse
from chainrule.schemas.problems import Problem
from chainrule.schemas.requests import BackwardRequest, ForwardRequest, Options, PassRequest, RunRequest
from chainrule.schemas.responses import BackwardResponse, ForwardResponse
from chainrule.schemas.shaped import (
    InitializeRequest,
    InitializeResponse,
    ShapedRequest,
    SummaryRequest,
    SummaryResponse,
)
from chainrule.schemas.validation import parse

__all__ = [
    "BackwardRequest",
    "BackwardResponse",
    "Catalog",
    "ExplainResponse",
    "ForwardRequest",
    "ForwardResponse",
    "InitializeRequest",
    "InitializeResponse",
    "Options",
    "PassRequest",
    "Problem",
    "RunRequest",
    "ShapedRequest",
    "SummaryRequest",
    "SummaryResponse",
    "parse",
]
