"""Requests that run as they stand here, for OpenAPI: the chapter's own numbers. A test sends each of them."""

from __future__ import annotations

from chainrule.schemas.examples.backward import BACKWARD
from chainrule.schemas.examples.forward import FORWARD

__all__ = ["BACKWARD", "FORWARD"]
