"""The chain rule in the language of Graphviz: a box for each number, an arrow for each operand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chainrule.cli.tables import number

SHAPES = {"input": "box", "weight": "box", "target": "box", "constant": "plaintext"}
"""What leaves look like; operations are ellipses."""


def dot(nodes: Sequence[Mapping[str, Any]]) -> str:
    """Write a graph: ``chainrule explain request.json --graphviz | dot -Tsvg > chain.svg`` draws it.

    In each node stand its label, its value and its gradient; on each arrow the local derivative.
    """
    return "\n".join(_lines(nodes))


def quoted(text: str) -> str:
    r"""Write a text as DOT has it: a backslash and a quote are escaped, a line break is ``\n``.

    >>> print(quoted('say "a\\b"'))
    "say \"a\\b\""
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _lines(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "digraph chain {"
    yield "  rankdir=LR;"
    yield '  node [fontname="Helvetica,sans-serif"];'
    layers: dict[str | None, list[Mapping[str, Any]]] = {}
    for node in nodes:
        layers.setdefault(node["layer"], []).append(node)
    for at, (layer, own) in enumerate(layers.items()):
        if layer is None:
            yield from map(_node, own)
        else:
            yield f"  subgraph cluster_{at} {{"
            yield f"  label={quoted(layer)};"
            yield from map(_node, own)
            yield "  }"
    for node in nodes:
        for operand in node["operands"]:
            local = operand["local_derivative"]
            label = "" if local is None else f" [label={quoted(number(local))}]"
            yield f"  n{operand['id']} -> n{node['id']}{label};"
    yield "}"


def _node(node: Mapping[str, Any]) -> str:
    name = f"{node['label']}\n{node['operation']}" if node["operands"] else node["label"]
    gradient = "" if node["gradient"] is None else f"\ngradient {number(node['gradient'])}"
    shape = SHAPES.get(node["operation"], "ellipse")
    label = quoted(f"{name}\nvalue {number(node['value'])}{gradient}")
    return f"  n{node['id']} [shape={shape}, label={label}];"
