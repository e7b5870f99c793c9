"""From a decoded document to a request that can only fail in its numbers: what all calls have in common."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from chainrule.calls.job import Document, Job
from chainrule.core.arrays import Array, Weights, cast
from chainrule.core.definition import Definition
from chainrule.core.layer import Run
from chainrule.core.limits import Limits
from chainrule.core.network import Network, check_layer_count, resolve, with_activation
from chainrule.core.objective import Objective
from chainrule.core.passes import Batch
from chainrule.core.random_bits import RandomBits
from chainrule.core.tensors import input_path, read_inputs, read_integers, read_weights
from chainrule.errors import InputError, Proceed
from chainrule.schemas import Options, RunRequest, parse

RequestT = TypeVar("RequestT", bound=RunRequest)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[RequestT]):
    """A request held against its network: names, shapes and costs are right."""

    request: RequestT
    network: Network
    inputs: list[Array]
    weights: list[Weights]
    """The weights of each node."""
    runs: list[Run]
    """What each node may know of the request."""
    threads: int
    """Threads that may compute it."""

    def batch(self, objective: Objective | None = None, upstreams: Array | None = None) -> Batch:
        """Give what a network computes with, and where the chain starts."""
        dtype = np.dtype(self.request.options.dtype)
        return Batch(self.network, self.inputs, self.weights, self.runs, dtype, objective, upstreams)

    def job(self, compute: Callable[[Proceed], Document], *, passes: int | None = None) -> Job:
        """Wrap what is left to do: so many passes over the network, if they are few."""
        microseconds = math.inf if passes is None else passes * self._microseconds
        return Job(compute, self.request.options.encoding == "base64", microseconds)

    @property
    def _microseconds(self) -> float:
        """About what one pass takes, forward and backward, on a machine that is not the fastest."""
        network, parameters = self.network, sum(one.size for layer in self.weights for one in layer.values())
        numbers = network.activations / 40 + parameters / 50
        return 30 * network.steps + numbers + network.flops / 2_000


def prepare(
    model: type[RequestT],
    document: Document,
    limits: Limits,
    check: Callable[[RequestT], None],
    check_cost: Callable[[RequestT, Network, Limits], None],
) -> Prepared[RequestT]:
    """Check everything about a request but its numbers.

    Parameters
    ----------
    model
        What the call takes.
    document
        The decoded body.
    limits
        What the request may cost.
    check
        What the call demands beside its schema.
    check_cost
        What the call may cost beside its network. Nothing has been allocated yet when it is asked.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    check_layers(document, limits)
    request = _parse(model, document, limits)
    check(request)
    inputs = read_inputs(request.batch.inputs, request.network.inputs)
    _check_training(request)
    shapes = {name: array.shape for name, array in inputs.items()}
    network = resolve(request.network, shapes, limits, training=request.options.training or False)
    check_cost(request, network, limits)
    return _filled(request, network, inputs, limits.threads)


def _filled(request: RequestT, network: Network, inputs: dict[str, NDArray[Any]], threads: int) -> Prepared[RequestT]:
    """Bring the arrays into the type that is computed in."""
    dtype = np.dtype(request.options.dtype)
    weights, state = read_weights(network, request.weights, request.state, dtype)
    read, runs = _read_inputs(network, inputs, dtype), _runs(request.options, state)
    return Prepared(request, network, read, weights, runs, threads)


def _parse(model: type[RequestT], document: Document, limits: Limits) -> RequestT:
    """Check the document against its schema. A network that is too large is refused as such, whatever else is wrong."""
    try:
        return parse(model, document)
    except InputError:
        _refuse_if_too_large(document, limits)
        raise


def _refuse_if_too_large(document: Document, limits: Limits) -> None:
    """Work out the cost of a network that stands in a faulty request, if it can be worked out."""
    try:
        definition = parse(Definition, document.get("network"))
        inputs = read_inputs(document.get("batch", {}).get("inputs"), definition.inputs)
        resolve(definition, {name: array.shape for name, array in inputs.items()}, limits)
    except InputError as error:
        if error.faults[0].code == "network_too_large":
            raise
    except (AttributeError, TypeError):
        return  # the batch is no batch: the schema's faults say so


def check_layers(document: Any, limits: Limits) -> None:
    """Count the layers before anything looks at them one by one."""
    network = document.get("network") if isinstance(document, dict) else None
    layers = network.get("layers") if isinstance(network, dict) else None
    if isinstance(layers, list):
        check_layer_count(len(layers), limits)


def _check_training(request: RunRequest) -> None:
    """Ask for ``training`` and ``seed`` where they make a difference: no default would be right."""
    options = request.options
    if options.training is False or (options.training and options.seed is not None):
        return
    for part in (part for layer in request.network.layers for part in with_activation(layer)):
        if options.training is None and (part.trains_differently or part.needs_seed()):
            detail = f"{part.type} computes differently in training: say true or false"
            raise InputError("missing_field", "/options/training", detail)
        if options.training and part.needs_seed():
            detail = (
                f"{part.type} draws at random in training: say a seed, so that the same request has the same answer"
            )
            raise InputError("missing_field", "/options/seed", detail)


def _read_inputs(network: Network, inputs: dict[str, NDArray[Any]], dtype: np.dtype[Any]) -> list[Array]:
    """Bring the inputs into the type that is computed in; those that are nothing but whole numbers stay such."""
    read: list[Array] = []
    for index, (name, array) in enumerate(inputs.items()):
        below = network.integers_below.get(index)
        whole = None if below is None else read_integers(array, below, name)
        if whole is not None and index in network.integer_inputs:
            read.append(cast(whole, whole.dtype))
        else:
            read.append(cast(array, dtype, *input_path(name)))
    return read


def _runs(options: Options, state: list[Weights]) -> list[Run]:
    return [
        Run(options.training or False, one, RandomBits(options.seed or 0, index, options.row_offset))
        for index, one in enumerate(state)
    ]
