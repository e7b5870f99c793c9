"""What a call is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from chainrule_client._results import Envelope
from chainrule_client._types import NOT_GIVEN, Document, NotGiven, Timeout

Result = TypeVar("Result")

_LONGEST_REQUEST_ID = 128


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One call: what to send, and how to read what comes back."""

    endpoint: str
    document: Document | None
    """What to send; None for a question that needs no words, a GET."""
    read: Callable[[Document, Envelope], Result]
    request_id: str
    timeout: Timeout | NotGiven = NOT_GIVEN
    has_arrays: bool = True
    """Whether arrays go to or fro; without them it is plain JSON, whatever the client's encoding."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that the answer's arrays have: the contract computes in float64 unless asked."""
        name = (self.document or {}).get("options", {}).get("dtype")
        return np.dtype("float32" if name == "float32" else "float64")


def checked_id(given: str | None) -> str:
    """Give the caller's request id if it can stand in a header, or make one.

    Raises
    ------
    ValueError
        It is not 1 to 128 printable ASCII characters.
    """
    if given is None:
        return uuid.uuid4().hex
    if not (0 < len(given) <= _LONGEST_REQUEST_ID and given.isascii() and given.isprintable()):
        raise ValueError(f"request_id must be 1 to {_LONGEST_REQUEST_ID} printable ASCII characters, got {given!r:.80}")
    return given
