"""What is said of a weight that no layer has, or that has another shape than the layer needs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Literal

from chainrule.core.arrays import Shape
from chainrule.core.layouts import Layout, called, mismatch
from chainrule.core.network import Node, with_activation
from chainrule.errors import did_you_mean, excerpt

Part = Literal["weights", "state"]
"""Where a request has arrays by layer and name."""

OFTEN = dict.fromkeys(("weight", "weights", "w", "W"), "kernel") | dict.fromkeys(("b", "B", "biases"), "bias")
"""Names that people give to weights, whatever the framework."""


def unexpected(part: Part, node: Node, name: str, got: Shape) -> str:
    """Say what a weight that the layer does not have may have been meant for."""
    shapes: dict[str, Shape] = {**node.weights, **node.state}
    layout = _layouts(node).get(name)
    here = name if layout is None else layout.here
    if here in shapes and here not in _here(part, node):
        return f'send it in "{_other(part)}", as "{here}"'
    if layout is not None and here in shapes:
        return layout.hint(name, _wanted(node, here, got), got)
    often = OFTEN.get(name, "")
    if often in node.weights:
        return called(often, _wanted(node, often, got), got)
    known = _here(part, node)
    return f"unknown weight {excerpt(name)}{did_you_mean(name, known)}" if known else "this layer has none"


def of_another_shape(node: Node, name: str, wanted: Shape, got: Shape) -> str:
    """Say what shape a weight should have, and guess why it has another."""
    questions = (one.question(wanted, got) for one in _layouts(node).values() if one.here == name)
    hints = chain(questions, (part.hint(name, wanted, got) for part in with_activation(node.layer)))
    hint = next(filter(None, hints), None)
    return mismatch(wanted, got) if hint is None else f"expected {wanted}, got {got}{hint}"


def _wanted(node: Node, name: str, got: Shape) -> Shape:
    """Give the shape that is needed, of two that would do the one that came."""
    return got if got == node.other_weights.get(name) else {**node.weights, **node.state}[name]


def _layouts(node: Node) -> dict[str, Layout]:
    """Name the weights as PyTorch does; those of the layer itself before those of the activation inside it."""
    return {name: one for part in reversed(with_activation(node.layer)) for name, one in part.layouts().items()}


def _here(part: Part, node: Node) -> Mapping[str, Shape]:
    return node.weights if part == "weights" else node.state


def _other(part: Part) -> Part:
    return "state" if part == "weights" else "weights"
