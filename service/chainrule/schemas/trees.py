"""Arrays by layer and name, ``weights`` and ``state``: what is said to whoever sends them in another form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainrule.errors import LONGEST_ECHO, Fault, pointer

PARTS = ("weights", "state")
"""Where a request has such arrays."""


def form(part: str | int, *inside: str | int) -> str:
    """Show how arrays stand in a part of the request, to whoever has a list of them, or one name for layer and array.

    >>> form("weights", "hidden.weight")
    ': write {"hidden": {"weight": ...}}'
    """
    if part not in PARTS:
        return ""
    if not inside:
        return f': {part} are {{"layer": {{"name": ...}}}}'
    layer, _, name = str(inside[0]).rpartition(".")
    if layer and len(layer + name) < LONGEST_ECHO:
        return f': write {{"{layer}": {{"{name}": ...}}}}'
    return ': arrays have names, as in {"kernel": ..., "bias": ...}'


def misplaced(tree: Any, part: str) -> Iterator[Fault]:
    """Find lists that stand neither by layer nor by name."""
    layers = tree.items() if isinstance(tree, dict) else ()
    for path, value in ((part,), tree), *(((part, layer), one) for layer, one in layers):
        if isinstance(value, list):
            yield Fault("invalid_parameter", pointer(*path), f"must be an object, got a list{form(*path)}")
