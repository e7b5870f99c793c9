"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import PositiveInt

from chainrule.core.activations import AnyActivation
from chainrule.core.arrays import Array, Shape, Weights, rows_of
from chainrule.core.elsewhere import FOLLOWS
from chainrule.core.examples import LayerExample
from chainrule.core.initializers import AnyInitializer
from chainrule.core.initializers.constants import Zeros
from chainrule.core.initializers.scaled import GlorotUniform
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted, matrix_flops
from chainrule.core.layouts import Layout, Layouts
from chainrule.core.regularizers import AnyRegularizer
from chainrule.core.variables import Variable, bias, kernel
from chainrule.errors import Proceed, go_on


class Dense(Layer):
    """Mixes the last axis: ``y = x @ kernel + bias``.

    An input feeds every unit, so that its gradient is the sum of what they send back; a weight serves the whole batch,
    so that its gradient is the sum over the samples:

    ``dx = grad @ kernelᵀ``, ``dkernel = xᵀ @ grad``, ``dbias = Σ grad``.

    The kernel is ``(in, units)`` as in Keras; PyTorch's ``weight`` is its transpose.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "fc": "a fully connected layer",
        "linear": "PyTorch's Linear",
        "fully_connected": "a fully connected layer",
    }

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"units": 3}),
        LayerExample({"units": 2, "use_bias": False}, inputs=((2, 3, 4),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {"kernel": kernel("(in, units)"), "bias": bias("(units,)")}
    pytorch: ClassVar[Layouts] = {"weight": Layout("kernel", "(out, in)", (1, 0))}
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "out_features": "units",
        "output_dim": "units",
        "bias": "use_bias",
        "input_dim": FOLLOWS,
        "input_size": FOLLOWS,
    }

    type: Literal["dense"] = "dense"
    units: PositiveInt
    """Length of the output's last axis."""
    use_bias: bool = True
    """Whether a bias is added."""
    activation: AnyActivation | None = None
    """A function of the result: the same as that activation as the next layer."""
    kernel_initializer: AnyInitializer = GlorotUniform()
    """What the kernel starts as: ``/initialize`` draws it."""
    bias_initializer: AnyInitializer = Zeros()
    """What the bias starts as."""
    kernel_regularizer: AnyRegularizer | None = None
    """A penalty on the kernel, added to the loss."""
    bias_regularizer: AnyRegularizer | None = None
    """A penalty on the bias, added to the loss."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"kernel": (inputs[0][-1], self.units)}
        if self.use_bias:
            shapes["bias"] = (self.units,)
        return shapes

    def other_weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Give the chapter's shape of a bias, a matrix of one row."""
        return {"bias": (1, self.units)} if self.use_bias else {}

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if len(shape) < 2:
            raise Misfit(
                f"dense reads (samples, ..., features), got the shape {shape}: "
                "a batch is a list of samples, as in [[1, 2, 3]]"
            )
        return (*shape[:-1], self.units)

    def flops(self, *inputs: Shape) -> int:
        return matrix_flops(inputs[0], self.units)

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        y = rows_of(x) @ weights["kernel"]
        if self.use_bias:
            y += weights["bias"]
        return Step(y.reshape(*x.shape[:-1], self.units), x)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, rows = cache, rows_of(grad)
        dx = (rows @ weights["kernel"].T).reshape(x.shape) if wanted.inputs else None
        if not wanted.weights:
            return Gradients((dx,))
        gradients = {"kernel": rows_of(x).T @ rows}
        if self.use_bias:
            gradients["bias"] = np.add.reduce(rows, axis=0).reshape(weights["bias"].shape)
        return Gradients((dx,), gradients)

    def backward_each(
        self, grads: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING, proceed: Proceed = go_on
    ) -> Gradients:
        """Send all of the gradients through the kernel as one matrix."""
        x, count = cache, len(grads)
        dx = (rows_of(grads) @ weights["kernel"].T).reshape(count, *x.shape) if wanted.inputs else None
        if not wanted.weights:
            return Gradients((dx,))
        rows = grads.reshape(count, -1, self.units)
        gradients = {"kernel": rows_of(x).T @ rows}
        if self.use_bias:
            gradients["bias"] = np.add.reduce(rows, axis=1).reshape(count, *weights["bias"].shape)
        return Gradients((dx,), gradients)
