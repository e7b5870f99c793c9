"""The loss on logarithms of probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape, plain_zeros
from chainrule.core.examples import LABELS, SOFT, TargetExample
from chainrule.core.loss import Evaluation, Warned
from chainrule.core.losses.class_targets import ClassTargets, read_class_targets
from chainrule.core.losses.crossentropy import ClassWeights, OverClasses
from chainrule.core.losses.probabilities import TOLERANCE

LOG_PROBABILITIES = ((-0.375, -2.25, -1.5), (-2.0, -0.75, -1.0), (-4.0, -0.125, -2.5))
"""Outputs that may be logarithms of probabilities."""


class NegativeLogLikelihood(OverClasses):
    """Picks the logarithm of the right class's probability: ``L = -Σ q_c · x_c``, ``dx = -q``.

    After ``log_softmax`` the two are ``cross_entropy``. PyTorch's NLLLoss, with its class weights and ignored labels;
    distributions are taken too.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "nll": "it",
        "nll_loss": "PyTorch's NLLLoss",
        "nllloss": "PyTorch's NLLLoss",
    }

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=LOG_PROBABILITIES, targets=LABELS),
        TargetExample({"class_weights": [1.0, 0.5, 2.0], "ignore_index": 1}, LOG_PROBABILITIES, LABELS),
        TargetExample({"class_weights": [1.0, 0.5, 2.0]}, LOG_PROBABILITIES, SOFT),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "weight": "class_weights",
        "weights": "class_weights",
        "class_weight": "class_weights",
        "ignore_class": "ignore_index",
    }

    type: Literal["negative_log_likelihood"] = "negative_log_likelihood"
    ignore_index: int | None = None
    """A label whose positions do not count."""
    class_weights: ClassWeights | None = None
    """A factor for each class; a mean over labels is divided by the sum of their factors."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> ClassTargets:
        return read_class_targets(
            targets, outputs, dtype, class_weights=self.class_weights, ignore_index=self.ignore_index
        )

    def forward(self, outputs: Array, targets: ClassTargets) -> Evaluation:
        return Evaluation(-targets.dot(outputs), (outputs.shape, targets), int((outputs > TOLERANCE).sum()))

    def backward(self, grad: Array, cache: Any) -> Array:
        shape, targets = cache
        return plain_zeros(targets.scaled(-grad, shape))

    def warning(self, noticed: int) -> Warned:
        """Warn of outputs above 0, which are no logarithms of probabilities."""
        detail = (
            f"the outputs are no logarithms of probabilities ({noticed:,} {'is' if noticed == 1 else 'are'} above 0): "
            "end with log_softmax, or take cross_entropy on scores"
        )
        return Warned("positive_log_probabilities", detail, "/loss")
