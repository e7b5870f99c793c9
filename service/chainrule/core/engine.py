"""The two loops: forward with caches appended, backward with caches popped.

Values are numbered: the network's inputs first, then each operation's output. The engine checks no shapes (``network``
did) and knows no layer by name. Between two operations it calls ``proceed``, which may stop it by raising.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, Weights, is_finite
from chainrule.core.layer import Gradients, Layer, Run, Wanted
from chainrule.core.network import Network, Operation
from chainrule.errors import InputError, Proceed, pointer

BUFFER = 256
"""How many numbers NumPy may gather before it computes with them.

Where a row is broadcast, NumPy copies it into a buffer as often as it fits, which for rows of some hundreds of numbers
takes as long as the arithmetic, and up to ten times as long. With a small buffer it computes row by row. With a much
smaller one, changes of type get slow.
"""


@contextmanager
def arithmetic() -> Iterator[None]:
    """Compute in a way that suits networks: what overflows is found by its result, and reported with its layer."""
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)  # until errstate ends
        yield


@dataclass(frozen=True, slots=True)
class Forward:
    """What the forward pass leaves."""

    values: list[Array]
    """The inputs, and each operation's output."""
    caches: list[Any]
    """What each operation's backward pass needs. ``backward`` takes them away, so that memory is freed on the way."""
    states: dict[int, Weights]
    """The new state of each node that has one."""

    def again(self) -> Forward:
        """Give the same with caches of its own to be taken away, for one backward pass of several."""
        return replace(self, caches=list(self.caches))


def forward(
    network: Network, known: Sequence[Array], weights: Sequence[Weights], runs: Sequence[Run], proceed: Proceed
) -> Forward:
    """Run the operations in order.

    Parameters
    ----------
    known
        The inputs, and the outputs of as many operations as are known already: those are not run, and leave no cache.

    Raises
    ------
    InputError
        ``non_finite_result``, naming the first layer whose output is not finite.
    """
    values, caches, states = list(known), [], {}
    for operation in network.operations[len(known) - len(network.inputs) :]:
        proceed()
        reads = [values[source] for source in operation.sources]
        node = operation.node
        step = operation.layer.apply(reads, weights[node], runs[node])
        if not (operation.layer.moves_numbers or is_finite(step.output)):
            raise _non_finite(network, node, "output")
        values.append(step.output)
        caches.append(step.cache)
        if step.state:
            states[node] = step.state
    return Forward(values, caches, states)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which gradients somebody will read."""

    inputs: bool = True
    nodes: Collection[int] | None = None
    """The nodes whose weights' gradients are read; None is all."""
    values: bool = False
    """Whether the gradient at each node's output is read."""

    def asks_for(self, node: int) -> bool:
        """Whether the gradients of this node's weights are read."""
        return self.nodes is None or node in self.nodes


@dataclass(frozen=True, slots=True)
class Backward:
    """What the backward pass gives, K of each. What was not asked for, or is read by nothing, is not in it."""

    weights: Mapping[int, Weights]
    """Gradients of each node's weights, ``(K, *shape)``."""
    values: dict[int, Array]
    """Gradients at the inputs and at the nodes' outputs, ``(K, *shape)``."""


def backward(
    network: Network,
    passed: Forward,
    start: tuple[int, Array],
    weights: Sequence[Weights],
    asked: Asked,
    proceed: Proceed,
) -> Backward:
    """Run the operations in reverse, from K gradients at one value: side by side, so that each cache is freed once.

    Parameters
    ----------
    start
        The value at which the chain starts, and the gradients there, ``(K, *shape)``. Operations after it are left
        out: a loss that is fused with the last operation has differentiated it already.

    Raises
    ------
    InputError
        ``non_finite_result``, naming the first layer (from the end) whose gradient is not finite.
    """
    first_output = len(network.inputs)
    needed = _needed(network, asked)
    at, gradient = start
    reached: dict[int, Array] = {at: gradient}
    found: dict[int, dict[str, Array]] = {}
    last = at - first_output
    kept = {node.value for node in network.nodes} if asked.values else set()
    for index in range(last, -1, -1):
        operation, cache = network.operations[index], passed.caches[index]
        passed.caches[index] = None
        value = index + first_output
        upstream = reached.get(value) if value in kept else reached.pop(value, None)
        wanted = Wanted(any(needed[source] for source in operation.sources), _wants_weights(network, operation, asked))
        if upstream is None or not (wanted.inputs or wanted.weights):
            continue
        proceed()
        gradients = _gradients(operation.layer, upstream, weights[operation.node], cache, wanted, proceed)
        _check_finite(network, operation, gradients)
        found.setdefault(operation.node, {}).update(gradients.weights)
        for source, one in zip(operation.sources, gradients.inputs, strict=True):
            if one is not None and needed[source]:
                reached[source] = _added(network, operation, reached.get(source), one)
    return Backward(found, reached)


def _gradients(
    layer: Layer, upstream: Array, weights: Weights, cache: Any, wanted: Wanted, proceed: Proceed
) -> Gradients:
    """Run the backward pass of a layer for each of the K gradients that arrive; of one alone, nothing is copied."""
    if len(upstream) > 1:
        return layer.backward_each(upstream, weights, cache, wanted, proceed)
    alone = layer.backward(upstream[0], weights, cache, wanted)
    inputs = tuple(None if one is None else one[np.newaxis] for one in alone.inputs)
    return Gradients(inputs, {name: one[np.newaxis] for name, one in alone.weights.items()})


def _needed(network: Network, asked: Asked) -> list[bool]:
    """Say for each value whether its gradient is read, or leads to one that is."""
    needed = [asked.inputs and index not in network.integer_inputs for index in range(len(network.inputs))]
    for operation in network.operations:
        own = asked.values or _wants_weights(network, operation, asked)
        needed.append(own or any(needed[source] for source in operation.sources))
    return needed


def _wants_weights(network: Network, operation: Operation, asked: Asked) -> bool:
    return bool(network.nodes[operation.node].weights) and asked.asks_for(operation.node)


def _added(network: Network, operation: Operation, so_far: Array | None, gradient: Array) -> Array:
    """Add what another reader of the same value has sent; not in place: one array may go to two sources."""
    if so_far is None:
        return gradient
    total = so_far + gradient
    if not is_finite(total):
        raise _non_finite(network, operation.node, "gradient")
    return total


def _check_finite(network: Network, operation: Operation, gradients: Gradients) -> None:
    arrays = [*gradients.weights.values(), *(one for one in gradients.inputs if one is not None)]
    if not all(map(is_finite, arrays)):
        raise _non_finite(network, operation.node, "gradient")


def _non_finite(network: Network, node: int, what: str) -> InputError:
    detail = (
        f'the {what} of layer "{network.nodes[node].name}" is the first that is not finite: its numbers are too large'
    )
    return InputError("non_finite_result", pointer("network", "layers", node), detail)


def penalty(network: Network, weights: Sequence[Weights], dtype: np.dtype[Any]) -> np.floating[Any] | None:
    """Add up the regularizers' penalties; None where the network has no regularizer.

    Raises
    ------
    InputError
        ``non_finite_result``, naming the layer with which the sum is no longer finite.
    """
    total: np.floating[Any] | None = None
    for index, node in enumerate(network.nodes):
        for name, regularizer in node.regularizers.items():
            total = (dtype.type(0) if total is None else total) + dtype.type(regularizer.penalty(weights[index][name]))
            if not np.isfinite(total):
                raise _non_finite(network, index, "penalty")
    return total


def with_penalties(
    network: Network, weights: Sequence[Weights], gradients: Mapping[int, Weights]
) -> dict[int, Weights]:
    """Add each regularizer's slope to the gradient of its weight: to each of the K, where there are so many.

    Raises
    ------
    InputError
        ``non_finite_result``, naming the first layer whose gradient is no longer finite.
    """
    result = dict(gradients)
    for index, found in gradients.items():
        regularizers = network.nodes[index].regularizers
        penalized = {name: found[name] + one.slope(weights[index][name]) for name, one in regularizers.items()}
        if not all(map(is_finite, penalized.values())):
            raise _non_finite(network, index, "gradient")
        result[index] = {**found, **penalized}
    return result
