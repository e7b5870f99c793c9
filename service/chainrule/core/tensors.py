"""The arrays of a request: held against what the network needs, and brought into the type that is computed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Shape, Weights, cast
from chainrule.core.definition import INPUTS
from chainrule.core.network import Network
from chainrule.errors import Fault, InputError, did_you_mean, excerpt, pointer, refuse

T = TypeVar("T")

Tree = Mapping[str, Mapping[str, NDArray[Any]]]
"""Arrays by layer and name."""

FOREIGN_NAMES = {"weight", "weights", "w", "W"}
"""What a kernel is called where it has another layout."""


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
    needed = [(node.name, node.weights, node.other_weights) for node in network.nodes]
    kept = [(node.name, node.state, dict[str, Shape]()) for node in network.nodes]
    refuse(chain(_faults("weights", needed, weights), _faults("state", kept, state)))
    return _cast_all("weights", network, weights, dtype), _cast_all("state", network, state, dtype)


def _cast_all(part: str, network: Network, tree: Tree, dtype: np.dtype[Any]) -> list[Weights]:
    return [
        {name: cast(array, dtype, part, node.name, name) for name, array in tree.get(node.name, {}).items()}
        for node in network.nodes
    ]


def _faults(
    part: str, needed: Sequence[tuple[str, Mapping[str, Shape], Mapping[str, Shape]]], tree: Tree
) -> Iterator[Fault]:
    """Hold a tree of arrays against the shapes that are needed."""
    layers = {name for name, _, _ in needed}
    for layer in tree:
        if layer not in layers:
            detail = f"there is no layer {excerpt(layer)}{did_you_mean(layer, layers)}"
            yield Fault("unexpected_weight", pointer(part, layer), detail)
    for layer, shapes, others in needed:
        yield from _layer_faults(part, layer, shapes, others, tree.get(layer))


def _layer_faults(
    part: str,
    layer: str,
    shapes: Mapping[str, Shape],
    others: Mapping[str, Shape],
    sent: Mapping[str, NDArray[Any]] | None,
) -> Iterator[Fault]:
    if sent is None:
        if shapes:
            listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            yield Fault("missing_weight", pointer(part, layer), f"layer {excerpt(layer)} needs {listed}")
        return
    for name in sent:
        if name not in shapes:
            yield Fault("unexpected_weight", pointer(part, layer, name), _unexpected(name, shapes))
    for name, shape in shapes.items():
        if name not in sent:
            detail = f"layer {excerpt(layer)} needs {name} {shape}"
            yield Fault("missing_weight", pointer(part, layer, name), detail)
        elif sent[name].shape not in (shape, others.get(name)):
            yield Fault("shape_mismatch", pointer(part, layer, name), mismatch(shape, sent[name].shape))


def _unexpected(name: str, shapes: Mapping[str, Shape]) -> str:
    if name in FOREIGN_NAMES and "kernel" in shapes:
        return f'PyTorch\'s weight is (out, in): send its transpose as "kernel", {shapes["kernel"]}'
    if not shapes:
        return "this layer has none"
    return f"unknown weight {excerpt(name)}{did_you_mean(name, shapes)}"


def mismatch(wanted: Shape, got: Shape) -> str:
    """Say what shape was expected and what came, and guess at a transposed matrix.

    >>> mismatch((2, 64), (64, 2))
    'expected (2, 64), got (64, 2): is it transposed?'
    """
    hint = ": is it transposed?" if len(wanted) > 1 and got == wanted[::-1] else ""
    return f"expected {wanted}, got {got}{hint}"
