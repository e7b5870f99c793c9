"""The document of a request: arrays where arrays belong, and nothing that was not given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ._arrays import as_floats, as_numbers, as_tree, checked_mapping
from ._networks import checked_layers, wired
from ._parts import described
from ._types import Array, ArrayLike, Document, FloatType, InputShape, NetworkLike, Weights


def request_document(*, options: dict[str, Any], extra: Mapping[str, Any] | None, **parts: Any) -> Document:
    """Put a request together.

    Parameters
    ----------
    options
        What `options_of` made.
    extra
        Parts that this version does not know.
    parts
        The parts by name; those that are None were not given.

    Examples
    --------
    >>> request_document(network={"layers": [{"type": "relu"}]}, loss=None, options={}, extra=None)
    {'network': {'layers': [{'type': 'relu'}]}}
    """
    return _joined(given(**parts, options=options or None), extra, "extra")


def network_of(network: NetworkLike) -> Document:
    """Make the definition of what the caller gave: that is what it is already, or a list of layers.

    Examples
    --------
    >>> network_of([{"type": "relu"}])
    {'layers': [{'type': 'relu'}]}
    """
    definition: Document = (
        dict(network) if isinstance(network, Mapping) else {"layers": checked_layers(network, "network")}
    )
    if "type" in definition and "layers" not in definition:
        raise TypeError(f"network must be a Network or a list of layers, got one layer: write [{network!r:.80}]")
    layers = definition.get("layers")
    if isinstance(layers, list | tuple):
        definition["layers"] = wired(checked_layers(layers, "network"))
    return definition


def weights_of(weights: Weights | None) -> dict[str, dict[str, Array]]:
    """Make the weights, which a request has to have even where there are none."""
    return as_tree({} if weights is None else weights, "weights")


def state_of(state: Weights | None) -> dict[str, dict[str, Array]] | None:
    """Make the state, if there is one."""
    return None if state is None else as_tree(state, "state")


def shape_of(shape: InputShape) -> list[int] | dict[str, list[int]]:
    """Make the shape of one input, or of each by name, without the batch.

    Examples
    --------
    >>> shape_of((28, 28, 1))
    [28, 28, 1]
    """
    if isinstance(shape, Mapping):
        return {name: _lengths(one, f"input_shape[{name!r}]") for name, one in shape.items()}
    return _lengths(shape, "input_shape")


def _lengths(shape: Sequence[int], place: str) -> list[int]:
    try:
        return list(shape)
    except TypeError as error:
        raise TypeError(f"{place} must be a sequence of lengths, such as (784,), got {shape!r:.80}") from error


def batch_of(
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None = None,
    sample_weights: ArrayLike | None = None,
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
    return _joined(given(**named), further, "options")


def given(**arguments: Any) -> dict[str, Any]:
    """Leave out what is None, which was not given."""
    return {name: value for name, value in arguments.items() if value is not None}


def _joined(named: dict[str, Any], further: Mapping[str, Any] | None, place: str) -> dict[str, Any]:
    more = {} if further is None else checked_mapping(further, place, "{name: value}")
    if twice := named.keys() & more.keys():
        raise TypeError(f"{min(twice)!r} is given twice, by its own argument and in {place}")
    return {**named, **more}


def listed(names: Sequence[Any] | None, place: str) -> list[Any] | None:
    """Make a list of what was given; a lone text or builder is iterable too, and never meant so."""
    if names is None:
        return None
    if isinstance(names, str | Mapping):
        raise TypeError(f"{place} must be a list, such as [{names!r:.80}], got that without a list")
    if not isinstance(names, Iterable):
        raise TypeError(f"{place} must be a list, got {described(names)}")
    return list(names)


def type_name(dtype: FloatType | None) -> str | None:
    """Give the contract's name of a NumPy type.

    Examples
    --------
    >>> type_name(np.float32)
    'float32'
    """
    try:
        return dtype if dtype is None or isinstance(dtype, str) else np.dtype(dtype).name
    except TypeError as error:
        raise TypeError(f"dtype must be 'float64' or 'float32', or NumPy's type of the name, got {dtype!r}") from error
