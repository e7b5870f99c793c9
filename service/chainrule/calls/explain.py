"""``/explain``: the chain rule, scalar by scalar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.calls.gradients import read_wrt
from chainrule.calls.job import Document, Job
from chainrule.calls.measures import Measures, read_measures
from chainrule.calls.prepare import Prepared, prepare
from chainrule.calls.starts import check_is_one, check_request, read_upstreams
from chainrule.core import engine, explain, passes
from chainrule.core.arrays import Array
from chainrule.core.limits import Limits
from chainrule.core.network import Network
from chainrule.core.tensors import read_inputs
from chainrule.errors import Proceed
from chainrule.schemas import BackwardRequest


def prepare_explain(document: Document, limits: Limits) -> Job:
    """Check an ``/explain`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    prepared = prepare(BackwardRequest, document, limits, check_request, _check_cost)
    measures, upstreams = read_measures(prepared), read_upstreams(prepared)
    read_wrt(prepared)  # every gradient is shown, whatever is asked for; but no unknown name passes
    if measures.objective is not None:
        explain.check_loss(prepared.network, [one.shape for one in prepared.inputs], measures.objective)

    def compute(proceed: Proceed) -> Document:
        with engine.arithmetic():
            return {"nodes": _described(_explained(prepared, measures, upstreams, proceed))}

    return prepared.job(compute)


def _check_cost(request: BackwardRequest, network: Network, _limits: Limits) -> None:
    check_is_one(request, network)
    inputs = read_inputs(request.batch.inputs, request.network.inputs)
    explain.check_network(network, [one.shape for one in inputs.values()])


def _explained(
    prepared: Prepared[BackwardRequest], measures: Measures, upstreams: Array | None, proceed: Proceed
) -> explain.Chain:
    """Build the graph, and differentiate it.

    The engine runs forward first: it refuses what ``/backward`` refuses, in the same words.
    """
    _, evaluated = passes.forward(prepared.batch(measures.objective), proceed)
    network, inputs, weights = prepared.network, prepared.inputs, prepared.weights
    if measures.objective is None or evaluated is None:
        assert upstreams is not None  # check_request: there is a loss, or else an upstream gradient
        return explain.from_outputs(network, inputs, weights, upstreams[0], proceed)
    targets = prepared.request.batch.targets
    assert targets is not None  # check_measures: a loss has targets
    measured = explain.Measured(measures.objective, targets, evaluated.reduced.loss_weight)
    return explain.from_loss(network, inputs, weights, measured, proceed)


def _described(chain: explain.Chain) -> list[dict[str, Any]]:
    """Describe each node as the answer has it. What is fixed has no gradient, and nothing is sent to it."""
    dtype = chain.gradients.dtype
    number: Callable[[Any], Any] = float if dtype == np.float64 else dtype.type  # float32 says itself in fewer digits
    described = []
    for at, (node, gradient) in enumerate(zip(chain.nodes, map(number, chain.gradients), strict=True)):
        one = {
            "id": at,
            "operation": node.operation,
            "label": node.label,
            "layer": node.place.layer,
            "sample": node.place.sample,
            "value": number(node.value) + 0,
            "gradient": None if node.is_fixed else gradient,
            "operands": [
                _operand(operand, None if slope is None else number(slope), gradient)
                for operand, slope in zip(node.operands, node.slopes, strict=True)
            ],
        }
        described.append(one if node.pointer is None else one | {"pointer": node.pointer})
    return described


def _operand(at: int, slope: float | None, gradient: float) -> dict[str, Any]:
    contribution = None if slope is None else gradient * slope + 0  # no -0, which a reader would wonder at
    return {"id": at, "local_derivative": slope, "contribution": contribution}
