"""Cross-entropy of two classes, for each output apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import expit

from chainrule.core.activations.sigmoid import Sigmoid
from chainrule.core.arrays import Array, Shape, cast
from chainrule.core.examples import ONE_HOT, PROBABILITIES, SCORES, SOFT, TargetExample
from chainrule.core.functions import softplus
from chainrule.core.layer import Activation
from chainrule.core.loss import Evaluation, Loss, Warned
from chainrule.core.losses.checks import check_targets
from chainrule.core.losses.probabilities import check_probabilities, clip_warning
from chainrule.errors import InputError

NonNegative = Annotated[float, Field(ge=0)]


class BinaryCrossentropy(Loss):
    """Compares each output with yes (1) or no (0): ``L = mean -(w · y · log p + (1 - y) · log(1 - p))``.

    The mean is over the last axis. On probabilities ``dp = (1 - y) / (1 - p) - w · y / p``, where each logarithm's
    argument and each divisor is at least ``epsilon``. On scores, or fused with a sigmoid,
    ``dz = (1 - y) · p - w · y · (1 - p)``, which is ``p - y`` for w = 1, exact and never clipped. ``w`` is
    ``pos_weight``, as in PyTorch. Both gradients are divided by the length of the last axis.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=PROBABILITIES, targets=ONE_HOT),
        TargetExample({"label_smoothing": 0.2, "epsilon": 1e-3}, PROBABILITIES, ONE_HOT),
        TargetExample({"pos_weight": [2.0, 0.5, 3.0]}, PROBABILITIES, SOFT),
        TargetExample({"from_logits": True, "pos_weight": 2.0}, SCORES, SOFT),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "weight": 'weights of samples are "sample_weights" in "batch"',
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "bce": "it",
        "bceloss": "PyTorch's BCELoss",
        "binary_cross_entropy": "PyTorch's binary_cross_entropy",
        "bcewithlogitsloss": "with from_logits, PyTorch's BCEWithLogitsLoss",
        "binary_cross_entropy_with_logits": "with from_logits, it",
        "bce_with_logits": "with from_logits, it",
        "log_loss": "for yes and no, log_loss",
    }

    type: Literal["binary_crossentropy"] = "binary_crossentropy"
    from_logits: bool = False
    """Whether the outputs are scores rather than probabilities."""
    label_smoothing: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How far targets are drawn towards 1/2: ``y · (1 - s) + s / 2``."""
    pos_weight: NonNegative | Annotated[list[NonNegative], Field(min_length=1)] | None = None
    """A factor of what a 1 counts: one number, or one for each output."""
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 1e-7
    """The least probability that a logarithm or a division sees."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        """Give what a 1 and what a 0 counts at each output: ``w · y`` and ``1 - y``."""
        y = super().read_targets(targets, outputs, dtype)
        check_targets(y, (y >= 0) & (y <= 1), f"a target of {self.type} is from 0 to 1")
        if isinstance(self.pos_weight, list) and len(self.pos_weight) != outputs[-1]:
            detail = f"expected one number, or one for each of {outputs[-1]} outputs, got {len(self.pos_weight)}"
            raise InputError("shape_mismatch", "/loss/pos_weight", detail)
        if self.label_smoothing:
            y = y * dtype.type(1 - self.label_smoothing) + dtype.type(self.label_smoothing / 2)
        if self.pos_weight is None:
            return y, 1 - y
        return y * cast(np.asarray(self.pos_weight, float), dtype, "loss", "pos_weight"), 1 - y

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        if self.from_logits:
            return self._on_scores(outputs, expit(outputs), targets)
        check_probabilities(outputs, sum_to_one=False)
        yes, no = targets
        p, rest = np.maximum(outputs, self.epsilon), np.maximum(1 - outputs, self.epsilon)
        values = -(yes * np.log(p) + no * np.log(rest)).mean(axis=-1)
        clipped = ((outputs < self.epsilon) & (yes != 0)) | ((1 - outputs < self.epsilon) & (no != 0))
        return Evaluation(values, (p, rest, targets), int(clipped.sum()))

    def backward(self, grad: Array, cache: Any) -> Array:
        if self.from_logits:
            return self.fused_backward(grad, cache)
        p, rest, (yes, no) = cache
        return (no / rest - yes / p) * (grad / p.shape[-1])[..., None]

    def fuses(self, last: Activation, outputs: Shape) -> bool:
        return not self.from_logits and isinstance(last, Sigmoid)

    def fused_forward(self, scores: Array, outputs: Array, targets: Any) -> Evaluation:
        return self._on_scores(scores, outputs, targets)

    def fused_backward(self, grad: Array, cache: Any) -> Array:
        scores, p, (yes, no) = cache
        slope = no * p - yes * expit(-scores)  # expit(-z) is 1 - p without the cancellation at p near 1
        slope *= (grad / p.shape[-1])[..., None]
        return slope

    def advice(self, last: Activation | None) -> tuple[Warned, ...]:
        if not (self.from_logits and isinstance(last, Sigmoid)):
            return ()
        detail = (
            "from_logits applies a sigmoid of its own to the outputs of a sigmoid: leave out the layer, or from_logits"
        )
        return (Warned("double_sigmoid", detail, "/loss/from_logits"),)

    def warning(self, noticed: int) -> Warned:
        return clip_warning(noticed, self.epsilon, fused_is_exact=True)

    def some_targets(self, targets: Any, rows: slice) -> tuple[Array, Array]:
        yes, no = targets
        return yes[rows], no[rows]

    def _on_scores(self, scores: Array, p: Array, targets: Any) -> Evaluation:
        """Evaluate with ``-log p = log(1 + exp(-|z|)) + max(-z, 0)``, which neither overflows nor cancels."""
        yes, no = targets
        tail = softplus(-np.abs(scores))
        values = (yes * (tail + np.maximum(-scores, 0)) + no * (tail + np.maximum(scores, 0))).mean(axis=-1)
        return Evaluation(values, (scores, p, targets))
