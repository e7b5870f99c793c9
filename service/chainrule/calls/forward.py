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
from chainrule.core import engine
from chainrule.core.arrays import Array, is_finite
from chainrule.core.limits import Limits
from chainrule.core.loss import position_factors
from chainrule.core.objective import Evaluated, evaluate
from chainrule.errors import InputError, Proceed
from chainrule.schemas import ForwardRequest


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
            passed, evaluated = run_forward(prepared, measures, proceed)
            return forward_answer(prepared, measures, passed, evaluated)

    return prepared.job(compute, passes=1)


def run_forward(
    prepared: Prepared[Any], measures: Measures, proceed: Proceed
) -> tuple[engine.Forward, Evaluated | None]:
    """Compute the outputs and the loss."""
    network, objective = prepared.network, measures.objective
    passed = engine.forward(network, prepared.inputs, prepared.weights, prepared.runs, proceed)
    return passed, None if objective is None else evaluate(objective, network, passed)


def forward_answer(
    prepared: Prepared[Any], measures: Measures, passed: engine.Forward, evaluated: Evaluated | None
) -> Document:
    """Put together what ``/forward`` and ``/backward`` both answer."""
    include, objective = prepared.request.options.include, measures.objective
    answer: Document = {
        "outputs": passed.values[-1],
        **_losses(prepared, evaluated),
        "fused": objective is not None and objective.fused,
        "state": _state(prepared, passed),
    }
    if measures.metrics:
        answer["metrics"] = _metrics(measures, passed.values[-1])
    if "activations" in include:
        answer["activations"] = {node.name: passed.values[node.value] for node in prepared.network.nodes}
    if evaluated is not None and "sample_losses" in include:
        answer["sample_losses"] = evaluated.reduced.position_losses
    if "statistics" in include:
        answer["statistics"] = forward_statistics(prepared, passed)
    answer["warnings"] = [] if evaluated is None else [asdict(warned) for warned in evaluated.warnings]
    return answer


def _losses(prepared: Prepared[Any], evaluated: Evaluated | None) -> Document:
    """Give the loss; where there are regularizers, the total with its two parts beside it."""
    data_loss = None if evaluated is None else evaluated.reduced.loss
    loss_weight = None if evaluated is None else evaluated.reduced.loss_weight
    dtype = np.dtype(prepared.request.options.dtype)
    penalty = engine.penalty(prepared.network, prepared.weights, dtype)
    if penalty is None:
        return {"loss": data_loss, "loss_weight": loss_weight}
    # a loss for each position has no total: the penalty belongs to none of them
    total = data_loss if data_loss is None or data_loss.ndim else data_loss + penalty
    if total is not None and not is_finite(total):
        raise InputError("non_finite_result", "/loss", "the loss and the penalties add up to more than a number can be")
    return {"loss": total, "data_loss": data_loss, "regularization_loss": penalty, "loss_weight": loss_weight}


def _state(prepared: Prepared[Any], passed: engine.Forward) -> dict[str, dict[str, Array]]:
    """Give the state that the caller sends next time: the new one, or the one that came."""
    return {
        node.name: dict(passed.states.get(index, prepared.runs[index].state))
        for index, node in enumerate(prepared.network.nodes)
        if node.state
    }


def _metrics(measures: Measures, outputs: Array) -> dict[str, float]:
    """Compute the metrics, weighted as the loss is: by sample weights, without ignored positions."""
    objective = measures.objective
    kept = None if objective is None else objective.loss.kept(objective.targets)
    weights = position_factors(kept, measures.sample_weights, outputs[..., 0])
    return {name_of(metric): metric.mean(outputs, targets, weights) for metric, targets in measures.metrics}
