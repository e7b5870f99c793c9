"""What ``POST /explain`` gives."""

from __future__ import annotations

from chainrule.schemas.responses import Described


class Operand(Described):
    """One number that an operation reads, and what comes back to it."""

    id: int
    """The node that it is."""
    local_derivative: float | None
    """The operation's derivative by this operand; null by a target or a constant, as the next."""
    contribution: float | None
    """What the operation sends back: its own gradient times the local derivative."""


class ExplainedNode(Described):
    """One number: a leaf that was sent, or an operation on earlier nodes."""

    id: int
    """Its place in the order of computation, from 0."""
    operation: str
    """``input``, ``weight``, ``target`` or ``constant`` for a leaf; ``multiply``, ``sum``, ``exp`` and so on, or the
    name of an activation."""
    label: str
    """What the chapter calls it: ``x[0]``, ``w[0]``, ``b``, ``x[0]·w[0]``, ``z``; with several units ``w[0][2]``."""
    layer: str | None
    """The layer that it belongs to; null for inputs and the loss."""
    sample: int | None
    """The row of the batch that it belongs to; null for weights, which serve all of them, and the loss of the batch."""
    value: float
    """What it is in the forward pass."""
    gradient: float | None
    """How much what the chain starts at changes with it: the sum of the contributions that reach it; null for a target
    or a constant."""
    operands: list[Operand]
    """What it reads, in the order of the operation; a leaf reads nothing."""
    pointer: str | None = None
    """Where a leaf stands in the request, as a JSON pointer; every single weight and input has one."""


class ExplainResponse(Described):
    """The chain rule, one operation at a time."""

    nodes: list[ExplainedNode]
    """Every number in the order of computation; back to front, they are the chain rule."""
