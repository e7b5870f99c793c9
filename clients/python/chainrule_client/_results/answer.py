"""What the answers of all calls have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from chainrule_client._types import Array

NumberOrArray: TypeAlias = float | Array
"""One number, or an array of them where the question was a multiple one: see each field."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an answer's headers and its request say about reading it."""

    request_id: str
    server_timing: Mapping[str, float]
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answer:
    """What every answer says beside its own. Its arrays are read-only; take a ``copy()`` of one to write into it."""

    request_id: str
    server_timing: Mapping[str, float]
    """Milliseconds the service spent on each phase: ``read``, ``queue``, ``decode``, ``compute``, ``encode``, ..."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the answer that this version of the client does not know."""
