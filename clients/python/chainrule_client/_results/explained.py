"""What ``explain`` gives back: the chain rule, one scalar operation a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from chainrule_client._results.answer import Answer
from chainrule_client._tables import table


@dataclass(frozen=True, slots=True)
class Operand:
    """One number that a node was computed from, and what the node sends back to it."""

    id: int
    """Of the operand's node."""
    local_derivative: float | None
    """How the node's value changes with this operand's; None towards targets and constants."""
    contribution: float | None
    """The node's gradient times the local derivative: the operand's share from here."""


@dataclass(frozen=True, slots=True)
class Node:
    """One number of the computation, with its gradient.

    The gradient is the sum of the contributions of all nodes that read this one.
    """

    id: int
    operation: str
    """``input``, ``weight``, ``target`` or ``constant``; or what was computed: ``multiply``, ``sum``, ``relu``, ..."""
    label: str
    """As it is written down: ``x[0]``, ``w[0]``, ``x[0]·w[0]``, ``z``."""
    layer: str | None
    """The layer that it belongs to, if there is one."""
    sample: int | None
    """The row of the batch; None for what serves the whole batch, as weights do."""
    value: float
    gradient: float | None
    """How the end of the chain changes with this number; None for targets and constants."""
    operands: tuple[Operand, ...]
    """Empty for a leaf."""
    pointer: str | None = None
    """Where a weight or an input stands in the request: ``/weights/hidden/kernel/0/2``."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explanation(Answer):
    """The answer of ``explain``. Printed it is a table, a line a node."""

    nodes: tuple[Node, ...]
    """In the order of computation: each comes after its operands."""

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def node(self, id: int) -> Node:  # noqa: A002 - the answer's own word
        """Give the node of an operand's ``id``; LookupError if there is none."""
        return _only([one for one in self.nodes if one.id == id], f"the id {id}")

    def labelled(self, label: str, *, layer: str | None = None, sample: int | None = None) -> Node:
        """Give the node of a label.

        Parameters
        ----------
        label
            As in ``x[0]·w[0]``.
        layer, sample
            Which of them, where several layers or samples have one of that label.

        Raises
        ------
        LookupError
            If there is no such node, or more than one.
        """
        labelled = [one for one in self.nodes if one.label == label]
        if not labelled:
            near = get_close_matches(label, {one.label for one in self.nodes}, n=3)
            raise LookupError(f"no node is labelled {label!r}" + (f"; near to it: {', '.join(near)}" if near else ""))
        found = [one for one in labelled if layer in (None, one.layer) and sample in (None, one.sample)]
        where = f"in {'any layer' if layer is None else layer}, sample {'any' if sample is None else sample}"
        return _only(found, f"the label {label!r} {where}")

    def at(self, pointer: str) -> Node:
        """Give the weight or input at a JSON pointer into the request; LookupError if there is none."""
        return _only([one for one in self.nodes if one.pointer == pointer], f"the pointer {pointer!r}")

    def operands(self, node: Node) -> tuple[Node, ...]:
        """Give the nodes that a node was computed from."""
        wanted = {one.id: one for one in self.nodes}
        return tuple(wanted[operand.id] for operand in node.operands)

    def readers(self, node: Node) -> tuple[Node, ...]:
        """Give the nodes that read a node, whose contributions add up to its gradient."""
        return tuple(one for one in self.nodes if any(operand.id == node.id for operand in one.operands))

    def __str__(self) -> str:
        return "\n".join(table(_HEADINGS, map(_cells, self.nodes)))


_HEADINGS = {"label": "<", "operation": "<", "layer": "<", "sample": ">", "value": ">", "gradient": ">"}


def _cells(node: Node) -> tuple[str, ...]:
    sample = "" if node.sample is None else str(node.sample)
    gradient = "" if node.gradient is None else f"{node.gradient:.6g}"
    return node.label, node.operation, node.layer or "", sample, f"{node.value:.6g}", gradient


def _only(found: list[Node], what: str) -> Node:
    if len(found) != 1:
        several = f"{len(found)} nodes have {what}: say which by layer and sample" if found else f"no node has {what}"
        raise LookupError(several)
    return found[0]
