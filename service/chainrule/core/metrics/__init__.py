"""Figures beside the loss that nobody differentiates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chainrule.core.arrays import Array, Shape
from chainrule.core.examples import LABELS, ONE_HOT, SCORES, TargetExample
from chainrule.core.losses.class_targets import read_labels
from chainrule.core.part import Part, any_of, classes, discover
from chainrule.errors import InputError


class Metric(Part):
    """A figure for each position, averaged by the positions' weights."""

    family: ClassVar[str] = "metric"
    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=SCORES, targets=LABELS),
        TargetExample(outputs=SCORES, targets=ONE_HOT),
    )

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")] | None = None
    """The figure's name in the answer; its type if not given."""

    def values(self, outputs: Array, targets: Any) -> NDArray[Any]:
        """Compute the figure of each position."""
        raise NotImplementedError

    def read_targets(self, targets: NDArray[Any], outputs: Shape, ignore_index: int | None) -> NDArray[Any]:
        """Check the targets, and give them the form that ``values`` reads: here, a label for each position.

        Raises
        ------
        InputError
            If they fit neither as labels nor as one-hot targets.
        """
        if outputs[-1] == 1:
            return _yes_or_no(targets, outputs)
        if targets.shape == outputs:
            return targets.argmax(axis=-1)
        return read_labels(targets, outputs, np.dtype(np.float64), ignore_index)[0]

    def mean(self, outputs: Array, targets: NDArray[Any], weights: Array, ignore_index: int | None) -> float:
        """Average the figure over the positions by their weights; 0 where no position counts."""
        values = self.values(outputs, self.read_targets(targets, outputs.shape, ignore_index))
        total = float(weights.sum())
        return float((values * weights).sum()) / total if total else 0.0


def _yes_or_no(targets: NDArray[Any], outputs: Shape) -> NDArray[Any]:
    """Read the targets of a single output, ``(N,)`` or ``(N, 1)``."""
    if targets.shape not in (outputs, outputs[:-1]):
        detail = f"expected {outputs} or {outputs[:-1]}, got {targets.shape}"
        raise InputError("shape_mismatch", "/batch/targets", detail)
    return targets.reshape(outputs[:-1])


discover(__name__)

if TYPE_CHECKING:
    AnyMetric = Metric
else:  # the choice among the classes that were found is known only when it runs
    AnyMetric = any_of(classes("metric"), unknown="unknown_metric")
