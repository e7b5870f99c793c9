"""``/backward``: what ``/forward`` gives, and the gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule.calls.forward import forward_answer, run_forward
from chainrule.calls.job import Document, Job, Proceed
from chainrule.calls.prepare import Prepared, prepare
from chainrule.core import engine
from chainrule.core.arrays import Array, Weights, cast, norm
from chainrule.core.limits import Limits
from chainrule.core.objective import Evaluated, start
from chainrule.core.tensors import mismatch
from chainrule.errors import Fault, InputError, did_you_mean, excerpt, pointer, refuse
from chainrule.schemas import BackwardRequest

Tree = dict[str, dict[str, Array]]


def prepare_backward(document: Document, limits: Limits) -> Job:
    """Check a ``/backward`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    prepared = prepare(BackwardRequest, document, limits, _check_start)
    upstream = _read_upstream(prepared)
    asked = _read_wrt(prepared)

    def compute(proceed: Proceed) -> Document:
        with engine.arithmetic():
            return _answer(prepared, upstream, asked, proceed)

    return prepared.job(compute)


def _check_start(request: BackwardRequest) -> None:
    """The chain starts at a loss or at an upstream gradient: at exactly one of them."""
    given = request.batch.output_gradients is not None
    if request.loss is None and not given:
        detail = "the chain rule starts at a loss or at batch.output_gradients: send one of them"
        raise InputError("missing_loss", "/loss", detail)
    if request.loss is not None and given:
        detail = "a loss and batch.output_gradients are two starts of the chain rule: send one of them"
        raise InputError("conflicting_fields", "/batch/output_gradients", detail)
    if request.loss is not None and request.loss.reduction == "none":
        detail = (
            "a loss for each sample has no gradient of its own: weigh them by batch.output_gradients, or reduce them"
        )
        raise InputError("invalid_parameter", "/loss/reduction", detail)


def _read_upstream(prepared: Prepared[BackwardRequest]) -> Array | None:
    upstream = prepared.request.batch.output_gradients
    if upstream is None:
        return None
    wanted = prepared.network.output
    if upstream.shape != wanted:
        raise InputError("shape_mismatch", "/batch/output_gradients", mismatch(wanted, upstream.shape))
    return cast(upstream, np.dtype(prepared.request.options.dtype), "batch", "output_gradients")


def _read_wrt(prepared: Prepared[BackwardRequest]) -> engine.Asked:
    """Read what to differentiate with respect to."""
    wrt = prepared.request.options.wrt
    nodes = {node.name: index for index, node in enumerate(prepared.network.nodes)}
    known = {"weights", "inputs", *nodes}
    refuse(
        Fault("invalid_parameter", pointer("options", "wrt", at), f"unknown {excerpt(name)}{did_you_mean(name, known)}")
        for at, name in enumerate(wrt)
        if name not in known
    )
    chosen = None if "weights" in wrt else {nodes[name] for name in wrt if name in nodes}
    return engine.Asked("inputs" in wrt, chosen, "activation_gradients" in prepared.request.options.include)


def _answer(
    prepared: Prepared[BackwardRequest], upstream: Array | None, asked: engine.Asked, proceed: Proceed
) -> Document:
    passed, evaluated = run_forward(prepared, proceed)
    answer = forward_answer(prepared, passed, evaluated)
    warnings = answer.pop("warnings")
    found = engine.backward(
        prepared.network, passed, _start(prepared, upstream, evaluated), prepared.weights, asked, proceed
    )
    weights = _weight_gradients(prepared, found, asked)
    answer["gradients"] = {"weights": weights, "inputs": _input_gradients(prepared, found) if asked.inputs else None}
    if asked.values:
        answer["activation_gradients"] = _activation_gradients(prepared, passed, found)
    if "norms" in prepared.request.options.include:
        answer["norms"] = _norms(weights)
    answer["warnings"] = warnings
    return answer


def _start(
    prepared: Prepared[BackwardRequest], upstream: Array | None, evaluated: Evaluated | None
) -> tuple[int, Array]:
    """Give the value at which the chain starts, and the gradient there."""
    if prepared.objective is not None and evaluated is not None:
        return start(prepared.objective, prepared.network, evaluated)
    assert upstream is not None  # _check_start: there is a loss, or else an upstream gradient
    return prepared.network.nodes[-1].value, upstream


def _weight_gradients(prepared: Prepared[BackwardRequest], found: engine.Backward, asked: engine.Asked) -> Tree:
    """Give the tree that was sent as weights, as far as it was asked for, with zeros where nothing depends on it."""
    network, sent = prepared.network, prepared.request.weights
    gradients: dict[int, Weights] = {
        index: found.weights[index] if index in found.weights else _zeros(prepared.weights[index])
        for index, node in enumerate(network.nodes)
        if node.name in sent and asked.asks_for(index)
    }
    gradients = engine.with_penalties(network, prepared.weights, gradients)
    return {network.nodes[index].name: dict(one) for index, one in gradients.items()}


def _input_gradients(
    prepared: Prepared[BackwardRequest], found: engine.Backward
) -> Array | dict[str, Array | None] | None:
    whole = prepared.network.integer_inputs
    gradients = [
        None if index in whole else _gradient_at(index, one, found) for index, one in enumerate(prepared.inputs)
    ]
    if prepared.request.network.inputs is None:
        return gradients[0]
    return dict(zip(prepared.network.inputs, gradients, strict=True))


def _activation_gradients(
    prepared: Prepared[BackwardRequest], passed: engine.Forward, found: engine.Backward
) -> dict[str, Array]:
    """Give the gradient at each layer's output; one that was fused with the loss has none."""
    nodes = prepared.network.nodes
    if prepared.objective is not None and prepared.objective.fused:
        nodes = nodes[:-1]
    return {node.name: _gradient_at(node.value, passed.values[node.value], found) for node in nodes}


def _gradient_at(index: int, value: Array, found: engine.Backward) -> Array:
    """Give the gradient at a value: zeros where the chain did not reach it."""
    return found.values[index] if index in found.values else np.zeros_like(value)


def _zeros(weights: Weights) -> Weights:
    return {name: np.zeros_like(one) for name, one in weights.items()}


def _norms(gradients: Tree) -> dict[str, Any]:
    layers = {layer: {name: norm(one) for name, one in named.items()} for layer, named in gradients.items()}
    together = math.hypot(*(one for named in layers.values() for one in named.values()))
    if not math.isfinite(together):
        raise InputError("non_finite_result", "/options/include", "the norm of the gradients is too large for a number")
    return {"layers": layers, "global": together}
