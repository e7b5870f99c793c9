"""The chain rule as a tree: from where it starts, down to the numbers that were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from chainrule.cli.tables import GRADIENT, VALUE, number

Node = Mapping[str, Any]

LEGEND = "value, then gradient: what arrives above · the derivative there = what is sent, of what all steps send"


def tree(nodes: Sequence[Node]) -> RenderableType:
    """Draw the chain rule.

    A number that several steps read is opened where the chain reaches it first; elsewhere it is named, with what that
    step sends it.
    """
    return Group(*_Trees(nodes).all(), "", Text(LEGEND, "dim"))


class _Trees:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = {node["id"]: node for node in nodes}
        self.several = any(node["sample"] for node in nodes)
        """Whether there is another sample than the first."""
        self.opened: set[int] = set()
        self.readers: dict[int, int] = {}
        for node in nodes:
            for one in node["operands"]:
                self.readers[one["id"]] = self.readers.get(one["id"], 0) + 1

    def all(self) -> list[Tree]:
        """Draw a tree for each number that nothing reads; the one that the chain starts at, or those, first."""
        last = [node for node in self.nodes.values() if node["operands"] and node["id"] not in self.readers]
        last.sort(key=lambda node: not node["gradient"])  # an output that the loss does not read is beside the chain
        return [self._tree(node) for node in last]

    def _tree(self, root: Node) -> Tree:
        """Draw from a root down, without recursion: a chain may be longer than Python's stack."""
        start = Text.assemble("gradient ", (number(root["gradient"]), GRADIENT))
        tree = Tree(self._line(root, start, {"layer": None, "sample": None}))
        todo = [(tree, root, operand) for operand in reversed(root["operands"])]
        while todo:
            branch, above, operand = todo.pop()
            node = self.nodes[operand["id"]]
            line = self._line(node, self._sent(above, operand, node), above)
            if node["operands"] and node["id"] in self.opened:
                branch.add(line.append("  (opened above)", "dim"))
                continue
            self.opened.add(node["id"])
            below = branch.add(line)
            todo.extend((below, node, one) for one in reversed(node["operands"]))
        return tree

    def _line(self, node: Node, gradient: Text, above: Node) -> Text:
        """Write a number, and where it belongs if the step above it belongs elsewhere."""
        line = Text.assemble((node["label"], "bold"), " = ", (number(node["value"]), VALUE))
        words = [node["operation"]] if node["operands"] else []
        if node["layer"] not in (None, above["layer"]):
            words.append(f"in {node['layer']}")
        if self.several and node["sample"] not in (None, above["sample"]):
            words.append(f"of sample {node['sample']}")
        if words:
            line.append("  ").append(" ".join(words), "dim")
        return line.append("  ").append(gradient)

    def _sent(self, node: Node, operand: Mapping[str, Any], below: Node) -> Text:
        """Write what a step sends to one of its operands; beside it the sum, where other steps send something too."""
        if operand["contribution"] is None:
            return Text("fixed", "dim")
        arrives, local = number(node["gradient"]), number(operand["local_derivative"])
        sent = Text.assemble(f"{arrives} · {local} = ", (number(operand["contribution"]), GRADIENT))
        if self.readers[below["id"]] > 1:
            sent.append(f", of {number(below['gradient'])}", "dim")
        return sent
