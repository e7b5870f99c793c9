"""The layers that can be said scalar by scalar, apart from activations: dense, changes of shape, and merges."""

from __future__ import annotations

from functools import reduce

import numpy as np

from chainrule.core.arrays import Shape, size_of
from chainrule.core.explain.form import Site, count_layer, explain_layer
from chainrule.core.explain.graph import Scalars
from chainrule.core.explain.labels import of_output
from chainrule.core.layer import Layer
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.merges import Add, Average, Concatenate, Maximum, Merge, Multiply, Subtract
from chainrule.core.layers.reshaping import Permute, Reshaping


@count_layer.register
def _count_dense(layer: Dense, *shapes: Shape) -> int:
    (shape,) = shapes
    return size_of(layer.output_shape(shape)) * (shape[-1] + 1)


@explain_layer.register
def _explain_dense(layer: Dense, site: Site) -> Scalars:
    """Write a product for each weight, and their sum with the bias."""
    (x,), kernel = site.inputs, site.weights["kernel"]
    biases = site.weights["bias"].reshape(-1, 1) if layer.use_bias else np.empty((layer.units, 0), np.intp)
    z = np.empty((*x.shape[:-1], layer.units), np.intp)
    for index in np.ndindex(z.shape):
        pen, unit = site.pen(index), index[-1]
        products = [pen.apply("multiply", a, w) for a, w in zip(x[index[:-1]], kernel[:, unit], strict=True)]
        z[index] = pen.apply("sum", *products, *biases[unit], label=of_output("z", index, z.shape))
    return z


@count_layer.register(Reshaping)
@count_layer.register(Permute)
@count_layer.register(Concatenate)
def _count_entries(layer: Layer, *shapes: Shape) -> int:
    return size_of(layer.output_shape(*shapes))


@explain_layer.register
def _explain_reshaping(layer: Reshaping, site: Site) -> Scalars:
    (x,) = site.inputs
    return site.each("identity", x.reshape(layer.output_shape(x.shape)))


@explain_layer.register
def _explain_permute(layer: Permute, site: Site) -> Scalars:
    return site.each("identity", site.inputs[0].transpose(0, *layer.dims))


@explain_layer.register
def _explain_concatenate(layer: Concatenate, site: Site) -> Scalars:
    return site.each("identity", np.concatenate(site.inputs, axis=layer.axis))


@count_layer.register
def _count_merge(layer: Merge, *shapes: Shape) -> int:
    return size_of(shapes[0]) * max(len(shapes) - 1, 1)


@count_layer.register
def _count_average(layer: Average, *shapes: Shape) -> int:
    return size_of(shapes[0]) * len(shapes)


@explain_layer.register(Add)
@explain_layer.register(Subtract)
@explain_layer.register(Multiply)
@explain_layer.register(Maximum)
def _explain_merge(layer: Layer, site: Site) -> Scalars:
    """Write the first two inputs as one operation, its result with the third as the next, and so on."""
    operation = "sum" if isinstance(layer, Add) else layer.names()[0]
    return _merged(site, operation) if len(site.inputs) > 1 else site.each("identity", site.inputs[0])


@explain_layer.register
def _explain_average(layer: Average, site: Site) -> Scalars:
    totals, count = _merged(site, "sum"), len(site.inputs)
    y = np.empty_like(totals)
    for index in np.ndindex(y.shape):
        pen = site.pen(index)
        y[index] = pen.apply("divide", int(totals[index]), pen.constant(count), label=of_output("y", index, y.shape))
    return y


def _merged(site: Site, operation: str) -> Scalars:
    """Apply an operation of two operands from the first input to the last."""
    first = site.inputs[0]
    y = np.empty_like(first)
    for index in np.ndindex(y.shape):
        pen, label = site.pen(index), of_output("y", index, y.shape)
        y[index] = reduce(
            lambda a, b: pen.apply(operation, a, b, label=label), [int(one[index]) for one in site.inputs]
        )
    return y
