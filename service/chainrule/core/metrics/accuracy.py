"""How often a prediction is the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from chainrule.core.arrays import Array, Shape
from chainrule.core.examples import SCORES, TargetExample
from chainrule.core.losses.class_targets import read_labels
from chainrule.core.metrics import Metric
from chainrule.errors import InputError


class Accuracy(Metric):
    """Says how often the prediction is the target, as Keras resolves it.

    A single output says 1 above ``threshold``; of several outputs the largest counts, the first of equals. Targets are
    labels or one-hot.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        *Metric.examples,
        TargetExample({"threshold": 0.25}, ((0.5,), (0.125,), (0.0,)), (1, 1, 0)),
    )
    elsewhere: ClassVar[Mapping[str, str]] = {
        "acc": "Keras's acc",
        "categorical_accuracy": "Keras's categorical_accuracy",
        "sparse_categorical_accuracy": "Keras's sparse_categorical_accuracy",
        "binary_accuracy": "of one output, Keras's binary_accuracy",
    }

    type: Literal["accuracy"] = "accuracy"
    threshold: float = 0.5
    """Above it a single output says 1."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, ignore_index: int | None) -> NDArray[Any]:
        """Read the targets of a single output, 0 or 1, from ``(N,)`` or ``(N, 1)``."""
        if outputs[-1] > 1:
            return super().read_targets(targets, outputs, ignore_index)
        if targets.shape not in (outputs, outputs[:-1]):
            detail = f"expected {outputs} or {outputs[:-1]}, got {targets.shape}"
            raise InputError("shape_mismatch", "/batch/targets", detail)
        no_or_yes = (*outputs[:-1], 2)
        return read_labels(targets.reshape(outputs[:-1]), no_or_yes, np.dtype(np.float64), ignore_index)[0]

    def values(self, outputs: Array, targets: NDArray[Any]) -> NDArray[Any]:
        if outputs.shape[-1] == 1:
            return (outputs[..., 0] > self.threshold) == targets
        return outputs.argmax(axis=-1) == targets


class TopKAccuracy(Metric):
    """Says how often the target is among the ``k`` largest outputs; of equal ones the first counts as larger."""

    examples: ClassVar[tuple[TargetExample, ...]] = (*Metric.examples, TargetExample({"k": 2}, SCORES, (0, 2, 2)))
    elsewhere: ClassVar[Mapping[str, str]] = {
        "top_k_categorical_accuracy": "Keras's top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy": "Keras's sparse_top_k_categorical_accuracy",
    }

    type: Literal["top_k_accuracy"] = "top_k_accuracy"
    k: PositiveInt = 5
    """How many outputs count."""

    def values(self, outputs: Array, targets: NDArray[Any]) -> NDArray[Any]:
        label = targets[..., None].astype(np.intp)
        score = np.take_along_axis(outputs, label, axis=-1)
        earlier_equal = (outputs == score) & (np.arange(outputs.shape[-1]) < label)
        return ((outputs > score) | earlier_equal).sum(axis=-1) < self.k
