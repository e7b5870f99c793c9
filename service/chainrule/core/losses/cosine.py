"""The loss on directions."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array
from chainrule.core.examples import SCORES, VALUES, TargetExample
from chainrule.core.loss import Evaluation, Loss


class CosineSimilarity(Loss):
    """Takes the negated cosine of the angle between outputs and targets: ``L = -Σ x · t / (|x| · |t|)``.

    -1 where they point the same way, 1 where opposite; Keras's sign, while PyTorch's loss is ``1 - cosine``. Sum and
    lengths are over the last axis. ``dx = -(t/|t| - cosine · x/|x|) / |x|``. No divisor is below ``epsilon``: outputs
    shorter than that have ``dx = -(t/|t|) / epsilon``.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=SCORES, targets=VALUES),
        TargetExample({"epsilon": 2.5}, SCORES, VALUES),
    )

    type: Literal["cosine_similarity"] = "cosine_similarity"
    epsilon: Annotated[float, Field(gt=0)] = 1e-7
    """The least length that something is divided by."""

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        own, wanted = _length(outputs), _length(targets)
        divisor = np.maximum(own, self.epsilon)
        x, t = outputs / divisor, targets / np.maximum(wanted, self.epsilon)
        cosine = (x * t).sum(axis=-1, keepdims=True)
        return Evaluation(-cosine[..., 0], (x, t, cosine * (own >= self.epsilon), divisor))

    def backward(self, grad: Array, cache: Any) -> Array:
        x, t, turned, divisor = cache
        dx = turned * x
        dx -= t
        dx *= grad[..., None] / divisor
        return dx


def _length(vectors: Array) -> Array:
    """Compute the length of each vector, of numbers whose squares may overflow or vanish too."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True)
    largest[largest == 0] = 1
    return largest * np.sqrt(np.square(vectors / largest).sum(axis=-1, keepdims=True))
