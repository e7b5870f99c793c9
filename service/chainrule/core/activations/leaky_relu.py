"""The rectified linear unit that lets a little through."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Elementwise


class LeakyRelu(Elementwise):
    """Flattens what is below zero: ``y = x if x > 0 else negative_slope · x``.

    The slope at 0 is ``negative_slope``, as in PyTorch. Its default is PyTorch's; Keras has 0.3 in the layer and 0.2 in
    the function.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(), LayerExample({"negative_slope": 0.25}))

    type: Literal["leaky_relu"] = "leaky_relu"
    negative_slope: float = 0.01
    """The slope below zero."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, self.negative_slope * x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, x.dtype.type(1), x.dtype.type(self.negative_slope))
