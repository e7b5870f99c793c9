"""What every error looks like: RFC 9457 problem details."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from chainrule.errors import ErrorCode


class ProblemFault(BaseModel):
    """One thing that is wrong with the request."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: str
    """Where it stands, as a JSON pointer into the request; ``""`` is the whole of it."""
    code: ErrorCode
    """What kind of fault it is."""
    detail: str
    """What was expected, what came, and a hint."""


class Problem(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """A relative reference, ``/problems/<code>``, that resolves to the code's documentation."""
    title: str
    """What the code means, in a few words."""
    status: int
    """The HTTP status."""
    detail: str
    """What was wrong with this request."""
    instance: str
    """The request's id, as in ``X-Request-ID``."""
    retryable: bool
    """Whether the same request may do better later."""
    errors: list[ProblemFault] = []
    """Up to ten faults, the first of which named the type."""
