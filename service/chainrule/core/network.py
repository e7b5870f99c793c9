"""A definition resolved: names, wiring, shapes and cost worked out once, before anything is allocated.

After ``resolve`` nothing can be wrong with the network, and after ``tensors.read_weights`` nothing with its weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule.core.arrays import Shape, size_of
from chainrule.core.definition import INPUTS, Definition, PlacedLayer
from chainrule.core.layer import Layer, Misfit
from chainrule.core.limits import Limits
from chainrule.core.regularizers import Regularizer
from chainrule.errors import Fault, InputError, did_you_mean, excerpt, pointer, refuse

RESERVED = f'"{INPUTS}" is reserved for the batch'


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the computation: a layer, or the activation inside it."""

    layer: Layer
    node: int
    """Index of the layer in the definition."""
    sources: tuple[int, ...]
    """The values that it reads. The network's inputs are the first values, then come the operations' outputs."""
    output: Shape


@dataclass(frozen=True, slots=True)
class Node:
    """A layer of the definition, with its name and what follows from the shapes of its inputs."""

    layer: PlacedLayer
    name: str
    reads: tuple[str, ...]
    """The layers and inputs that it reads, by name."""
    value: int
    """Index of its output among the values."""
    weights: Mapping[str, Shape]
    other_weights: Mapping[str, Shape]
    """Shapes that a weight may have instead."""
    state: Mapping[str, Shape]
    regularizers: Mapping[str, Regularizer]
    """The penalties on its weights, by the weight's name."""


@dataclass(frozen=True, slots=True)
class Network:
    """What the engine runs."""

    inputs: tuple[str, ...]
    """Names of the inputs; ``("inputs",)`` where they have none."""
    nodes: tuple[Node, ...]
    operations: tuple[Operation, ...]
    activations: int
    """Numbers in the inputs and in the outputs of all operations, and what these hold beside."""
    integers_below: Mapping[int, int]
    """For each input that some layer reads as whole numbers: below what they have to be."""
    integer_inputs: frozenset[int]
    """The inputs that are whole numbers: read by nothing but layers that take those."""
    forward_flops: int
    steps: int
    """How many computations follow each other in a forward pass."""

    @property
    def output(self) -> Shape:
        """The shape of the outputs."""
        return self.operations[-1].output

    def shape_of(self, node: Node) -> Shape:
        """Give the shape of a layer's output."""
        return self.operations[node.value - len(self.inputs)].output

    @property
    def flops(self) -> int:
        """Operations of both passes: each matrix product of the forward pass has two in the backward pass."""
        return 3 * self.forward_flops


def resolve(definition: Definition, inputs: Mapping[str, Shape], limits: Limits, *, training: bool = False) -> Network:
    """Work out names, wiring, shapes and cost.

    Parameters
    ----------
    definition
        The network as the caller wrote it.
    inputs
        The shape of each input, the batch in front, in the order of ``definition.inputs``.
    limits
        What the network may cost.
    training
        Whether the network is being trained.

    Raises
    ------
    InputError
        ``duplicate_name``, ``invalid_parameter`` (a reserved name), ``unknown_input``, ``shape_mismatch`` or
        ``network_too_large``.
    """
    check_layer_count(len(definition.layers), limits)
    refuse(_input_name_faults(definition.inputs or ()))
    names = _names(definition.layers, inputs)
    sources = _sources(definition.layers, names, tuple(inputs))
    building = _Building(inputs, limits, training=training)
    for index, layer in enumerate(definition.layers):
        building.add(index, layer, names[index], sources[index])
    integers_below = _integers_below(building.operations)
    return Network(
        tuple(inputs),
        tuple(building.nodes),
        tuple(building.operations),
        building.activations,
        integers_below,
        frozenset(integers_below.keys() - _read_as_numbers(building.operations)),
        building.flops,
        building.steps,
    )


def _integers_below(operations: Sequence[Operation]) -> dict[int, int]:
    """Find the inputs that are read as whole numbers, and the least bound that a reader of each has."""
    bounds: dict[int, int] = {}
    for operation in operations:
        if (bound := operation.layer.integers_below()) is not None:
            (source,) = operation.sources
            bounds[source] = min(bound, bounds.get(source, bound))
    return bounds


def _read_as_numbers(operations: Sequence[Operation]) -> set[int]:
    return {source for one in operations if one.layer.integers_below() is None for source in one.sources}


def check_layer_count(count: int, limits: Limits) -> None:
    """Refuse more layers than the limit, which takes no look at them.

    Raises
    ------
    InputError
        ``network_too_large``.
    """
    if count > limits.layers:
        raise InputError(
            "network_too_large", "/network/layers", f"{count:,} layers, at most {limits.layers:,} are allowed"
        )


def _input_name_faults(names: Sequence[str]) -> Iterator[Fault]:
    taken: set[str] = set()
    for at, name in enumerate(names):
        where = pointer("network", "inputs", at)
        if name == INPUTS:
            yield Fault("invalid_parameter", where, RESERVED)
        elif name in taken:
            yield Fault("duplicate_name", where, f"{excerpt(name)} is already the name of an input")
        taken.add(name)


def _names(layers: Sequence[PlacedLayer], inputs: Iterable[str]) -> list[str]:
    """Give every layer its name, and refuse one that is taken or reserved."""
    names = [layer.name or f"{layer.names()[0]}_{index}" for index, layer in enumerate(layers)]
    refuse(_name_faults(names, inputs))
    return names


def _name_faults(names: Sequence[str], inputs: Iterable[str]) -> Iterator[Fault]:
    taken = {name: "an input" for name in inputs if name != INPUTS}
    for index, name in enumerate(names):
        if name == INPUTS:
            yield Fault("invalid_parameter", _name_of(index), RESERVED)
        elif name in taken:
            yield Fault("duplicate_name", _name_of(index), f"{excerpt(name)} is already the name of {taken[name]}")
        taken.setdefault(name, f"layer {index}")


def _name_of(index: int) -> str:
    return pointer("network", "layers", index, "name")


def _sources(layers: Sequence[PlacedLayer], names: Sequence[str], inputs: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Name what every layer reads, and refuse names that do not stand before it."""
    sources = [
        tuple(_before(index, names, inputs) if layer.inputs is None else layer.inputs)
        for index, layer in enumerate(layers)
    ]
    refuse(_wiring_faults(layers, names, inputs, sources))
    return sources


def _wiring_faults(
    layers: Sequence[PlacedLayer], names: Sequence[str], inputs: tuple[str, ...], sources: Sequence[tuple[str, ...]]
) -> Iterator[Fault]:
    known = dict.fromkeys(inputs)
    for index, (layer, wanted) in enumerate(zip(layers, sources, strict=True)):
        where = ("network", "layers", index, "inputs")
        for at, name in enumerate(wanted):
            if name not in known:
                yield Fault("unknown_input", pointer(*where, at), _unknown_input(name, known, names))
        if len(wanted) > layer.most_inputs:
            yield Fault("invalid_parameter", pointer(*where), _input_count(layer, len(wanted)))
        if layer.integers_below() is not None and not set(wanted) <= set(inputs):
            detail = f"{layer.type} reads whole numbers: an input of the network, not what a layer has computed"
            yield Fault("invalid_parameter", pointer(*where), detail)
        known[names[index]] = None


def _before(index: int, names: Sequence[str], inputs: tuple[str, ...]) -> Sequence[str]:
    return names[index - 1 : index] if index else inputs


def _unknown_input(name: str, known: Iterable[str], names: Sequence[str]) -> str:
    if name in names:
        return f"{excerpt(name)} does not stand before this layer: layers read earlier ones"
    return f"unknown input {excerpt(name)}{did_you_mean(name, known)}"


def _input_count(layer: Layer, count: int) -> str:
    most = "one input" if layer.most_inputs == 1 else f"1 to {layer.most_inputs} inputs"
    return f'{layer.type} reads {most}, got {count}: say which by "inputs"'


class _Building:
    """The network as far as it has been walked."""

    def __init__(self, inputs: Mapping[str, Shape], limits: Limits, *, training: bool) -> None:
        self.limits = limits
        self.training = training
        self.shapes = list(inputs.values())
        self.values = {name: index for index, name in enumerate(inputs)}
        self.nodes: list[Node] = []
        self.operations: list[Operation] = []
        self.parameters = 0
        self.activations = sum(map(size_of, self.shapes))
        self.flops = 0
        self.steps = 0

    def add(self, index: int, layer: PlacedLayer, name: str, sources: tuple[str, ...]) -> None:
        """Add a layer, and the activation inside it as a second operation."""
        reads = tuple(self.values[source] for source in sources)
        weights: dict[str, Shape] = {}
        others: dict[str, Shape] = {}
        state: dict[str, Shape] = {}
        for part in with_activation(layer):
            shapes = [self.shapes[value] for value in reads]
            output = self._output_shape(part, shapes, index)
            own, own_state = part.weight_shapes(*shapes), part.state_shapes(*shapes)
            weights |= own
            others |= part.other_weight_shapes(*shapes)
            state |= own_state
            self.parameters += sum(map(size_of, (*own.values(), *own_state.values())))
            self.activations += size_of(output)
            self.flops += part.flops(*shapes)
            self.steps += part.steps(*shapes)
            self._check_cost(index)  # what is too large by its sizes is not asked what it holds, which may take long
            self.activations += part.extra_numbers(*shapes)
            self.operations.append(Operation(part, index, reads, output))
            self.shapes.append(output)
            reads = (len(self.shapes) - 1,)
        regularizers = layer.regularizers()
        refuse(_unused_regularizers(regularizers, weights, index))
        self.nodes.append(Node(layer, name, sources, reads[0], weights, others, state, regularizers))
        self.values[name] = reads[0]
        self._check_cost(index)

    def _output_shape(self, part: Layer, shapes: Sequence[Shape], index: int) -> Shape:
        try:
            output = part.output_shape(*shapes)
            if self.training:
                part.check_training(*shapes)
        except Misfit as misfit:
            raise InputError("shape_mismatch", pointer("network", "layers", index), str(misfit)) from misfit
        return output

    def _check_cost(self, index: int) -> None:
        for what, count, most in (
            ("parameters", self.parameters, self.limits.parameters),
            ("activations", self.activations, self.limits.activations),
            ("floating-point operations", 3 * self.flops, self.limits.flops),
        ):
            if count > most:
                detail = f"up to this layer the network has {count:,} {what}, at most {most:,} are allowed"
                raise InputError("network_too_large", pointer("network", "layers", index), detail)


def _unused_regularizers(regularizers: Iterable[str], weights: Mapping[str, Shape], index: int) -> Iterator[Fault]:
    """Find penalties on weights that the layer does not have, such as a bias that it leaves out."""
    for weight in regularizers:
        if weight not in weights:
            where = pointer("network", "layers", index, f"{weight}_regularizer")
            yield Fault("invalid_parameter", where, f"a penalty on a weight that this layer does not have: {weight}")


def with_activation(layer: Layer) -> tuple[Layer, ...]:
    """List the layer, and the activation inside it if it has one."""
    activation = layer.following()
    return (layer,) if activation is None else (layer, activation)
