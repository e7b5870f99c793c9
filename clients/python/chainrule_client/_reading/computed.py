"""Reading the answers of ``forward`` and ``backward``."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from chainrule_client._reading.trees import (
    Tree,
    array_reader,
    common,
    each,
    each_of_each,
    each_or_none,
    maybe,
    number,
    number_reader,
    one_or_each,
)
from chainrule_client._results import (
    ArrayStatistics,
    Backward,
    Envelope,
    Forward,
    Gradients,
    GradientStatistics,
    Norms,
    ServiceWarning,
    Statistics,
)
from chainrule_client._types import Document


def read_forward(answer: Document, envelope: Envelope) -> Forward:
    """Make a `Forward` of an answer.

    Examples
    --------
    >>> import numpy as np
    >>> envelope = Envelope(request_id="1", server_timing={}, dtype=np.dtype("float64"))
    >>> read_forward({"outputs": [[6.0]], "loss": None, "fused": False, "state": {}, "warnings": []}, envelope).outputs
    array([[6.]])
    """
    return Forward(**_forward_fields(answer, envelope), **common(answer, envelope, Forward))


def read_backward(answer: Document, envelope: Envelope) -> Backward:
    """Make a `Backward` of an answer."""
    array = array_reader(envelope.dtype)
    gradients = answer["gradients"]
    return Backward(
        **_forward_fields(answer, envelope),
        gradients=Gradients(each_of_each(array, gradients.get("weights")), one_or_each(array, gradients["inputs"])),
        activation_gradients=each(array, answer.get("activation_gradients")),
        norms=maybe(_norms, answer.get("norms")),
        **common(answer, envelope, Backward),
    )


def _forward_fields(answer: Document, envelope: Envelope) -> dict[str, Any]:
    array, loss = array_reader(envelope.dtype), number_reader(envelope.dtype)
    return {
        "outputs": array(answer["outputs"]),
        "loss": loss(answer.get("loss")),
        "fused": answer.get("fused", False),
        "state": each_of_each(array, answer.get("state")),
        "warnings": tuple(_warning(entry) for entry in answer.get("warnings", ())),
        "metrics": answer.get("metrics", {}),
        "activations": each(array, answer.get("activations")),
        "sample_losses": maybe(array, answer.get("sample_losses")),
        "statistics": maybe(_statistics, answer.get("statistics")),
        "loss_weight": answer.get("loss_weight"),
        "data_loss": loss(answer.get("data_loss")),
        "regularization_loss": answer.get("regularization_loss"),
    }


def _warning(entry: Tree) -> ServiceWarning:
    return ServiceWarning(entry["code"], entry["detail"], entry.get("pointer"))


def _norms(tree: Tree) -> Norms:
    return Norms(each_of_each(number, tree["layers"]), number(tree["global"]))


def _statistics(tree: Tree) -> Statistics:
    return Statistics(
        activations=each(_array_statistics, tree.get("activations")),
        weights=each_of_each(_array_statistics, tree.get("weights")),
        activation_gradients=each(_array_statistics, tree.get("activation_gradients")),
        gradients=maybe(_gradient_statistics, tree.get("gradients")),
    )


def _gradient_statistics(tree: Tree) -> GradientStatistics:
    weights, inputs = each_of_each(_array_statistics, tree.get("weights")), tree.get("inputs")
    if inputs is not None and not _is_one(inputs):
        return GradientStatistics(weights, each_or_none(_array_statistics, inputs))
    return GradientStatistics(weights, maybe(_array_statistics, inputs))


def _is_one(tree: Tree) -> bool:
    """Whether these are the statistics of one array: those of several stand by name, which may be ``mean`` too."""
    return isinstance(tree.get("minimum"), int | float | list)


def _array_statistics(numbers: Tree) -> ArrayStatistics:
    return ArrayStatistics(**{field.name: number(numbers[field.name]) for field in fields(ArrayStatistics)})
