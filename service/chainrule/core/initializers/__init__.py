"""What weights start as."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from chainrule.core.arrays import Shape
from chainrule.core.draws import Numbers
from chainrule.core.examples import Example
from chainrule.core.part import Part, any_of, classes, discover
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Proceed, go_on


class Initializer(Part):
    """A law for the numbers that a weight starts as."""

    family: ClassVar[str] = "initializer"
    examples: ClassVar[tuple[Example, ...]] = (Example(),)
    fewest_axes: ClassVar[int] = 0
    """How many axes a weight must have to start as this."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        """Draw the numbers of a weight.

        Parameters
        ----------
        shape
            The weight's shape.
        bits
            The weight's random bits.
        proceed
            Called now and then where it takes long; raises to stop.

        Returns
        -------
        Numbers
            In float64; what is computed in float32 starts as these, rounded.
        """
        raise NotImplementedError

    def flops(self, shape: Shape) -> int:
        """Count what it takes beside a few operations for each number: what matrix products do in that time."""
        return 0


discover(__name__)

if TYPE_CHECKING:
    AnyInitializer = Initializer
else:  # the choice among the classes that were found is known only when it runs
    AnyInitializer = any_of(classes("initializer"), unknown="unknown_initializer")
