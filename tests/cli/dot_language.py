"""A strict reader of the part of Graphviz's language that has no ports, no HTML and no comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(r'\s*(?:(?P<id>[A-Za-z_][A-Za-z_0-9]*)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>->|[{}\[\];=,]))')
KEYWORDS = {"digraph", "graph", "node", "edge", "subgraph", "strict"}


@dataclass
class Drawing:
    """What a text describes: the attributes of each node, the arrows with their labels, and nodes by cluster."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    arrows: list[tuple[str, str, str]] = field(default_factory=list)
    clusters: dict[str, list[str]] = field(default_factory=dict)


class Reader:
    """Reads ``digraph ID { statements }``; anything else is an AssertionError."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = TOKEN.match(text, at)
            assert match, f"no token of DOT: {text[at : at + 40]!r}"
            assert match.lastgroup
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.drawing = Drawing()

    def read(self) -> Drawing:
        self.take("digraph")
        self.identifier()
        self.statements(None)
        assert not self.tokens, "something follows the graph"
        return self.drawing

    def peek(self) -> str:
        return self.tokens[0][1]

    def take(self, expected: str) -> None:
        kind, text = self.tokens.pop(0)
        assert text == expected, f"expected {expected}, got {text}"
        assert kind != "text"

    def identifier(self) -> str:
        kind, text = self.tokens.pop(0)
        assert kind in ("id", "text"), f"expected an ID, got {text}"
        if kind == "text":
            return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text[1:-1])
        assert text not in KEYWORDS
        return text

    def statements(self, cluster: str | None) -> None:
        self.take("{")
        while self.peek() != "}":
            self.statement(cluster)
        self.take("}")

    def statement(self, cluster: str | None) -> None:
        if self.peek() == "subgraph":
            self.take("subgraph")
            name = self.identifier()
            self.drawing.clusters[name] = []
            self.statements(name)
            return
        if self.peek() == "node":
            self.take("node")
            self.attributes()
            self.take(";")
            return
        name = self.identifier()
        if self.peek() == "=":
            self.take("=")
            self.identifier()
        elif self.peek() == "->":
            self.take("->")
            other = self.identifier()
            self.drawing.arrows.append((name, other, self.attributes().get("label", "")))
        else:
            assert name not in self.drawing.nodes, f"{name} is described twice"
            self.drawing.nodes[name] = self.attributes()
            if cluster:
                self.drawing.clusters[cluster].append(name)
        self.take(";")

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.peek() != "[":
            return found
        self.take("[")
        while self.peek() != "]":
            name = self.identifier()
            self.take("=")
            found[name] = self.identifier()
            if self.peek() == ",":
                self.take(",")
        self.take("]")
        return found
