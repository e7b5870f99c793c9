"""``/forward``: the outputs, and the loss if one was asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from chainrule.calls.costs import check_forward_cost
from chainrule.calls.job import Document, Job
from chainrule.calls.measures import Measures, check_measures, name_of, read_measures
from chainrule.calls.prepare import Prepared, prepare
from chainrule.calls.statistics import forward_statistics
from chainrule.core import engine, shards
from chainrule.core.arrays import Array, is_finite
from chainrule.core.limits import Limits
from chainrule.core.loss import Reduced, position_factors
from chainrule.core.passes import Result
from chainrule.errors import InputError, Proceed
from chainrule.schemas import ForwardRequest

OF_EVERY_LAYER = {"activations", "statistics"}
"""What reads every layer's output."""


def prepare_forward(document: Document, limits: Limits) -> Job:
    """Check a ``/forward`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    prepared = prepare(ForwardRequest, document, limits, check_measures, check_forward_cost)
    measures = read_measures(prepared)

    def compute(proceed: Proceed) -> Document:
        with engine.arithmetic():
            batch = prepared.batch(measures.objective)
            result = shards.run(batch, None, values_read(prepared), prepared.threads, proceed)
            return forward_answer(prepared, measures, result)

    return prepared.job(compute, passes=1)


def values_read(prepared: Prepared[Any]) -> list[int]:
    """List the values that an answer holds or tells of: the outputs at least."""
    network = prepared.network
    every = not OF_EVERY_LAYER.isdisjoint(prepared.request.options.include)
    return [node.value for node in (network.nodes if every else network.nodes[-1:])]


def forward_answer(prepared: Prepared[Any], measures: Measures, result: Result) -> Document:
    """Put together what ``/forward`` and ``/backward`` both answer."""
    network, include, objective = prepared.network, prepared.request.options.include, measures.objective
    outputs = result.values[network.nodes[-1].value]
    answer: Document = {
        "outputs": outputs,
        **_losses(prepared, result.reduced),
        "fused": objective is not None and objective.fused,
        "state": _state(prepared, result),
    }
    if measures.metrics:
        answer["metrics"] = _metrics(measures, outputs)
    if "activations" in include:
        answer["activations"] = {node.name: result.values[node.value] for node in network.nodes}
    if result.reduced is not None and "sample_losses" in include:
        answer["sample_losses"] = result.reduced.position_losses
    if "statistics" in include:
        answer["statistics"] = forward_statistics(prepared, result)
    warnings = () if objective is None else objective.warnings(network, result.noticed)
    answer["warnings"] = [asdict(warned) for warned in warnings]
    return answer


def _losses(prepared: Prepared[Any], reduced: Reduced | None) -> Document:
    """Give the loss; where there are regularizers, the total with its two parts beside it."""
    data_loss = None if reduced is None else reduced.loss
    loss_weight = None if reduced is None else reduced.loss_weight
    dtype = np.dtype(prepared.request.options.dtype)
    penalty = engine.penalty(prepared.network, prepared.weights, dtype)
    if penalty is None:
        return {"loss": data_loss, "loss_weight": loss_weight}
    # a loss for each position has no total: the penalty belongs to none of them
    total = data_loss if data_loss is None or data_loss.ndim else data_loss + penalty
    if total is not None and not is_finite(total):
        raise InputError("non_finite_result", "/loss", "the loss and the penalties add up to more than a number can be")
    return {"loss": total, "data_loss": data_loss, "regularization_loss": penalty, "loss_weight": loss_weight}


def _state(prepared: Prepared[Any], result: Result) -> dict[str, dict[str, Array]]:
    """Give the state that the caller sends next time: the new one, or the one that came."""
    return {
        node.name: dict(result.states.get(index, prepared.runs[index].state))
        for index, node in enumerate(prepared.network.nodes)
        if node.state
    }


def _metrics(measures: Measures, outputs: Array) -> dict[str, float]:
    """Compute the metrics, weighted as the loss is: by sample weights, without ignored positions."""
    objective = measures.objective
    kept = None if objective is None else objective.loss.kept(objective.targets)
    weights = position_factors(kept, measures.sample_weights, outputs[..., 0])
    return {name_of(metric): metric.mean(outputs, targets, weights) for metric, targets in measures.metrics}
