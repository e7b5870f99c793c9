"""A network's definition as it is understood: every name and every default filled in."""

from __future__ import annotations

from typing import Any

from chainrule.core.definition import INPUTS
from chainrule.core.network import Network, Node


def resolved_definition(network: Network) -> dict[str, Any]:
    """Write a network's definition in full; sent again, it means the same and stays as it is.

    A parameter is null where that is its meaning, such as no ``activation``; one that follows from others if it is left
    out, such as a pooling's ``strides``, has the value that it gets.
    """
    named = {} if network.inputs == (INPUTS,) else {"inputs": list(network.inputs)}
    return {"layers": [_resolved(node) for node in network.nodes], **named}


def _resolved(node: Node) -> dict[str, Any]:
    place = {"type": node.layer.type, "name": node.name, "inputs": list(node.reads)}
    return place | node.layer.model_dump(mode="json", exclude=set(place)) | node.layer.resolved()
