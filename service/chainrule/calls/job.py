"""A request that was found right and waits to be computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainrule.errors import Proceed

Document = dict[str, Any]
"""A tree as JSON has it, with NumPy arrays where arrays stand."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is left to do for a request."""

    compute: Callable[[Proceed], Document]
    """Computes the answer."""
    base64: bool
    """Whether a JSON answer holds arrays as base64."""
    microseconds: float = math.inf
    """About what computing takes, on a machine that is not the fastest."""
