"""Figures beside the loss that nobody differentiates."""

from __future__ import annotations

import math
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
        if targets.shape == outputs:
            return targets.argmax(axis=-1)
        return read_labels(targets, outputs, np.dtype(np.float64), ignore_index)[0]

    def mean(self, outputs: Array, targets: Any, weights: Array) -> float:
        """Average the figure over the positions by their weights; 0 where no position counts.

        Raises
        ------
        InputError
            ``non_finite_result`` where the weights add up to more than a number can be.
        """
        total = float(weights.sum())
        figure = float((self.values(outputs, targets) * weights).sum()) / total if total else 0.0
        if not math.isfinite(figure):
            raise InputError("non_finite_result", "/batch/sample_weights", "the sum of the weights is not finite")
        return figure


discover(__name__)

if TYPE_CHECKING:
    AnyMetric = Metric
else:  # the choice among the classes that were found is known only when it runs
    AnyMetric = any_of(classes("metric"), unknown="unknown_metric")
