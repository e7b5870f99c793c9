"""Requests that run as they stand here, for OpenAPI: the chapter's own numbers. A test sends each of them."""

from __future__ import annotations

from chainrule.schemas.examples.backward import BACKWARD
from chainrule.schemas.examples.explain import EXPLAIN
from chainrule.schemas.examples.forward import FORWARD
from chainrule.schemas.examples.gradcheck import GRADCHECK
from chainrule.schemas.examples.initialize import INITIALIZE
from chainrule.schemas.examples.jacobian import JACOBIAN
from chainrule.schemas.examples.summary import SUMMARY

__all__ = ["BACKWARD", "EXPLAIN", "FORWARD", "GRADCHECK", "INITIALIZE", "JACOBIAN", "SUMMARY"]
