"""The arrays of a request: held against what the network needs, and brought into the type that is computed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Weights, cast
from chainrule.core.definition import INPUTS
from chainrule.core.network import Network, Node
from chainrule.core.weight_hints import Part, of_another_shape, unexpected
from chainrule.errors import Fault, InputError, did_you_mean, excerpt, pointer, refuse

T = TypeVar("T")

Tree = Mapping[str, Mapping[str, NDArray[Any]]]
"""Arrays by layer and name."""


def read_inputs(batch: NDArray[Any] | Mapping[str, NDArray[Any]], names: list[str] | None) -> dict[str, NDArray[Any]]:
    """Name the inputs, in the order of ``network.inputs``, and check that they hold samples.

    Raises
    ------
    InputError
        ``missing_field``, ``unknown_field``, ``invalid_parameter``, ``empty_batch`` or ``shape_mismatch``.
    """
    arrays = by_input(batch, names, "array", "batch", "inputs")
    for name, array in arrays.items():
        if array.size == 0:
            detail = f"expected at least one sample with at least one number, got {array.shape}"
            raise InputError("empty_batch", pointer(*input_path(name)), detail)
        if array.ndim == 0:
            detail = "expected an array with the samples along its first axis, got a number"
            raise InputError("shape_mismatch", pointer(*input_path(name)), detail)
    counts = {len(array) for array in arrays.values()}
    if len(counts) > 1:
        raise InputError(
            "shape_mismatch", "/batch/inputs", f"expected the same number of samples in each, got {sorted(counts)}"
        )
    return arrays


def input_path(name: str) -> tuple[str, ...]:
    """Give the keys that lead to an input in the request; a single input has the reserved name."""
    return ("batch", "inputs") if name == INPUTS else ("batch", "inputs", name)


def by_input(given: T | Mapping[str, T], names: list[str] | None, what: str, *where: str) -> dict[str, T]:
    """Give what was sent for each input its name, in the order of ``network.inputs``.

    Parameters
    ----------
    given
        An object with something for each input, or for a network with one input that something alone.
    names
        ``network.inputs``.
    what
        What there is for each input, in a word.
    where
        The keys that lead to it in the request.

    Raises
    ------
    InputError
        ``invalid_parameter``, ``missing_field`` or ``unknown_field``.
    """
    if names is None:
        if isinstance(given, Mapping):
            detail = "an object of inputs needs their names in network.inputs"
            raise InputError("invalid_parameter", pointer(*where), detail)
        return {INPUTS: given}
    if not isinstance(given, Mapping):
        detail = f"expected an object with one {what} for each of the {len(names)} inputs, got one {what}"
        raise InputError("invalid_parameter", pointer(*where), detail)
    refuse(_input_faults(given, names, *where))
    return {name: given[name] for name in names}


def _input_faults(given: Mapping[str, Any], names: list[str], *where: str) -> Iterator[Fault]:
    for name in names:
        if name not in given:
            detail = f"the network's input {excerpt(name)} is missing"
            yield Fault("missing_field", pointer(*where, name), detail)
    known = set(names)
    for name in given:
        if name not in known:
            detail = f"unknown input {excerpt(name)}{did_you_mean(name, names)}"
            yield Fault("unknown_field", pointer(*where, name), detail)


def read_integers(array: NDArray[Any], below: int, name: str) -> NDArray[np.int64]:
    """Read an input of whole numbers from 0 on.

    Raises
    ------
    InputError
        ``invalid_parameter`` at the input, with the first number that is none, or is not below the bound.
    """
    with np.errstate(invalid="ignore"):  # a number beyond 64 bits becomes another one, and is refused for it
        whole = array.astype(np.int64)
    wrong = (whole != array) | (whole < 0) | (whole >= below)
    if wrong.any():
        where = np.unravel_index(int(wrong.argmax()), array.shape)
        detail = f"expected whole numbers from 0 to {below - 1}, got {array[where]:.16g} at {[*map(int, where)]}"
        raise InputError("invalid_parameter", pointer(*input_path(name)), detail)
    return whole


def read_weights(
    network: Network, weights: Tree, state: Tree, dtype: np.dtype[Any]
) -> tuple[list[Weights], list[Weights]]:
    """Give each node its weights and its state.

    Raises
    ------
    InputError
        ``missing_weight``, ``unexpected_weight``, ``shape_mismatch`` or ``non_finite_input``: all that is wrong.
    """
    refuse(chain(_faults("weights", network, weights), _faults("state", network, state)))
    return _cast_all("weights", network, weights, dtype), _cast_all("state", network, state, dtype)


def _cast_all(part: str, network: Network, tree: Tree, dtype: np.dtype[Any]) -> list[Weights]:
    return [
        {name: cast(array, dtype, part, node.name, name) for name, array in tree.get(node.name, {}).items()}
        for node in network.nodes
    ]


def _faults(part: Part, network: Network, tree: Tree) -> Iterator[Fault]:
    """Hold a tree of arrays against the shapes that are needed."""
    layers = {node.name for node in network.nodes}
    for layer in tree:
        if layer not in layers:
            detail = f"there is no layer {excerpt(layer)}{did_you_mean(layer, layers)}"
            yield Fault("unexpected_weight", pointer(part, layer), detail)
    for node in network.nodes:
        yield from _layer_faults(part, node, tree.get(node.name))


def _layer_faults(part: Part, node: Node, sent: Mapping[str, NDArray[Any]] | None) -> Iterator[Fault]:
    shapes = node.weights if part == "weights" else node.state
    if sent is None:
        if shapes:
            listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            yield Fault("missing_weight", pointer(part, node.name), f"layer {excerpt(node.name)} needs {listed}")
        return
    for name, array in sent.items():
        if name not in shapes:
            yield Fault("unexpected_weight", pointer(part, node.name, name), unexpected(part, node, name, array.shape))
    for name, shape in shapes.items():
        if name not in sent:
            detail = f"layer {excerpt(node.name)} needs {name} {shape}"
            yield Fault("missing_weight", pointer(part, node.name, name), detail)
        elif sent[name].shape not in (shape, node.other_weights.get(name)):
            detail = of_another_shape(node, name, shape, sent[name].shape)
            yield Fault("shape_mismatch", pointer(part, node.name, name), detail)
