"""What outputs are measured by: a loss, and metrics beside it, with their targets and the weights of samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.calls.prepare import Prepared
from chainrule.core.arrays import Array, cast
from chainrule.core.loss import check_sample_weights
from chainrule.core.metrics import Metric
from chainrule.core.network import Network
from chainrule.core.objective import Objective, may_fuse
from chainrule.errors import Fault, InputError, excerpt, pointer, refuse
from chainrule.schemas import PassRequest


@dataclass(frozen=True, slots=True)
class Measures:
    """What a request measures its outputs by, held against their shape."""

    objective: Objective | None
    """The loss with its targets, if one was asked for."""
    metrics: list[tuple[Metric, Any]]
    """Each metric with its targets, as it reads them."""
    sample_weights: Array | None


def check_measures(request: PassRequest) -> None:
    """Refuse what is measured without targets, and what nothing measures: nothing that was sent is ignored.

    Raises
    ------
    InputError
        ``missing_field``, ``invalid_parameter`` or ``duplicate_name``.
    """
    targets, include = request.batch.targets, list(request.options.include)
    if request.loss is None and "sample_losses" in include:
        where = pointer("options", "include", include.index("sample_losses"))
        raise InputError("invalid_parameter", where, "sample_losses needs a loss")
    if request.loss is not None and targets is None:
        raise InputError("missing_field", "/batch/targets", f"{request.loss.type} compares the outputs with targets")
    if request.metrics and targets is None:
        raise InputError("missing_field", "/batch/targets", "metrics compare the outputs with targets")
    refuse(_unread(request))
    refuse(_named_twice(request))


def _unread(request: PassRequest) -> Iterator[Fault]:
    """Find what only a loss or a metric would read, where there is neither."""
    if request.loss is not None or request.metrics:
        return
    for name, array in (("targets", request.batch.targets), ("sample_weights", request.batch.sample_weights)):
        if array is not None:
            detail = "without a loss or metrics nothing reads this: send one of them, or leave it out"
            yield Fault("invalid_parameter", pointer("batch", name), detail)


def _named_twice(request: PassRequest) -> Iterator[Fault]:
    names = [name_of(metric) for metric in request.metrics]
    for at, name in enumerate(names):
        if names.index(name) < at:
            detail = f"{excerpt(name)} is already the name of metric {names.index(name)}"
            yield Fault("duplicate_name", pointer("metrics", at), detail)


def name_of(metric: Metric) -> str:
    """The name of a metric in the answer."""
    return metric.name or metric.type


def read_measures(prepared: Prepared[Any]) -> Measures:
    """Read targets and weights of samples as the loss and the metrics do.

    Raises
    ------
    InputError
        If they do not fit the outputs.
    """
    request, network = prepared.request, prepared.network
    sample_weights = _read_sample_weights(request, network)
    return Measures(_read_objective(request, network, sample_weights), _read_metrics(request, network), sample_weights)


def _read_sample_weights(request: PassRequest, network: Network) -> Array | None:
    weights = request.batch.sample_weights
    if weights is None:
        return None
    check_sample_weights(weights, network.output)
    return cast(weights, np.dtype(request.options.dtype), "batch", "sample_weights")


def _read_objective(request: PassRequest, network: Network, sample_weights: Array | None) -> Objective | None:
    loss, targets = request.loss, request.batch.targets
    if loss is None or targets is None:
        return None  # check_measures: a loss has targets
    _check_has_features(loss.type, "/loss", network)
    with np.errstate(over="ignore"):  # what overflows is found by the loss
        read = loss.read_targets(targets, network.output, np.dtype(request.options.dtype))
    return Objective(loss, read, sample_weights, request.options.fuse and may_fuse(loss, network))


def _read_metrics(request: PassRequest, network: Network) -> list[tuple[Metric, Any]]:
    targets, ignore_index = request.batch.targets, getattr(request.loss, "ignore_index", None)
    if targets is None or not request.metrics:
        return []
    _check_has_features("a metric", "/metrics", network)
    return [(metric, metric.read_targets(targets, network.output, ignore_index)) for metric in request.metrics]


def _check_has_features(what: str, where: str, network: Network) -> None:
    """Refuse an output that is one number a sample, without an axis of its own."""
    if len(network.output) < 2:
        detail = f"{what} needs outputs (samples, ..., features), got {network.output}"
        raise InputError("shape_mismatch", where, detail)
