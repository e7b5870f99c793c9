"""What can be explained, and how much of it: checked and counted before anything is built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.core.arrays import Shape, size_of
from chainrule.core.explain.form import count_layer
from chainrule.core.explain.loss_form import count_loss, count_position
from chainrule.core.network import Network, Operation
from chainrule.core.objective import Objective
from chainrule.errors import Fault, InputError, pointer, refuse

MOST_OPERATIONS = 5_000
"""Nodes with operands: more of them nobody looks at, one by one."""

MOST_LEAVES = 3 * MOST_OPERATIONS
"""Single weights and inputs: as many as so many operations can read; what is beyond is read by nothing."""


def check_network(network: Network, inputs: Sequence[Shape]) -> None:
    """Refuse a network that cannot be said scalar by scalar, or would be too many scalars.

    Parameters
    ----------
    inputs
        The shape of each input.

    Raises
    ------
    InputError
        ``not_explainable``, naming the layer, or ``network_too_large``.
    """
    refuse(_unexplainable(network))
    weights = sum(size_of(shape) for node in network.nodes for shape in node.weights.values())
    leaves = weights + sum(map(size_of, inputs))
    count = 0
    for index in living(network):
        operation = network.operations[index]
        count += count_layer(operation.layer, *_shapes_read(network, inputs, operation))
        _check_count(count, pointer("network", "layers", operation.node), "up to this layer the network")
    if leaves > MOST_LEAVES:
        detail = f"{leaves:,} single weights and inputs, at most {MOST_LEAVES:,} can be shown one by one"
        raise InputError("network_too_large", "", detail)


def check_loss(network: Network, inputs: Sequence[Shape], objective: Objective) -> None:
    """Refuse a loss that cannot be said scalar by scalar, or is too many scalars together with its network.

    Raises
    ------
    InputError
        ``not_explainable`` or ``network_too_large``.
    """
    loss = objective.loss
    if count_position.dispatch(type(loss)) is count_position.dispatch(object):
        detail = (
            f"{loss.type} cannot be said scalar by scalar: losses built on logarithms, squares and absolute values "
            "can, and /backward differentiates every loss"
        )
        raise InputError("not_explainable", "/loss", detail)
    operations = [network.operations[index] for index in living(network)]
    count = sum(count_layer(one.layer, *_shapes_read(network, inputs, one)) for one in operations)
    _check_count(count + count_loss(objective, network.output), "/loss", "the network with its loss")


def living(network: Network) -> list[int]:
    """Give the operations that lead to the output: what leads nowhere is no part of the chain."""
    first, last = len(network.inputs), len(network.operations) - 1
    read, found = {first + last}, []
    for index in range(last, -1, -1):
        if first + index in read:
            found.append(index)
            read.update(network.operations[index].sources)
    return found[::-1]


def _unexplainable(network: Network) -> Iterator[Fault]:
    for operation in network.operations:
        if count_layer.dispatch(type(operation.layer)) is count_layer.dispatch(object):
            detail = (
                f'layer "{network.nodes[operation.node].name}" ({operation.layer.type}) cannot be said scalar by '
                "scalar: dense layers, activations, merges and changes of shape can, and /backward differentiates all"
            )
            yield Fault("not_explainable", pointer("network", "layers", operation.node), detail)
    for index, node in enumerate(network.nodes):
        for weight in node.regularizers:
            where = pointer("network", "layers", index, f"{weight}_regularizer")
            detail = f'the penalty on {weight} of layer "{node.name}" cannot be said scalar by scalar: leave it out'
            yield Fault("not_explainable", where, detail)


def _shapes_read(network: Network, inputs: Sequence[Shape], operation: Operation) -> list[Shape]:
    first = len(network.inputs)
    return [
        inputs[source] if source < first else network.operations[source - first].output for source in operation.sources
    ]


def _check_count(count: int, where: str, what: str) -> None:
    if count > MOST_OPERATIONS:
        detail = (
            f"{what} has {count:,} operations on single numbers, at most {MOST_OPERATIONS:,} can be shown one by one: "
            "send fewer samples, or ask /backward"
        )
        raise InputError("network_too_large", where, detail)
