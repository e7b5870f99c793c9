"""What a backward pass has found, in the trees of an answer: K gradients of everything, ``(K, *shape)``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.calls.prepare import Prepared
from chainrule.core import engine
from chainrule.core.arrays import Array, Shape, Weights, norm
from chainrule.errors import Fault, InputError, Proceed, did_you_mean, excerpt, going_on, pointer, refuse

Tree = dict[str, dict[str, Array]]
"""Arrays by layer and name."""


def read_wrt(prepared: Prepared[Any], *, values: bool = False) -> engine.Asked:
    """Read what to differentiate with respect to, and whether the gradients at the layers' outputs are wanted too.

    Raises
    ------
    InputError
        ``invalid_parameter`` where a name is neither ``weights`` nor ``inputs``, nor that of a layer.
    """
    wrt = prepared.request.options.wrt
    nodes = {node.name: index for index, node in enumerate(prepared.network.nodes)}
    known = {"weights", "inputs", *nodes}
    refuse(
        Fault("invalid_parameter", pointer("options", "wrt", at), f"unknown {excerpt(name)}{did_you_mean(name, known)}")
        for at, name in enumerate(wrt)
        if name not in known
    )
    chosen = None if "weights" in wrt else {nodes[name] for name in wrt if name in nodes}
    return engine.Asked("inputs" in wrt, chosen, values)


def gradient_trees(
    prepared: Prepared[Any], found: engine.Backward, asked: engine.Asked, count: int
) -> dict[str, dict[str, Any]]:
    """Give the K gradients of what was asked for, in the trees of what was sent.

    Raises
    ------
    InputError
        ``non_finite_result`` where a gradient is no longer finite with its penalty.
    """
    weights = _weight_gradients(prepared, found, asked, count)
    return {
        "gradients": {"weights": weights, "inputs": _input_gradients(prepared, found, count) if asked.inputs else None}
    }


def _weight_gradients(prepared: Prepared[Any], found: engine.Backward, asked: engine.Asked, count: int) -> Tree:
    """Give the tree that was sent as weights, as far as it was asked for, with zeros where nothing depends on it."""
    network, sent = prepared.network, prepared.request.weights
    gradients: dict[int, Weights] = {
        index: found.weights[index] if index in found.weights else _zeros(prepared.weights[index], count)
        for index, node in enumerate(network.nodes)
        if node.name in sent and asked.asks_for(index)
    }
    gradients = engine.with_penalties(network, prepared.weights, gradients)
    return {network.nodes[index].name: dict(one) for index, one in gradients.items()}


def _input_gradients(
    prepared: Prepared[Any], found: engine.Backward, count: int
) -> Array | dict[str, Array | None] | None:
    """Give the gradient at each input, null at one of whole numbers; by name where the inputs have names."""
    whole = prepared.network.integer_inputs
    gradients = [
        None if index in whole else gradients_at(found, index, (count, *one.shape), one.dtype)
        for index, one in enumerate(prepared.inputs)
    ]
    if prepared.request.network.inputs is None:
        return gradients[0]
    return dict(zip(prepared.network.inputs, gradients, strict=True))


def gradients_at(found: engine.Backward, index: int, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Give the gradients at a value, ``(K, *shape)``: zeros where the chain did not reach it."""
    return found.values[index] if index in found.values else np.zeros(shape, dtype)


def _zeros(weights: Weights, count: int) -> Weights:
    return {name: np.zeros((count, *one.shape), one.dtype) for name, one in weights.items()}


def norms(gradients: Mapping[str, Weights], count: int, proceed: Proceed) -> dict[str, Any]:
    """Compute the length of the gradients of each weight, and of all weights together: lists of K numbers.

    Raises
    ------
    InputError
        ``non_finite_result`` where a length is too large for a number.
    """
    layers = {
        layer: {name: [norm(one) for one in going_on(each, proceed)] for name, each in named.items()}
        for layer, named in gradients.items()
    }
    lengths = [each for named in layers.values() for each in named.values()]
    together = [math.hypot(*(each[at] for each in lengths)) for at in range(count)]
    if not all(map(math.isfinite, together)):
        raise InputError("non_finite_result", "/options/include", "the norm of the gradients is too large for a number")
    return {"layers": layers, "global": together}
