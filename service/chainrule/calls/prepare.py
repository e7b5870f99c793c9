"""From a decoded document to a request that can only fail in its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from chainrule.calls.answer import check_answer
from chainrule.calls.job import Document, Job, Proceed
from chainrule.core.arrays import Array, Weights, cast
from chainrule.core.definition import Definition
from chainrule.core.layer import Run
from chainrule.core.limits import Limits
from chainrule.core.loss import check_sample_weights
from chainrule.core.metrics import Metric
from chainrule.core.network import Network, check_layer_count, resolve, with_activation
from chainrule.core.objective import Objective, may_fuse
from chainrule.core.random_bits import RandomBits
from chainrule.core.tensors import input_path, read_inputs, read_integers, read_weights
from chainrule.errors import Fault, InputError, excerpt, pointer
from chainrule.schemas import PassRequest, parse

RequestT = TypeVar("RequestT", bound=PassRequest)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[RequestT]):
    """A request held against its network: names, shapes, costs and targets are right."""

    request: RequestT
    network: Network
    inputs: list[Array]
    weights: list[Weights]
    """The weights of each node."""
    runs: list[Run]
    """What each node may know of the request."""
    sample_weights: Array | None
    objective: Objective | None
    """The loss with its targets, if one was asked for."""
    metrics: list[tuple[Metric, Any]]
    """Each metric with its targets, as it reads them."""

    def job(self, compute: Callable[[Proceed], Document]) -> Job:
        """Wrap what is left to do."""
        network = self.network
        return Job(compute, self.request.options.encoding == "base64", network.flops, network.activations)


def prepare(
    model: type[RequestT],
    document: Document,
    limits: Limits,
    check: Callable[[RequestT], None] = lambda request: None,
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

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    _check_layer_count(document, limits)
    request = _parse(model, document, limits)
    check(request)
    _check_included(request)
    inputs = read_inputs(request.batch.inputs, request.network.inputs)
    _check_training(request)
    training = request.options.training or False
    shapes = {name: array.shape for name, array in inputs.items()}
    network = resolve(request.network, shapes, limits, training=training)
    check_answer(request, network, limits)
    dtype = np.dtype(request.options.dtype)
    weights, state = read_weights(network, request.weights, request.state, dtype)
    _check_metrics(request)
    sample_weights = _read_sample_weights(request, network, dtype)
    return Prepared(
        request,
        network,
        _read_inputs(network, inputs, dtype),
        weights,
        _runs(request, state),
        sample_weights,
        _read_objective(request, network, sample_weights, dtype),
        _read_metrics(request, network),
    )


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


def _check_layer_count(document: Any, limits: Limits) -> None:
    """Count the layers before anything looks at them one by one."""
    network = document.get("network") if isinstance(document, dict) else None
    layers = network.get("layers") if isinstance(network, dict) else None
    if isinstance(layers, list):
        check_layer_count(len(layers), limits)


def _check_included(request: PassRequest) -> None:
    if request.loss is None and "sample_losses" in request.options.include:
        where = pointer("options", "include", list(request.options.include).index("sample_losses"))
        raise InputError("invalid_parameter", where, "sample_losses needs a loss")


def _check_training(request: PassRequest) -> None:
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


def _runs(request: PassRequest, state: list[Weights]) -> list[Run]:
    options = request.options
    return [
        Run(options.training or False, one, RandomBits(options.seed or 0, index, options.row_offset))
        for index, one in enumerate(state)
    ]


def _check_metrics(request: PassRequest) -> None:
    if request.metrics and request.batch.targets is None:
        raise InputError("missing_field", "/batch/targets", "metrics compare the outputs with targets")
    names = [name_of(metric) for metric in request.metrics]
    faults = [
        Fault(
            "duplicate_name",
            pointer("metrics", at),
            f"{excerpt(name)} is already the name of metric {names.index(name)}",
        )
        for at, name in enumerate(names)
        if names.index(name) < at
    ]
    if faults:
        raise InputError.of(faults)


def name_of(metric: Metric) -> str:
    """The name of a metric in the answer."""
    return metric.name or metric.type


def _read_metrics(request: PassRequest, network: Network) -> list[tuple[Metric, Any]]:
    targets, ignore_index = request.batch.targets, getattr(request.loss, "ignore_index", None)
    if targets is None:
        return []  # _check_metrics: there is no metric then
    if request.metrics:
        _check_has_features("a metric", "/metrics", network)
    return [(metric, metric.read_targets(targets, network.output, ignore_index)) for metric in request.metrics]


def _check_has_features(what: str, where: str, network: Network) -> None:
    """Refuse an output that is one number a sample, without an axis of its own."""
    if len(network.output) < 2:
        detail = f"{what} needs outputs (samples, ..., features), got {network.output}"
        raise InputError("shape_mismatch", where, detail)


def _read_sample_weights(request: PassRequest, network: Network, dtype: np.dtype[Any]) -> Array | None:
    weights = request.batch.sample_weights
    if weights is None:
        return None
    check_sample_weights(weights, network.output)
    return cast(weights, dtype, "batch", "sample_weights")


def _read_objective(
    request: PassRequest, network: Network, sample_weights: Array | None, dtype: np.dtype[Any]
) -> Objective | None:
    loss, targets = request.loss, request.batch.targets
    if loss is None:
        return None
    if targets is None:
        raise InputError("missing_field", "/batch/targets", f"{loss.type} compares the outputs with targets")
    _check_has_features(loss.type, "/loss", network)
    with np.errstate(over="ignore"):  # what overflows is found by the loss
        read = loss.read_targets(targets, network.output, dtype)
    return Objective(loss, read, sample_weights, request.options.fuse and may_fuse(loss, network))
