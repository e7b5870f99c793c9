# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""Metrics: entries of a request's ``metrics``.

>>> TopKAccuracy(k=3)
TopKAccuracy(k=3)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ._parts import Metric, refusing


class Accuracy(Metric):
    """Says how often the prediction is the target, as Keras resolves it.

    A single output says 1 above ``threshold``; of several outputs the largest counts, the first of equals. Targets are
    labels or one-hot.

    Parameters
    ----------
    threshold
        Above it a single output says 1.
    name
        The figure's name in the answer; its type if not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "accuracy"

    def __init__(self, *, threshold: float = 0.5, name: str | None = None) -> None: ...


class TopKAccuracy(Metric):
    """Says how often the target is among the ``k`` largest outputs; of equal ones the first counts as larger.

    Parameters
    ----------
    k
        How many outputs count.
    name
        The figure's name in the answer; its type if not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "top_k_accuracy"

    def __init__(self, *, k: int = 5, name: str | None = None) -> None: ...


if not TYPE_CHECKING:
    __getattr__ = refusing(
        __name__,
        {
            "acc": "Keras's acc is Accuracy",
            "binary_accuracy": "of one output, Keras's binary_accuracy is Accuracy",
            "binaryaccuracy": "of one output, Keras's binary_accuracy is Accuracy",
            "categorical_accuracy": "Keras's categorical_accuracy is Accuracy",
            "categoricalaccuracy": "Keras's categorical_accuracy is Accuracy",
            "sparse_categorical_accuracy": "Keras's sparse_categorical_accuracy is Accuracy",
            "sparse_top_k_categorical_accuracy": "Keras's sparse_top_k_categorical_accuracy is TopKAccuracy",
            "sparsecategoricalaccuracy": "Keras's sparse_categorical_accuracy is Accuracy",
            "sparsetopkcategoricalaccuracy": "Keras's sparse_top_k_categorical_accuracy is TopKAccuracy",
            "top_k_categorical_accuracy": "Keras's top_k_categorical_accuracy is TopKAccuracy",
            "topkcategoricalaccuracy": "Keras's top_k_categorical_accuracy is TopKAccuracy",
        },
    )


__all__ = ["Accuracy", "Metric", "TopKAccuracy"]
