"""The cross-entropy that looks at what is still wrong."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chainrule.core.arrays import Array, Shape
from chainrule.core.examples import LABELS, PROBABILITIES, SOFT, TargetExample
from chainrule.core.loss import Evaluation, Warned
from chainrule.core.losses.class_targets import ClassTargets, read_class_targets
from chainrule.core.losses.crossentropy import OverClasses
from chainrule.core.losses.probabilities import check_probabilities, clip_warning, count_clipped


class CategoricalFocalCrossentropy(OverClasses):
    """Weighs a cross-entropy by how wrong it is: ``L = -alpha · Σ t_c · (1 - p_c)^gamma · log p_c``.

    ``dp = alpha · t · (gamma · (1 - p)^(gamma - 1) · log p - (1 - p)^gamma / p)``. Each logarithm's argument and each
    divisor is at least ``epsilon``; nothing is renormalized. With ``gamma`` 0 it is ``alpha`` times
    ``categorical_crossentropy``.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=PROBABILITIES, targets=LABELS),
        TargetExample({"alpha": 1.0, "gamma": 0.5}, PROBABILITIES, SOFT),
        TargetExample({"gamma": 0.0, "epsilon": 1e-3}, PROBABILITIES, SOFT),
    )

    type: Literal["categorical_focal_crossentropy"] = "categorical_focal_crossentropy"
    alpha: Annotated[float, Field(ge=0)] = 0.25
    """A factor of the whole."""
    gamma: Annotated[float, Field(ge=0)] = 2.0
    """How much less counts what is nearly right."""
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 1e-7
    """The least probability that a logarithm or a division sees."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> ClassTargets:
        return read_class_targets(targets, outputs, dtype)

    def forward(self, outputs: Array, targets: ClassTargets) -> Evaluation:
        check_probabilities(outputs, sum_to_one=True, way_out="end with softmax")
        p, rest = np.maximum(outputs, self.epsilon), np.maximum(1 - outputs, 0)
        log_p, focus = np.log(p), rest**self.gamma
        values = targets.dot(focus * log_p) * -self.alpha
        return Evaluation(values, (p, rest, log_p, focus, targets), count_clipped(outputs, targets, self.epsilon))

    def backward(self, grad: Array, cache: Any) -> Array:
        p, rest, log_p, focus, targets = cache
        # (1 - p)^(gamma - 1) · log p is focus · log p / (1 - p); at p = 1 the focus is 0, or gamma is
        fraction = log_p / np.where(rest > 0, rest, 1)
        slope = focus * (self.gamma * fraction - 1 / p)
        slope *= targets.scaled(grad * self.alpha, p.shape)
        return slope

    def warning(self, noticed: int) -> Warned:
        return clip_warning(noticed, self.epsilon)
