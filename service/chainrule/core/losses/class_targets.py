"""Targets that are classes: labels, or a distribution over the classes for each position.

Every cross-entropy is ``-Σ q_c · log p_c``, with ``q`` the target after label smoothing ``s`` and class weights ``w``:

* a label ``y`` gives ``q_c = (1 - s) · w_y · [c = y] + (s / C) · w_c`` (PyTorch's formula: the smooth part is weighted
  too), kept as a spike at ``y`` and a floor that is the same for all positions, so that no ``(N, C)`` array is built;
* a distribution ``t`` gives ``q_c = w_c · ((1 - s) · t_c + s / C)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape, cast
from chainrule.core.losses.checks import POINTER, check_targets
from chainrule.errors import InputError


@dataclass(frozen=True, slots=True)
class Labels:
    """A class for each position."""

    index: NDArray[np.intp]
    """The label of each position; 0 where it is ignored."""
    spike: Array
    """What ``q`` has at the label beside the floor."""
    floor: Array | None
    """What ``q`` has at every class, ``(C,)``; None is 0."""
    kept: Array | None
    """1 where a position counts, 0 where it is ignored; None if all count."""
    weight: Array | None
    """The class weight of each position; None if all are 1."""

    def at(self, values: Array) -> Array:
        """Pick each position's value at its label."""
        return np.take_along_axis(values, self.index[..., None], axis=-1)[..., 0]

    def dot(self, values: Array, less: Array | None = None) -> Array:
        """Compute ``Σ_c q_c · (values_c - less)`` for each position, with one number ``less`` in each, ``(..., 1)``."""
        picked = self.at(values) if less is None else self.at(values) - less[..., 0]
        if self.floor is None:
            return self.spike * picked
        return self.spike * picked + _lessened(values, less) @ self.floor

    def some(self, rows: slice) -> Labels:
        """Give those of some samples."""
        kept = None if self.kept is None else self.kept[rows]
        weight = None if self.weight is None else self.weight[rows]
        return Labels(self.index[rows], self.spike[rows], self.floor, kept, weight)

    def mass(self) -> Array:
        """Compute ``Σ_c q_c`` for each position."""
        return self.spike if self.floor is None else self.spike + self.floor.sum()

    def scaled(self, factors: Array, shape: Shape) -> Array:
        """Give ``factors · q`` as a new array of the outputs' shape."""
        floor = np.zeros((), factors.dtype) if self.floor is None else self.floor
        result = np.empty(shape, factors.dtype)
        np.multiply(factors[..., None], floor, out=result)
        self.subtract(result, -factors)
        return result

    def subtract(self, array: Array, factors: Array) -> None:
        """Take ``factors · spike`` away at each label, in place."""
        rows = array.reshape(-1, array.shape[-1])
        rows[np.arange(len(rows)), self.index.ravel()] -= (factors * self.spike).ravel()

    def subtract_all(self, array: Array, factors: Array) -> None:
        """Take ``factors · q`` away, in place."""
        self.subtract(array, factors)
        if self.floor is not None:
            array -= factors[..., None] * self.floor


@dataclass(frozen=True, slots=True)
class Distributions:
    """A distribution over the classes for each position; nothing makes its entries sum to 1."""

    q: Array
    kept: None = None
    weight: None = None

    def dot(self, values: Array, less: Array | None = None) -> Array:
        """Compute ``Σ_c q_c · (values_c - less)`` for each position, with one number ``less`` in each, ``(..., 1)``."""
        return np.einsum("...c,...c->...", self.q, _lessened(values, less))

    def some(self, rows: slice) -> Distributions:
        """Give those of some samples."""
        return Distributions(self.q[rows])

    def mass(self) -> Array:
        """Compute ``Σ_c q_c`` for each position."""
        return self.q.sum(axis=-1)

    def scaled(self, factors: Array, shape: Shape) -> Array:
        """Give ``factors · q`` as a new array of the outputs' shape."""
        return factors[..., None] * self.q

    def subtract_all(self, array: Array, factors: Array) -> None:
        """Take ``factors · q`` away, in place."""
        array -= factors[..., None] * self.q


ClassTargets = Labels | Distributions


def _lessened(values: Array, less: Array | None) -> Array:
    return values if less is None else values - less


def read_class_targets(
    targets: NDArray[Any],
    outputs: Shape,
    dtype: np.dtype[Any],
    *,
    smoothing: float = 0.0,
    class_weights: Sequence[float] | None = None,
    ignore_index: int | None = None,
) -> ClassTargets:
    """Read labels (the outputs' shape without the classes) or distributions (the outputs' shape).

    Raises
    ------
    InputError
        If they have another shape, a label is no whole number, or no class, there are not as many weights as classes,
        or a label is to be ignored where there are none.
    """
    classes = outputs[-1]
    weights = None if class_weights is None else _read_class_weights(class_weights, classes, dtype)
    if targets.shape == outputs:
        if ignore_index is not None:
            detail = "labels can be ignored, distributions over the classes cannot: give them a sample weight of 0"
            raise InputError("invalid_parameter", "/loss/ignore_index", detail)
        q = cast(targets, dtype, "batch", "targets")
        if smoothing:
            q = q * dtype.type(1 - smoothing) + dtype.type(smoothing / classes)
        return Distributions(q if weights is None else q * weights)
    index, kept = read_labels(targets, outputs, dtype, ignore_index)
    weight = None if weights is None else weights[index]
    spike = np.full(index.shape, 1 - smoothing, dtype)
    if weight is not None:
        spike *= weight
    floor = (smoothing / classes) * (np.ones(classes, dtype) if weights is None else weights) if smoothing else None
    return Labels(index, spike, floor, kept, weight)


def _read_class_weights(class_weights: Sequence[float], classes: int, dtype: np.dtype[Any]) -> Array:
    if len(class_weights) != classes:
        detail = f"expected a weight for each of {classes} classes, got {len(class_weights)}"
        raise InputError("shape_mismatch", "/loss/class_weights", detail)
    return cast(np.asarray(class_weights, float), dtype, "loss", "class_weights")


def read_labels(
    targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any], ignore_index: int | None = None
) -> tuple[NDArray[np.intp], Array | None]:
    """Read a label for each position: the labels, with 0 for ignored ones, and which ones count.

    Raises
    ------
    InputError
        If the shape differs, a label is no whole number, or no class.
    """
    positions = outputs[:-1]
    if targets.shape != positions:
        detail = f"expected labels {_shape(positions)} or the output's shape {outputs}, got {_shape(targets.shape)}"
        raise InputError("shape_mismatch", POINTER, detail)
    if targets.dtype.kind == "f":
        check_targets(targets, targets == np.trunc(targets), "a label is a whole number")
    if ignore_index is None:
        _check_range(targets, outputs[-1])
        return targets.astype(np.intp), None
    kept = targets != ignore_index
    labels = np.where(kept, targets, 0)
    _check_range(labels, outputs[-1])
    return labels.astype(np.intp), kept.astype(dtype)


def _check_range(labels: NDArray[Any], classes: int) -> None:
    """Refuse labels that are no classes; before they become indices, since a large number would become another one."""
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        where = np.unravel_index(int(outside.argmax()), outside.shape)
        detail = f"label {labels[where]:.16g} at {list(map(int, where))} is none of the classes 0 to {classes - 1}"
        raise InputError("target_out_of_range", POINTER, detail)


def _shape(shape: Shape) -> str:
    return str(tuple(map(int, shape)))
