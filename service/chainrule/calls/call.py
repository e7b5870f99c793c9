"""What a call is: what it takes and gives, and how its request becomes a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from chainrule.calls.job import Document, Job
from chainrule.core.limits import Limits

Prepare = Callable[[Document, Limits], Job]
"""Checks a decoded document, and says what is left to do. It raises ``InputError``."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call by POST. Its route, its description in OpenAPI and its tests follow from it."""

    name: str
    """Its path, without the slash in front."""
    description: str
    """What it is for, in a sentence."""
    prepare: Prepare
    takes: type[BaseModel]
    gives: type[BaseModel]
    examples: Mapping[str, Any]
    """Requests that run as they stand, as OpenAPI has them: ``{name: {"summary", "description", "value"}}``."""
    has_arrays: bool = True
    """Whether arrays go to and fro, so that it speaks safetensors as well as JSON."""

    @property
    def path(self) -> str:
        """Where it is called."""
        return f"/{self.name}"
