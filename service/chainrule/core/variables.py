"""What a layer keeps from request to request: its weights and its state, said once with the layer."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.core.initializers import Initializer


@dataclass(frozen=True, slots=True)
class Variable:
    """A weight, or a non-trainable array, that a layer may have."""

    layout: str
    """What stands along each axis, as in ``(in, units)``."""
    start: Initializer | str
    """What it starts as, or the parameter that says it."""
    trained: bool = True
    """Whether it is a weight, rather than state."""


def kernel(layout: str) -> Variable:
    """Give a kernel, with an initializer of its own."""
    return Variable(layout, "kernel_initializer")


def bias(layout: str) -> Variable:
    """Give a bias, with an initializer of its own."""
    return Variable(layout, "bias_initializer")
