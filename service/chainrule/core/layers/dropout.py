"""Numbers left out at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, Step, Wanted
from chainrule.core.random_bits import RandomBits


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
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "p": "rate",
        "ratio": "rate",
        "seed": 'it holds for the whole network: say it in "options"',
    }

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
        factors = kept_factors(run.bits, self.rate, x.shape, x.dtype)
        return Step(x * factors, factors)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad if cache is None else grad * cache,))


def kept_factors(bits: RandomBits, rate: float, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Draw what each number is multiplied with: ``1 / (1 - rate)``, or 0 for a share of ``rate`` of them."""
    threshold = np.uint64(int(rate * 2**64))  # the word below which a number is left out
    kept = bits.words(shape[0], size_of(shape[1:])) >= threshold
    factors: Array = kept.reshape(shape) * dtype.type(1 / (1 - rate))
    return factors
