"""``/gradcheck``: the gradients of ``/backward``, held against central differences.

The differences are computed in float64, whatever type the request asks for: in float32 no digit of them would be right.
So a check of float32 tells how far its gradients are from the true ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.calls.costs import check_backward_cost, check_work
from chainrule.calls.gradients import gradient_trees, read_wrt
from chainrule.calls.job import Document, Job
from chainrule.calls.measures import Measures, read_measures
from chainrule.calls.prepare import Prepared, prepare
from chainrule.calls.starts import check_is_one, check_request, read_upstreams
from chainrule.core import engine, passes
from chainrule.core.arrays import Array, Weights
from chainrule.core.differences import Function, NoStep, Tensor, central_differences, chosen_entries
from chainrule.core.limits import Limits
from chainrule.core.network import Network
from chainrule.core.objective import evaluate
from chainrule.core.random_bits import RandomBits
from chainrule.core.tensors import input_path
from chainrule.errors import InputError, Proceed, pointer
from chainrule.schemas.gradcheck import GradcheckRequest

EPSILON = "/gradcheck/epsilon"

Path = tuple[str, ...]
"""The keys that lead to a tensor in the request."""


@dataclass(frozen=True, slots=True)
class Checking:
    """A request with what its chain starts at, read in one type of numbers."""

    prepared: Prepared[GradcheckRequest]
    measures: Measures
    upstreams: Array | None


def prepare_gradcheck(document: Document, limits: Limits) -> Job:
    """Check a ``/gradcheck`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    checking = _read(document, limits)
    asked = read_wrt(checking.prepared)
    _check_passes(checking.prepared, asked, limits)
    exact = checking
    if checking.prepared.request.options.dtype != "float64":
        exact = _read({**document, "options": {**document["options"], "dtype": "float64"}}, limits)

    def compute(proceed: Proceed) -> Document:
        with engine.arithmetic():
            gradients = _gradients(checking, asked, proceed)
            tensors = _compared(exact, gradients, proceed)
        return {"passed": all(one["passed"] for one in tensors), "tensors": tensors}

    return checking.prepared.job(compute)


def _read(document: Document, limits: Limits) -> Checking:
    prepared = prepare(GradcheckRequest, document, limits, check_request, _check_cost)
    return Checking(prepared, read_measures(prepared), read_upstreams(prepared))


def _check_cost(request: GradcheckRequest, network: Network, limits: Limits) -> None:
    check_is_one(request, network)
    check_backward_cost(request, network, limits)


def _check_passes(prepared: Prepared[GradcheckRequest], asked: engine.Asked, limits: Limits) -> None:
    """Count the forward passes: two for each entry that will be checked."""
    network, samples = prepared.network, prepared.request.gradcheck.samples
    arrays = [one for node, named in enumerate(prepared.weights) if asked.asks_for(node) for one in named.values()]
    if asked.inputs:
        arrays += [one for at, one in enumerate(prepared.inputs) if at not in network.integer_inputs]
    passes = 2 * sum(min(samples, one.size) for one in arrays)
    check_work(passes, network, limits, "/gradcheck/samples", "check fewer entries, or send a smaller batch")


def _gradients(checking: Checking, asked: engine.Asked, proceed: Proceed) -> dict[Path, Array]:
    """Compute what ``/backward`` answers: weights in the order of the layers, then inputs."""
    prepared, measures = checking.prepared, checking.measures
    found = passes.run(prepared.batch(measures.objective, checking.upstreams), asked, (), proceed).gradients
    trees = gradient_trees(prepared, found, asked, 1)["gradients"]
    inputs = trees["inputs"] if isinstance(trees["inputs"], dict) else {prepared.network.inputs[0]: trees["inputs"]}
    gradients: dict[Path, Array] = {
        ("weights", node.name, name): trees["weights"][node.name][name]
        for node in prepared.network.nodes
        if node.name in trees["weights"]
        for name in node.weights
    }
    gradients |= {input_path(name): one for name, one in inputs.items() if one is not None}
    return {path: one[0] for path, one in gradients.items()}


def _compared(exact: Checking, gradients: dict[Path, Array], proceed: Proceed) -> list[Document]:
    """Hold each gradient against central differences at the entries that the seed chooses."""
    settings, function = exact.prepared.request.gradcheck, _function(exact, proceed)
    compared = []
    for index, (path, gradient) in enumerate(gradients.items()):
        entries = chosen_entries(gradient.size, settings.samples, RandomBits(settings.seed, index))
        tensor = _tensor(exact.prepared.network, path)
        try:
            slopes = central_differences(function, tensor, entries, settings.epsilon, proceed)
        except NoStep as error:
            raise InputError("invalid_parameter", EPSILON, f"{error} at {pointer(*path)}") from error
        except InputError as error:
            fault = error.faults[0]  # the network computes what was sent, but not this far from it
            detail = f"moved by {settings.epsilon} at {pointer(*path)}, {fault.detail}"
            raise InputError(fault.code, EPSILON, detail) from error
        compared.append({"tensor": pointer(*path)} | _verdict(gradient, entries, slopes, settings.tolerance))
    return compared


def _function(exact: Checking, proceed: Proceed) -> Function:
    """Give what the gradients are the derivatives of: the loss, or the outputs weighed by the upstream gradient."""
    prepared, objective, upstreams = exact.prepared, exact.measures.objective, exact.upstreams
    network = prepared.network

    def number(passed: engine.Forward, weights: Sequence[Weights]) -> float:
        penalty = engine.penalty(network, weights, np.dtype(np.float64)) or 0.0
        if objective is not None:
            return float(evaluate(objective, network, passed).reduced.loss + penalty)
        assert upstreams is not None  # check_request: there is a loss, or else an upstream gradient
        return float((passed.values[-1] * upstreams[0]).sum() + penalty)

    known = engine.forward(network, prepared.inputs, prepared.weights, prepared.runs, proceed).values
    return Function(network, known, prepared.weights, prepared.runs, number)


def _tensor(network: Network, path: Path) -> Tensor:
    """Find what a path leads to."""
    if path[0] == "weights":
        _, layer, name = path
        return Tensor([node.name for node in network.nodes].index(layer), name)
    return Tensor(network.inputs.index(path[-1]), None)


def _verdict(
    gradient: Array, entries: NDArray[np.intp], slopes: NDArray[np.float64], tolerance: float
) -> dict[str, Any]:
    """Say how far the gradient and the differences are from each other, and whether that is near enough."""
    checked = gradient.reshape(-1)[entries].astype(np.float64)
    differences = np.abs(checked - slopes)
    worst, largest = int(differences.argmax()), float(np.abs(checked).max())
    return {
        "checked": len(entries),
        "largest_difference": float(differences[worst]),
        "largest_gradient": largest,
        "at": [int(place) for place in np.unravel_index(entries[worst], gradient.shape)],
        "passed": bool(differences[worst] <= tolerance * max(1.0, largest)),
    }
