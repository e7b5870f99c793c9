"""The penalties that Keras has: on absolute values, on squares, and on both."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array
from chainrule.core.examples import Example
from chainrule.core.regularizers import Regularizer

Strength = Annotated[float, Field(ge=0)]


class L1L2(Regularizer):
    """Penalizes absolute values and squares: ``l1 · Σ|w| + l2 · Σw²``.

    Its gradient is ``l1 · sign(w) + 2 · l2 · w``; the sign of 0 is 0. PyTorch's weight decay ``d`` is ``l2 = d / 2``.
    """

    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"l1": 0.5, "l2": 0.25}))

    type: Literal["l1_l2"] = "l1_l2"
    l1: Strength = 0.01
    """Factor of the absolute values."""
    l2: Strength = 0.01
    """Factor of the squares, without the 1/2 that some frameworks put before it."""

    def penalty(self, weight: Array) -> np.floating:
        return self.l1 * np.abs(weight).sum() + self.l2 * np.square(weight).sum()

    def slope(self, weight: Array) -> Array:
        return self.l1 * np.sign(weight) + (2 * self.l2) * weight


class L1(Regularizer):
    """Penalizes absolute values: ``l1 · Σ|w|``, with the gradient ``l1 · sign(w)``; the sign of 0 is 0."""

    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"l1": 0.5}))

    type: Literal["l1"] = "l1"
    l1: Strength = 0.01
    """Factor of the absolute values."""

    def penalty(self, weight: Array) -> np.floating:
        return self.l1 * np.abs(weight).sum()

    def slope(self, weight: Array) -> Array:
        return self.l1 * np.sign(weight)


class L2(Regularizer):
    """Penalizes squares: ``l2 · Σw²``, with the gradient ``2 · l2 · w``."""

    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"l2": 0.5}))

    type: Literal["l2"] = "l2"
    l2: Strength = 0.01
    """Factor of the squares, without the 1/2 that some frameworks put before it."""

    def penalty(self, weight: Array) -> np.floating:
        return self.l2 * np.square(weight).sum()

    def slope(self, weight: Array) -> Array:
        return (2 * self.l2) * weight
