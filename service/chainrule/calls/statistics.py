"""``include: ["statistics"]``: five numbers for each array that an answer could hold, in the trees of the arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.calls.job import Document
from chainrule.calls.prepare import Prepared
from chainrule.core.arrays import Array
from chainrule.core.passes import Result
from chainrule.core.statistics import statistics
from chainrule.errors import Proceed, going_on


def forward_statistics(prepared: Prepared[Any], result: Result) -> Document:
    """Summarize each layer's output, and the weights as they were sent."""
    nodes, sent = prepared.network.nodes, prepared.request.weights
    return {
        "activations": {node.name: statistics(result.values[node.value]) for node in nodes},
        "weights": {
            node.name: {name: statistics(one) for name, one in weights.items()}
            for node, weights in zip(nodes, prepared.weights, strict=True)
            if node.name in sent
        },
    }


def gradient_statistics(tree: Any, proceed: Proceed) -> Any:
    """Summarize each array of a tree of K gradients, ``(K, *shape)``: lists of K numbers; null where there is none."""
    if isinstance(tree, np.ndarray):
        return _each(tree, proceed)
    return None if tree is None else {name: gradient_statistics(below, proceed) for name, below in tree.items()}


def _each(gradients: Array, proceed: Proceed) -> dict[str, list[float | int]]:
    found = [statistics(one) for one in going_on(gradients, proceed)]
    return {name: [one[name] for one in found] for name in found[0]}
