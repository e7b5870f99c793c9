"""Every operation of a graph of scalars: its value, and its derivative by each operand, in a row of one table.

Activations stand in no row: each is one operation under its own name, with the value and the slope of its class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Number = np.floating[Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of scalars and its derivatives."""

    value: Callable[..., Any]
    """The result, of the operands."""
    slopes: Callable[..., Sequence[Any]]
    """The derivative by each operand, of the result and then the operands."""
    label: str
    """How it is written, with the labels of its operands in the gaps."""


def _shares(y: Number, a: Number, b: Number) -> tuple[float, float]:
    """Give the gradient to the larger one, and half of it to each of two equal ones, as the layer ``maximum`` does."""
    return (0.5, 0.5) if a == b else (float(a > b), float(b > a))


OPERATIONS = {
    "multiply": Operation(lambda a, b: a * b, lambda y, a, b: (b, a), "{}·{}"),
    "divide": Operation(lambda a, b: a / b, lambda y, a, b: (1 / b, -y / b), "{} / {}"),
    "subtract": Operation(lambda a, b: a - b, lambda y, a, b: (1, -1), "{} - {}"),
    "sum": Operation(lambda *terms: sum(terms), lambda y, *terms: (1,) * len(terms), "sum"),
    "mean": Operation(lambda *terms: sum(terms) / len(terms), lambda y, *terms: (1 / len(terms),) * len(terms), "mean"),
    "maximum": Operation(max, _shares, "max({}, {})"),
    "identity": Operation(lambda a: a, lambda y, a: (1,), "{}"),
    "negate": Operation(lambda a: -a, lambda y, a: (-1,), "-{}"),
    "square": Operation(lambda a: a * a, lambda y, a: (2 * a,), "({})²"),
    "absolute": Operation(abs, lambda y, a: (np.sign(a),), "|{}|"),
    "exp": Operation(np.exp, lambda y, a: (y,), "exp({})"),
    "log": Operation(np.log, lambda y, a: (1 / a,), "log({})"),
    # The ruling for probabilities: value and divisor are clipped, and the gradient passes as if nothing were.
    "clip": Operation(max, lambda y, a, least: (1, 0), "clip({})"),
}
"""By the names that the contract has for them."""
