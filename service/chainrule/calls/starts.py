"""Where the chain rule starts: at a loss, or at the gradients that arrive from whatever comes after the network."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.calls.measures import check_measures
from chainrule.calls.prepare import Prepared
from chainrule.core.arrays import Array, cast
from chainrule.core.layouts import mismatch
from chainrule.core.network import Network
from chainrule.errors import InputError
from chainrule.schemas import BackwardRequest

POINTER = "/batch/output_gradients"


def check_request(request: BackwardRequest) -> None:
    """Ask for one start of the chain rule, and for all that a loss and metrics read.

    Raises
    ------
    InputError
        ``missing_loss``, ``conflicting_fields``, or what ``check_measures`` raises.
    """
    _check_start(request)
    check_measures(request)


def _check_start(request: BackwardRequest) -> None:
    """Ask for a loss or an upstream gradient, and for exactly one of them."""
    given = request.batch.output_gradients is not None
    if request.loss is None and not given:
        detail = "the chain rule starts at a loss or at batch.output_gradients: send one of them"
        raise InputError("missing_loss", "/loss", detail)
    if request.loss is not None and given:
        detail = "a loss and batch.output_gradients are two starts of the chain rule: send one of them"
        raise InputError("conflicting_fields", POINTER, detail)
    if request.loss is not None and request.loss.reduction == "none":
        detail = (
            "a loss for each sample has no gradient of its own: weigh them by batch.output_gradients, or reduce them"
        )
        raise InputError("invalid_parameter", "/loss/reduction", detail)


def count_upstreams(request: BackwardRequest, network: Network) -> int | None:
    """Count the upstream gradients along the axis that several have in front; None where there is no such axis.

    Raises
    ------
    InputError
        ``shape_mismatch`` if they do not have the outputs' shape.
    """
    upstream, wanted = request.batch.output_gradients, network.output
    if upstream is None or upstream.shape == wanted:
        return None
    if upstream.shape[1:] != wanted or len(upstream) == 0:
        detail = f"{mismatch(wanted, upstream.shape)}; several have an axis more in front, of at least 1"
        raise InputError("shape_mismatch", POINTER, detail)
    return len(upstream)


def check_is_one(request: BackwardRequest, network: Network) -> None:
    """Refuse several upstream gradients, for a call that follows one number back.

    Raises
    ------
    InputError
        ``shape_mismatch``.
    """
    upstream = request.batch.output_gradients
    if upstream is not None and upstream.shape != network.output:
        raise InputError("shape_mismatch", POINTER, mismatch(network.output, upstream.shape))


def read_upstreams(prepared: Prepared[Any]) -> Array | None:
    """Read the upstream gradients, ``(K, *outputs)`` also where there is one without an axis; None where a loss starts.

    Raises
    ------
    InputError
        ``non_finite_input`` where a number is too large for the type that is computed in.
    """
    upstream = prepared.request.batch.output_gradients
    if upstream is None:
        return None
    read = cast(upstream, np.dtype(prepared.request.options.dtype), "batch", "output_gradients")
    return read.reshape(-1, *prepared.network.output)
