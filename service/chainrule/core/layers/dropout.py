"""Numbers left out at random."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, Step, Wanted


class Dropout(Layer):
    """Leaves out numbers at random in training: ``y = x / (1 - rate)`` where kept, else 0; otherwise ``y = x``.

    The gradient passes where the number was kept, with the same factor. The mask is a function of the seed, the layer
    and the row, so that ``/forward`` and ``/backward`` draw the same one, and a batch may be sent in pieces.
    """

    trains_differently: ClassVar[bool] = True
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"rate": 0.5}),
        LayerExample({"rate": 0.25}, inputs=((4, 3, 5),), training=True),
    )

    type: Literal["dropout"] = "dropout"
    rate: Annotated[float, Field(ge=0, lt=1)]
    """Share of the numbers that is left out, on average."""

    def needs_seed(self) -> bool:
        return self.rate > 0

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        if not run.training or self.rate == 0:
            return Step(x)
        kept = run.bits.words(len(x), math.prod(x.shape[1:])) >= self._threshold()
        factor = kept.reshape(x.shape) * x.dtype.type(1 / (1 - self.rate))
        return Step(x * factor, factor)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad if cache is None else grad * cache,))

    def _threshold(self) -> np.uint64:
        """The word below which a number is left out: a share of ``rate`` of all words of 64 bits."""
        return np.uint64(int(self.rate * 2**64))
