"""Penalties on the size of weights, added to the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.examples import Example
from chainrule.core.part import Part, any_of, classes, discover


class Regularizer(Part):
    """A penalty on one weight and its derivative."""

    family: ClassVar[str] = "regularizer"
    examples: ClassVar[tuple[Example, ...]] = (Example(),)

    def penalty(self, weight: Array) -> np.floating:
        """Compute what is added to the loss."""
        raise NotImplementedError

    def slope(self, weight: Array) -> Array:
        """Compute what is added to the weight's gradient."""
        raise NotImplementedError


discover(__name__)

if TYPE_CHECKING:
    AnyRegularizer = Regularizer
else:  # the choice among the classes that were found is known only when it runs
    AnyRegularizer = any_of(classes("regularizer"), unknown="unknown_regularizer")
