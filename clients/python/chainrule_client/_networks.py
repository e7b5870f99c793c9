"""Networks put together from layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ._parts import Definition, Layer, described, no_attribute, plain

_GRADIENTS = "client.backward gives the gradients, the training loop is yours: see Training in the client's README"
_BUILT = "a network is not changed once it is built: put all layers into its list"
_WEIGHTS = "weights are yours: client.initialize(network=..., ...) draws the first"
_ELSEWHERE = {
    "add": _BUILT,
    "append": _BUILT,
    "backward": "that is client.backward(network=..., ...)",
    "compile": _GRADIENTS,
    "evaluate": "that is client.forward(network=..., loss=..., metrics=..., ...)",
    "fit": _GRADIENTS,
    "forward": "that is client.forward(network=..., ...)",
    "get_weights": _WEIGHTS,
    "parameters": _WEIGHTS,
    "predict": "that is client.forward(network=..., ...).outputs",
    "state_dict": _WEIGHTS,
    "summary": "that is client.summary(network=..., input_shape=...)",
    "weights": _WEIGHTS,
}
"""Where that is which networks of Keras and PyTorch have themselves."""


class Network(Definition):
    """Layers in the order of computation, wired by their ``inputs``; the last one gives the output.

    A layer reads the one before it, or those that its ``inputs`` name: earlier layers, by name or as the objects
    themselves, or ``"inputs"``, the batch.

    Parameters
    ----------
    layers
        Builders, or mappings as in the service's contract.
    inputs
        Names for the inputs, where there are several.

    Examples
    --------
    >>> from chainrule_client import layers
    >>> hidden = layers.Dense(8, activation="relu", inputs=["inputs"])
    >>> skip = layers.Dense(8, inputs=["inputs"])
    >>> network = Network([hidden, skip, layers.Add(inputs=[hidden, skip]), layers.Dense(3)])
    >>> network["layers"][2]
    {'type': 'add', 'inputs': ['dense_0', 'dense_1']}
    """

    __slots__ = ("_layers",)

    def __init__(self, layers: Sequence[Mapping[str, Any]], *, inputs: Sequence[str] | None = None) -> None:
        self._layers = checked_layers(layers, "layers")
        self._definition = {"layers": wired(self._layers)}
        if inputs is not None:
            self._definition["inputs"] = list(inputs)

    @property
    def layers(self) -> tuple[Mapping[str, Any], ...]:
        """The layers as they were given."""
        return self._layers

    if not TYPE_CHECKING:  # a checker would take any name for one that exists

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(f"{type(self).__name__!r} object", name, _ELSEWHERE.get(name), self)

    def __repr__(self) -> str:
        inputs = f", inputs={self._definition['inputs']!r}" if "inputs" in self._definition else ""
        return f"{type(self).__name__}({list(self._layers)!r}{inputs})"


class Sequential(Network):
    """Layers one after the other.

    Parameters
    ----------
    layers
        Builders, or mappings as in the service's contract.

    Examples
    --------
    >>> from chainrule_client import layers
    >>> Sequential([layers.Dense(64, activation="relu"), layers.Dense(3), layers.Softmax()])
    Sequential([Dense(units=64, activation='relu'), Dense(units=3), Softmax()])
    """

    __slots__ = ()

    def __init__(self, layers: Sequence[Mapping[str, Any]]) -> None:
        found = checked_layers(layers, "layers")
        for index, layer in enumerate(found):
            if layer.get("inputs") is not None:
                raise ValueError(f"layer {index} says its inputs: a Sequential has none to choose from, take a Network")
        super().__init__(found)


def checked_layers(layers: Iterable[Any], place: str) -> tuple[Mapping[str, Any], ...]:
    """Give the layers back if that is what they are.

    Raises
    ------
    TypeError
        It is no list of layers, or one of them is something else.
    """
    if isinstance(layers, Mapping | str) or not isinstance(layers, Iterable):
        raise TypeError(f"{place} must be a list of layers, such as [layers.ReLU()], got {described(layers)}")
    found = tuple(layers)
    for index, layer in enumerate(found):
        if isinstance(layer, Network):
            raise TypeError(
                f"layer {index} of the network is a {type(layer).__name__}: put its layers into the list, *inner.layers"
            )
        if not isinstance(layer, Mapping):
            raise TypeError(
                f"layer {index} of the network must be a layer, such as layers.ReLU() or {{'type': 'relu'}}, "
                f"got {described(layer)}"
            )
    return found


def wired(layers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Write layers as plain dicts, with the names of those that are read instead of the objects.

    Raises
    ------
    ValueError
        A layer reads one that does not stand before it.
    """
    names: dict[int, str] = {}
    written = []
    for index, layer in enumerate(layers):
        definition = {name: plain(value) for name, value in layer.items() if name != "inputs"}
        if "inputs" in layer:
            definition["inputs"] = _names_of(layer["inputs"], names, index)
        written.append(definition)
        names[id(layer)] = layer.get("name") or f"{layer.get('type')}_{index}"
    return written


def _names_of(inputs: Any, names: Mapping[int, str], index: int) -> Any:
    """What is no list goes as it is: the service says what is wrong with it."""
    return [_name_of(one, names, index) for one in inputs] if isinstance(inputs, list | tuple) else inputs


def _name_of(read: Any, names: Mapping[int, str], index: int) -> Any:
    if not isinstance(read, Layer):
        return read
    if id(read) not in names:
        raise ValueError(f"layer {index} reads {read!r:.80}, which does not stand before it in the network")
    return names[id(read)]
