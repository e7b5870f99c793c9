"""A network on a batch, built as a graph: the leaves of the inputs, then each layer's weights and operations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.core.arrays import Array, Weights
from chainrule.core.explain.form import Site, explain_layer
from chainrule.core.explain.graph import Graph, Place, Scalars
from chainrule.core.explain.labels import of_input, of_weight
from chainrule.core.explain.limits import living
from chainrule.core.network import Network
from chainrule.core.tensors import input_path
from chainrule.errors import Proceed, pointer


def build(
    network: Network, inputs: Sequence[Array], weights: Sequence[Weights], proceed: Proceed
) -> tuple[Graph, Scalars]:
    """Build the graph of a network.

    Parameters
    ----------
    weights
        The weights of each node, in the shapes that they were sent in.
    proceed
        Called between layers; raises to stop.

    Returns
    -------
    The graph, and the nodes of the network's outputs.
    """
    graph, leading = Graph(inputs[0].dtype), frozenset(living(network))
    values = [_inputs(graph, name, one) for name, one in zip(network.inputs, inputs, strict=True)]
    own: dict[int, dict[str, Scalars]] = {}
    nothing = np.empty(0, np.intp)
    for index, operation in enumerate(network.operations):
        proceed()
        node, name = operation.node, network.nodes[operation.node].name
        if node not in own:
            own[node] = _weights(graph, name, weights[node])
        site = Site(graph, name, [values[source] for source in operation.sources], own[node])
        values.append(explain_layer(operation.layer, site) if index in leading else nothing)
    return graph, values[-1]


def _inputs(graph: Graph, name: str, array: Array) -> Scalars:
    scalars, whole = np.empty(array.shape, np.intp), pointer(*input_path(name))
    for index in np.ndindex(array.shape):
        label, place = of_input(name, index), Place(sample=index[0])
        scalars[index] = graph.leaf("input", array[index], label, place, _entry(whole, index))
    return scalars


def _weights(graph: Graph, layer: str, weights: Weights) -> dict[str, Scalars]:
    found = {}
    for name, array in weights.items():
        scalars, whole = np.empty(array.shape, np.intp), pointer("weights", layer, name)
        for index in np.ndindex(array.shape):
            label = of_weight(name, index, array.shape)
            scalars[index] = graph.leaf("weight", array[index], label, Place(layer), _entry(whole, index))
        found[name] = scalars
    return found


def _entry(whole: str, index: Sequence[int]) -> str:
    """Point at an entry of an array."""
    return "/".join((whole, *map(str, index)))
