"""``/backward``: what ``/forward`` gives, and the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.calls.costs import check_backward_cost
from chainrule.calls.forward import forward_answer, values_read
from chainrule.calls.gradients import gradient_trees, gradients_at, norms, read_wrt
from chainrule.calls.job import Document, Job
from chainrule.calls.measures import Measures, read_measures
from chainrule.calls.prepare import Prepared, prepare
from chainrule.calls.starts import check_request, count_upstreams, read_upstreams
from chainrule.calls.statistics import gradient_statistics
from chainrule.core import engine, shards
from chainrule.core.arrays import Array
from chainrule.core.limits import Limits
from chainrule.core.passes import Batch
from chainrule.errors import Proceed
from chainrule.schemas import BackwardRequest

OF_LAYERS = {"activation_gradients", "statistics"}
"""What reads the gradients at the layers' outputs."""


def prepare_backward(document: Document, limits: Limits) -> Job:
    """Check a ``/backward`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    prepared = prepare(BackwardRequest, document, limits, check_request, check_backward_cost)
    measures = read_measures(prepared)
    upstreams = read_upstreams(prepared)
    asked = read_wrt(prepared, values=not OF_LAYERS.isdisjoint(prepared.request.options.include))

    batch = prepared.batch(measures.objective, upstreams)

    def compute(proceed: Proceed) -> Document:
        with engine.arithmetic():
            return _answer(prepared, measures, batch, asked, proceed)

    return prepared.job(compute, passes=batch.starts)


def _answer(
    prepared: Prepared[BackwardRequest],
    measures: Measures,
    batch: Batch,
    asked: engine.Asked,
    proceed: Proceed,
) -> Document:
    count = batch.starts
    result = shards.run(batch, asked, values_read(prepared), prepared.threads, proceed)
    answer = forward_answer(prepared, measures, result)
    trees = gradient_trees(prepared, result.gradients, asked, count)
    if asked.values:
        trees["activation_gradients"] = _activation_gradients(prepared, measures, result.gradients, count)
    shown = _shown(trees, prepared.request.options.include, count, proceed)
    if count_upstreams(prepared.request, prepared.network) is None:
        shown = _alone(shown)
    if "statistics" in shown:
        shown["statistics"] = answer["statistics"] | shown["statistics"]
    warnings = answer.pop("warnings")
    return answer | shown | {"warnings": warnings}


def _activation_gradients(
    prepared: Prepared[BackwardRequest], measures: Measures, found: engine.Backward, count: int
) -> dict[str, Array]:
    """Give the gradients at each layer's output; one that was fused with the loss has none."""
    network, dtype = prepared.network, np.dtype(prepared.request.options.dtype)
    nodes = network.nodes
    if measures.objective is not None and measures.objective.fused:
        nodes = nodes[:-1]
    return {node.name: gradients_at(found, node.value, (count, *network.shape_of(node)), dtype) for node in nodes}


def _shown(trees: Document, include: Sequence[str], count: int, proceed: Proceed) -> Document:
    """Choose what the answer has of the K gradients of everything, and compute what it says about them."""
    shown = {name: tree for name, tree in trees.items() if name == "gradients" or name in include}
    if "norms" in include:
        shown["norms"] = norms(trees["gradients"]["weights"], count, proceed)
    if "statistics" in include:
        shown["statistics"] = gradient_statistics(trees, proceed)
    return shown


def _alone(tree: Any) -> Any:
    """Take away the axis for several upstream gradients, where one came without it."""
    if isinstance(tree, dict):
        return {name: _alone(below) for name, below in tree.items()}
    return None if tree is None else tree[0]
