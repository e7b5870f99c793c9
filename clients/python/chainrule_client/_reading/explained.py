"""Reading the answer of ``explain``."""

from __future__ import annotations

from chainrule_client._reading.trees import Tree, common
from chainrule_client._results import Envelope, Explanation, Node, Operand
from chainrule_client._types import Document


def read_explanation(answer: Document, envelope: Envelope) -> Explanation:
    """Make an `Explanation` of an answer."""
    return Explanation(nodes=tuple(map(_node, answer["nodes"])), **common(answer, envelope, Explanation))


def _node(entry: Tree) -> Node:
    return Node(
        id=entry["id"],
        operation=entry["operation"],
        label=entry["label"],
        layer=entry.get("layer"),
        sample=entry.get("sample"),
        value=entry["value"],
        gradient=entry.get("gradient"),
        operands=tuple(map(_operand, entry["operands"])),
        pointer=entry.get("pointer"),
    )


def _operand(entry: Tree) -> Operand:
    return Operand(entry["id"], entry.get("local_derivative"), entry.get("contribution"))
