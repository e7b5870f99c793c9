"""The rectifier whose slope below zero is learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights, rows_of
from chainrule.core.examples import LayerExample
from chainrule.core.initializers.constants import Zeros
from chainrule.core.layer import EVERYTHING, Activation, Gradients, Run, Step, Wanted
from chainrule.core.layouts import Layout, Layouts
from chainrule.core.variables import Variable


class PRelu(Activation):
    """Learns the slope below zero: ``y = x if x > 0 else alpha · x``.

    ``dx = grad where x > 0, else alpha · grad``, and ``dalpha = Σ grad · min(x, 0)``. There is one ``alpha`` for each
    entry of the last axis, or a single one that all share; the slope at 0 is ``alpha``, as in PyTorch. PyTorch's layer
    shares one, and starts with 0.25; Keras has one for each entry of a sample, unless ``shared_axes`` names all axes
    but the last.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"parametric_relu": "a rectifier with a learned slope"}

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(), LayerExample(inputs=((2, 3, 4),)))

    variables: ClassVar[Mapping[str, Variable]] = {"alpha": Variable("(channels,), or (1,)", Zeros())}
    pytorch: ClassVar[Layouts] = {"weight": Layout("alpha")}
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "num_parameters": 'leave it out: the weight "alpha" has one number, or one a channel',
        "shared_axes": 'leave it out: the weight "alpha" has one number, or one a channel',
        "init": 'the weight "alpha" is sent',
    }

    type: Literal["prelu"] = "prelu"

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        (shape,) = inputs
        return {"alpha": shape[-1:] if len(shape) > 1 else (1,)}  # the only axis of plain numbers is the batch

    def other_weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Give the shape of an alpha that all entries share."""
        return {"alpha": (1,)}

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        y = np.minimum(x, 0)
        y *= weights["alpha"]
        y += np.maximum(x, 0)
        return Step(y, x)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, alpha = cache, weights["alpha"]
        dx = grad * ((x <= 0) * alpha + (x > 0)) if wanted.inputs else None
        if not wanted.weights:
            return Gradients((dx,))
        dalpha = np.add.reduce(rows_of(grad * np.minimum(x, 0)), axis=0)  # (c,)
        return Gradients((dx,), {"alpha": dalpha if alpha.size == dalpha.size else dalpha.sum(keepdims=True)})
