"""The document of a request: arrays where arrays belong, and nothing that was not given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._arrays import as_floats, as_numbers, as_tree
from ._types import Array, ArrayLike, Document, FloatType, Network, Weights


def request_document(
    *,
    network: Network,
    weights: Weights | None,
    state: Weights | None,
    batch: dict[str, Any],
    parts: dict[str, Any],
    extra: Mapping[str, Any] | None,
    options: dict[str, Any],
) -> Document:
    """Put a request together.

    Parameters
    ----------
    network, weights, state
        As the caller gave them.
    batch
        What `batch_of` made.
    parts
        Further parts by name; those that are None were not given.
    extra
        Parts that this version does not know.
    options
        What `options_of` made.

    Examples
    --------
    >>> request_document(
    ...     network=[{"type": "relu"}], weights=None, state=None, batch={}, parts={"loss": None}, extra=None, options={}
    ... )
    {'network': {'layers': [{'type': 'relu'}]}, 'weights': {}, 'batch': {}}
    """
    document: Document = {
        "network": dict(network) if isinstance(network, Mapping) else {"layers": list(network)},
        "weights": as_tree(weights or {}, "weights"),
        "batch": batch,
        **_given(parts),
    }
    if state is not None:
        document["state"] = as_tree(state, "state")
    if options:
        document["options"] = options
    return _joined(document, extra, "extra")


def batch_of(
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None,
    sample_weights: ArrayLike | None,
    output_gradients: ArrayLike | None = None,
) -> dict[str, Any]:
    """Make the arrays of a batch, each by what it is: labels and token ids may be integers."""
    batch: dict[str, Any] = {"inputs": _inputs(inputs)}
    if targets is not None:
        batch["targets"] = as_numbers(targets, "targets")
    if sample_weights is not None:
        batch["sample_weights"] = as_floats(sample_weights, "sample_weights")
    if output_gradients is not None:
        batch["output_gradients"] = as_floats(output_gradients, "output_gradients")
    return batch


def _inputs(inputs: ArrayLike | Mapping[str, ArrayLike]) -> Array | dict[str, Array]:
    if isinstance(inputs, Mapping):
        return {name: as_numbers(value, f"inputs[{name!r}]") for name, value in inputs.items()}
    return as_numbers(inputs, "inputs")


def options_of(further: Mapping[str, Any] | None, **named: Any) -> dict[str, Any]:
    """Make the options of those that were given by name, and of further ones.

    Examples
    --------
    >>> options_of({"precise": True}, seed=7, fuse=None)
    {'seed': 7, 'precise': True}
    """
    return _joined(_given(named), further, "options")


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _joined(named: dict[str, Any], further: Mapping[str, Any] | None, place: str) -> dict[str, Any]:
    if twice := named.keys() & (further or {}).keys():
        raise TypeError(f"{min(twice)!r} is given twice, by its own argument and in {place}")
    return {**named, **(further or {})}


def listed(names: Sequence[Any] | None, place: str) -> list[Any] | None:
    """Make a list of what was given; a lone text is a sequence too, of its letters, and never meant."""
    if isinstance(names, str):
        raise TypeError(f"{place} must be a list, such as [{names!r}], got the text {names!r}")
    return None if names is None else list(names)


def type_name(dtype: FloatType | None) -> str | None:
    """Give the contract's name of a NumPy type.

    Examples
    --------
    >>> type_name(np.float32)
    'float32'
    """
    return dtype if dtype is None or isinstance(dtype, str) else np.dtype(dtype).name
