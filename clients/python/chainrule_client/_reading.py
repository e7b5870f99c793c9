"""Answers as trees turned into the results of `_results`, for every encoding alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from ._results import (
    ArrayStatistics,
    Backward,
    Envelope,
    Forward,
    Gradients,
    GradientStatistics,
    Norms,
    NumberOrArray,
    ServiceWarning,
    Statistics,
)
from ._types import Array, Document

T = TypeVar("T")
Tree = Mapping[str, Any]


def read_forward(answer: Document, envelope: Envelope) -> Forward:
    """Make a `Forward` of an answer; KeyError, TypeError or ValueError where it is not one.

    Examples
    --------
    >>> envelope = Envelope(request_id="1", server_timing={}, dtype=np.dtype("float64"))
    >>> read_forward({"outputs": [[6.0]], "loss": None, "fused": False, "state": {}, "warnings": []}, envelope).outputs
    array([[6.]])
    """
    return Forward(**_forward_fields(answer, envelope), extra=_unknown(answer, Forward))


def read_backward(answer: Document, envelope: Envelope) -> Backward:
    """Make a `Backward` of an answer; KeyError, TypeError or ValueError where it is not one."""
    array = _array_reader(envelope.dtype)
    gradients, norms = answer["gradients"], answer.get("norms")
    return Backward(
        **_forward_fields(answer, envelope),
        gradients=Gradients(_each_of_each(array, gradients.get("weights")), _one_or_each(array, gradients["inputs"])),
        activation_gradients=_each(array, answer.get("activation_gradients")),
        norms=None if norms is None else Norms(_each_of_each(_number, norms["layers"]), _number(norms["global"])),
        extra=_unknown(answer, Backward),
    )


def _forward_fields(answer: Document, envelope: Envelope) -> dict[str, Any]:
    array = _array_reader(envelope.dtype)
    statistics = answer.get("statistics")
    return {
        "outputs": array(answer["outputs"]),
        "loss": _number_or_none(answer.get("loss")),
        "fused": answer.get("fused", False),
        "state": _each_of_each(array, answer.get("state")),
        "warnings": tuple(_warning(entry) for entry in answer.get("warnings", ())),
        "metrics": answer.get("metrics", {}),
        "activations": _each(array, answer.get("activations")),
        "sample_losses": None if answer.get("sample_losses") is None else array(answer["sample_losses"]),
        "statistics": None if statistics is None else _statistics(statistics),
        "loss_weight": answer.get("loss_weight"),
        "data_loss": _number_or_none(answer.get("data_loss")),
        "regularization_loss": answer.get("regularization_loss"),
        "request_id": envelope.request_id,
        "server_timing": envelope.server_timing,
    }


def _unknown(answer: Document, result: type[Forward]) -> dict[str, Any]:
    known = {field.name for field in fields(result)}
    return {key: value for key, value in answer.items() if key not in known}


def _array_reader(dtype: np.dtype[Any]) -> Callable[[Any], Array]:
    """How to read an array: lists become `dtype`, what came as bytes has its type already."""

    def read(value: Any) -> Array:
        array: Array = value if isinstance(value, np.ndarray) else np.asarray(value, dtype)
        # What came as bytes is a view into the answer and cannot be written to; lists give arrays of the same kind.
        array.flags.writeable = False
        return array

    return read


def _number(value: Any) -> NumberOrArray:
    return np.asarray(value) if isinstance(value, list | np.ndarray) else value


def _number_or_none(value: Any) -> NumberOrArray | None:
    return None if value is None else _number(value)


def _each(read: Callable[[Any], T], tree: Tree | None) -> dict[str, T]:
    return {name: read(value) for name, value in (tree or {}).items()}


def _each_of_each(read: Callable[[Any], T], tree: Tree | None) -> dict[str, dict[str, T]]:
    return {layer: _each(read, values) for layer, values in (tree or {}).items()}


def _one_or_each(read: Callable[[Any], T], value: Any) -> T | dict[str, T] | None:
    """What belongs to the inputs: one thing, one for each input by name, or nothing."""
    if value is None:
        return None
    return _each(read, value) if isinstance(value, dict) else read(value)


def _warning(entry: Tree) -> ServiceWarning:
    return ServiceWarning(entry["code"], entry["detail"], entry.get("pointer"))


def _statistics(tree: Tree) -> Statistics:
    return Statistics(
        activations=_each(_array_statistics, tree.get("activations")),
        weights=_each_of_each(_array_statistics, tree.get("weights")),
        activation_gradients=_each(_array_statistics, tree.get("activation_gradients")),
        gradients=_gradient_statistics(tree["gradients"]) if "gradients" in tree else None,
    )


def _gradient_statistics(tree: Tree) -> GradientStatistics:
    inputs = tree.get("inputs")
    if inputs is not None and all(isinstance(value, dict) for value in inputs.values()):
        of_inputs: ArrayStatistics | dict[str, ArrayStatistics] | None = _each(_array_statistics, inputs)
    else:
        of_inputs = None if inputs is None else _array_statistics(inputs)
    return GradientStatistics(_each_of_each(_array_statistics, tree.get("weights")), of_inputs)


def _array_statistics(numbers: Tree) -> ArrayStatistics:
    return ArrayStatistics(**{field.name: _number(numbers[field.name]) for field in fields(ArrayStatistics)})
