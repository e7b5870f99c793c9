"""Examples that come with a class: the contract test computes each of them, and the catalog can show them.

A class is tested by existing, if its ``examples`` make a definition. So they should reach every parameter, and every
branch of its formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chainrule.core.arrays import Shape


@dataclass(frozen=True, slots=True)
class Example:
    """Parameters that make a definition of the class, as a request has them."""

    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerExample(Example):
    """A layer, and inputs that it can read; whoever computes it fills them with numbers."""

    inputs: tuple[Shape, ...] = ((3, 4),)
    """Shape of each input, the batch in front."""
    span: tuple[float, float] = (-2.0, 2.0)
    """Between which numbers the inputs lie: wide enough to reach all that the function does."""
    training: bool = False
    """Whether the network is being trained."""


@dataclass(frozen=True, slots=True)
class TargetExample(Example):
    """A loss or a metric, with outputs and targets that it can compare; no output stands at a kink or is clipped."""

    outputs: Sequence[Any] = ()
    targets: Sequence[Any] = ()


SCORES = ((1.5, -0.5, 0.25), (-1.25, 2.0, 0.75), (0.5, 3.5, -2.25))
"""Outputs that may be any numbers."""

PROBABILITIES = ((0.7, 0.1, 0.2), (0.1, 0.5, 0.4), (0.02, 0.9, 0.08))
"""Outputs that are distributions over three classes: the chapter's."""

LABELS = (0, 1, 1)
"""A class for each row: the chapter's."""

ONE_HOT = ((1, 0, 0), (0, 1, 0), (0, 1, 0))
"""The same as rows."""

SOFT = ((0.75, 0.25, 0.0), (0.125, 0.625, 0.25), (0.5, 0.25, 0.75))
"""Targets between the classes; the last row does not sum to 1."""

VALUES = ((1.0, 0.25, -1.5), (0.0, 1.25, 2.0), (-0.25, 2.25, -2.0))
"""Targets that may be any numbers."""
