"""What each call does, without HTTP: a decoded document in, the answer as a tree of arrays out."""

from __future__ import annotations

from chainrule.calls.backward import prepare_backward
from chainrule.calls.forward import prepare_forward
from chainrule.calls.job import Document, Job

__all__ = ["Document", "Job", "prepare_backward", "prepare_forward"]
