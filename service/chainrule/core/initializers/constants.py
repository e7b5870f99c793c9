"""The same number everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Shape
from chainrule.core.draws import Numbers
from chainrule.core.examples import Example
from chainrule.core.initializers import Initializer
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Proceed, go_on


class Zeros(Initializer):
    """Starts with zeros: ``w = 0``."""

    elsewhere: ClassVar[Mapping[str, str]] = {"zero": "Keras's zero", "zeros_": "PyTorch's zeros_"}

    type: Literal["zeros"] = "zeros"

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return np.zeros(shape)


class Ones(Initializer):
    """Starts with ones: ``w = 1``."""

    elsewhere: ClassVar[Mapping[str, str]] = {"one": "Keras's one", "ones_": "PyTorch's ones_"}

    type: Literal["ones"] = "ones"

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return np.ones(shape)


class Constant(Initializer):
    """Starts with a number of your choice: ``w = value``."""

    elsewhere: ClassVar[Mapping[str, str]] = {"constant_": "PyTorch's constant_", "fill": "a fill"}
    examples: ClassVar[tuple[Example, ...]] = (Example({"value": 0.5}),)

    type: Literal["constant"] = "constant"
    value: float
    """The number."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return np.full(shape, self.value, np.float64)
