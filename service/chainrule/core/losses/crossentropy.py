"""Cross-entropies over classes: on probabilities, on scores, and fused with a softmax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chainrule.core.activations.softmax import Softmax, softmax
from chainrule.core.arrays import Array, Shape
from chainrule.core.examples import LABELS, PROBABILITIES, SCORES, SOFT, TargetExample
from chainrule.core.layer import Activation
from chainrule.core.loss import Evaluation, Loss, Warned
from chainrule.core.losses.class_targets import ClassTargets, read_class_targets
from chainrule.core.losses.probabilities import check_probabilities, clip_warning, count_clipped
from chainrule.errors import InputError

Smoothing = Annotated[float, Field(ge=0, le=1)]
ClassWeights = Annotated[list[Annotated[float, Field(ge=0)]], Field(min_length=1)]


class OverClasses(Loss):
    """What all cross-entropies over classes share: ``L = -Σ q_c · log p_c`` (see ``class_targets`` for ``q``).

    On scores ``z``, ``log p = z - log Σ exp z`` is computed without overflow, and the gradient is
    ``dz = p · Σ q - q``: for targets that sum to 1, ``p - y``.
    """

    def kept(self, targets: ClassTargets) -> Array | None:
        return targets.kept

    def class_factors(self, targets: ClassTargets) -> Array | None:
        return targets.weight

    def some_targets(self, targets: ClassTargets, rows: slice) -> ClassTargets:
        return targets.some(rows)

    def on_scores(self, scores: Array, targets: ClassTargets) -> Evaluation:
        """Evaluate on scores, any numbers."""
        p = np.empty_like(scores)
        largest, sums = softmax(scores, -1, out=p)
        return Evaluation(self._values(scores, largest, np.log(sums), targets), (p, targets))

    def _values(self, scores: Array, largest: Array, rest: Array, targets: ClassTargets) -> Array:
        """Compute ``-Σ q_c · log p_c`` with ``log p = (z - largest) - rest``, for each position."""
        return targets.mass() * rest[..., 0] - targets.dot(scores, largest)

    def from_scores(self, grad: Array, cache: Any) -> Array:
        """Compute ``grad · (p · Σ q - q)``."""
        p, targets = cache
        dz = p * (grad * targets.mass())[..., None]
        targets.subtract_all(dz, grad)
        return dz

    def double_softmax(self, last: Activation | None) -> tuple[Warned, ...]:
        """Warn of a softmax before a loss that has one in it."""
        if not isinstance(last, Softmax):
            return ()
        detail = (
            f"{self.type} applies a softmax of its own to the outputs of a softmax: "
            "leave out the layer, or take categorical_crossentropy on probabilities"
        )
        return (Warned("double_softmax", detail, "/loss"),)


class CrossEntropy(OverClasses):
    """Compares scores with classes: ``L = -Σ q_c · log softmax(z)_c``, exact for any scores.

    The softmax is in the loss: the last layer gives plain scores. PyTorch's CrossEntropyLoss, with its formulas for
    class weights, label smoothing and ignored labels.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "softmax_cross_entropy_with_logits": "it",
        "sparse_softmax_cross_entropy_with_logits": "it",
        "cross_entropy_loss": "PyTorch's CrossEntropyLoss",
    }

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=SCORES, targets=LABELS),
        TargetExample({"class_weights": [1.0, 0.5, 2.0], "label_smoothing": 0.2, "ignore_index": 1}, SCORES, LABELS),
        TargetExample({"class_weights": [1.0, 0.5, 2.0], "label_smoothing": 0.2}, SCORES, SOFT),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "weight": "class_weights",
        "weights": "class_weights",
        "class_weight": "class_weights",
        "ignore_class": "ignore_index",
        "from_logits": "leave it out: it always reads scores",
        "axis": "leave it out: the classes are the last axis",
    }

    type: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: Smoothing = 0.0
    """Share of each target that is spread evenly over all classes."""
    ignore_index: int | None = None
    """A label whose positions do not count."""
    class_weights: ClassWeights | None = None
    """A factor for each class; a mean over labels is divided by the sum of their factors."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> ClassTargets:
        return read_class_targets(
            targets,
            outputs,
            dtype,
            smoothing=self.label_smoothing,
            class_weights=self.class_weights,
            ignore_index=self.ignore_index,
        )

    def forward(self, outputs: Array, targets: ClassTargets) -> Evaluation:
        return self.on_scores(outputs, targets)

    def backward(self, grad: Array, cache: Any) -> Array:
        return self.from_scores(grad, cache)

    def advice(self, last: Activation | None) -> tuple[Warned, ...]:
        return self.double_softmax(last)


class OnProbabilities(OverClasses):
    """Cross-entropy on probabilities, with the shorter way through a softmax before it."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("ignore_class", "ignore_index"), '"cross_entropy", on scores, has "ignore_index"'),
        **dict.fromkeys(("weight", "class_weight", "class_weights"), '"cross_entropy", on scores, has "class_weights"'),
        "axis": "leave it out: the classes are the last axis",
    }

    from_logits: bool = False
    """Whether the outputs are scores rather than probabilities."""
    label_smoothing: Smoothing = 0.0
    """Share of each target that is spread evenly over all classes."""
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 1e-7
    """The least probability that a logarithm or a division sees."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> ClassTargets:
        return read_class_targets(targets, outputs, dtype, smoothing=self.label_smoothing)

    def forward(self, outputs: Array, targets: ClassTargets) -> Evaluation:
        if self.from_logits:
            return self.on_scores(outputs, targets)
        check_probabilities(outputs, sum_to_one=True)
        p = np.maximum(outputs, self.epsilon)
        return Evaluation(-targets.dot(np.log(p)), (p, targets), count_clipped(outputs, targets, self.epsilon))

    def backward(self, grad: Array, cache: Any) -> Array:
        if self.from_logits:
            return self.from_scores(grad, cache)
        p, targets = cache
        dp = targets.scaled(grad, p.shape)
        dp /= p
        return np.subtract(0, dp, out=dp)  # of a target of 0 this is 0.0; with a minus sign it would be -0.0

    def fuses(self, last: Activation, outputs: Shape) -> bool:
        return not self.from_logits and isinstance(last, Softmax) and last.is_over(-1, len(outputs))

    def fused_forward(self, scores: Array, outputs: Array, targets: ClassTargets) -> Evaluation:
        rest = -np.log(outputs.max(axis=-1, keepdims=True))  # at most log C: as exact as that of the sum
        values = self._values(scores, scores.max(axis=-1, keepdims=True), rest, targets)
        return Evaluation(values, (outputs, targets))

    def fused_backward(self, grad: Array, cache: Any) -> Array:
        return self.from_scores(grad, cache)

    def advice(self, last: Activation | None) -> tuple[Warned, ...]:
        return self.double_softmax(last) if self.from_logits else ()

    def warning(self, noticed: int) -> Warned:
        return clip_warning(noticed, self.epsilon, fused_is_exact=True)


class CategoricalCrossentropy(OnProbabilities):
    """Compares probabilities with classes: ``L = -Σ q_c · log p_c``, ``dp = -q / p``.

    Each logarithm's argument and each divisor is at least ``epsilon``; nothing is renormalized. After a softmax the two
    are one step, ``p · Σ q - q``, exact and never clipped, unless ``options.fuse`` is false.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=PROBABILITIES, targets=LABELS),
        TargetExample({"label_smoothing": 0.2, "epsilon": 1e-3}, PROBABILITIES, LABELS),
        TargetExample({"label_smoothing": 0.2}, PROBABILITIES, SOFT),
        TargetExample({"from_logits": True}, SCORES, SOFT),
    )
    elsewhere: ClassVar[Mapping[str, str]] = {
        "log_loss": "for several classes, log_loss",
    }

    type: Literal["categorical_crossentropy"] = "categorical_crossentropy"


class SparseCategoricalCrossentropy(OnProbabilities):
    """Compares probabilities with labels: ``categorical_crossentropy`` that takes whole numbers only."""

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=PROBABILITIES, targets=LABELS),
        TargetExample({"label_smoothing": 0.2, "epsilon": 1e-3}, PROBABILITIES, LABELS),
        TargetExample({"from_logits": True}, SCORES, LABELS),
    )

    type: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> ClassTargets:
        if targets.shape == outputs:
            detail = (
                f"expected labels {outputs[:-1]}, got {targets.shape}: categorical_crossentropy takes one-hot targets"
            )
            raise InputError("invalid_targets", "/batch/targets", detail)
        return super().read_targets(targets, outputs, dtype)
