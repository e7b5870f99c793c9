"""Numbers brought to a common mean and spread, by what the batch has of each channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, NonNegativeFloat

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.elsewhere import FOLLOWS
from chainrule.core.examples import LayerExample
from chainrule.core.initializers.constants import Ones, Zeros
from chainrule.core.lanes import Lanes
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted, sample_axes
from chainrule.core.layouts import FACTOR_AND_SHIFT, Layout, Layouts
from chainrule.core.variables import Variable

Share = Annotated[float, Field(ge=0, le=1)]


class BatchNormalization(Layer):
    """Brings each channel to mean 0 and variance 1 over the batch: ``y = gamma · x̂ + beta``.

    ``x̂ = (x - mean) / spread`` with ``spread = √(variance + epsilon)``. In training, mean and variance are those of the
    batch, over all axes but ``axis``; the running ones move to them, ``momentum · moving + (1 - momentum) · batch``.
    Otherwise they are the running ones, and constants.

    ``dbeta = Σ grad`` and ``dgamma = Σ grad · x̂``. In training each number moves mean and variance too, so that
    ``dx = gamma / spread · (grad - mean(grad) - x̂ · mean(grad · x̂))``; otherwise ``dx = gamma / spread · grad``.

    ``momentum`` is the share of the old value that is kept, as in Keras; PyTorch's 0.1 is 0.9 here. The variance
    divides by the count of the numbers, as in Keras and ONNX; PyTorch's running one divides by one less.
    """

    trains_differently: ClassVar[bool] = True
    elsewhere: ClassVar[Mapping[str, str]] = {
        "batch_norm": "PyTorch's batch_norm",
        "batchnorm": "a batch normalization",
        "batchnorm1d": "PyTorch's BatchNorm1d",
        "batchnorm2d": "PyTorch's BatchNorm2d",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(),
        LayerExample(inputs=((5, 3),), training=True),
        LayerExample({"momentum": 0.75, "epsilon": 0.5, "center": False}, inputs=((2, 3, 2, 2),), training=True),
        LayerExample({"axis": 1, "scale": False}, inputs=((2, 3, 4),)),
        LayerExample({"axis": 1, "unbiased_moving_variance": True}, inputs=((2, 3, 2, 2),), training=True),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "gamma": Variable("(channels,)", Ones()),
        "beta": Variable("(channels,)", Zeros()),
        "moving_mean": Variable("(channels,)", Zeros(), trained=False),
        "moving_variance": Variable("(channels,)", Ones(), trained=False),
    }
    pytorch: ClassVar[Layouts] = {
        **FACTOR_AND_SHIFT,
        "running_mean": Layout("moving_mean"),
        "running_var": Layout("moving_variance"),
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "num_features": FOLLOWS,
        "eps": "epsilon",
        "affine": 'say "center" and "scale"',
        "running_mean": 'it is "moving_mean", sent in "state"',
        "running_var": 'it is "moving_variance", sent in "state"',
    }

    type: Literal["batch_normalization"] = "batch_normalization"
    axis: int = -1
    """The axis of the channels; not 0, which has the samples."""
    momentum: Share = 0.9
    """Share of the running mean and variance that is kept in each step."""
    epsilon: NonNegativeFloat = 1e-5
    """What is added to the variance, so that nothing is divided by 0."""
    center: bool = True
    """Whether ``beta`` is added."""
    scale: bool = True
    """Whether the result is multiplied by ``gamma``."""
    unbiased_moving_variance: bool = False
    """Whether the running variance moves to the batch's sum of squares divided by one less than their count."""

    def per_sample(self, *, training: bool) -> bool:
        return not training

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        wanted = {"gamma": self.scale, "beta": self.center}
        return {name: (inputs[0][self.axis],) for name, one in wanted.items() if one}

    def state_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return dict.fromkeys(("moving_mean", "moving_variance"), (inputs[0][self.axis],))

    def output_shape(self, *inputs: Shape) -> Shape:
        sample_axes(inputs[0], self.axis)
        return inputs[0]

    def check_training(self, *inputs: Shape) -> None:
        (shape,) = inputs
        if size_of(shape) == shape[self.axis]:
            raise Misfit(
                f"batch_normalization cannot learn from one number a channel: it is its own mean; got the shape {shape}"
            )

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        lanes = Lanes.of(x, self.axis, together=True)
        view, y = lanes.view(x), np.empty(lanes.shape, x.dtype)
        mean = lanes.sums(view)[0] / lanes.count if run.training else run.state["moving_mean"]
        middle, squares = lanes.spread(mean), np.zeros_like(mean)
        for block in lanes.blocks():
            part = np.subtract(view[block], middle, out=y[block])
            if run.training:
                squares += lanes.dots(part, part)[0]
        variance = squares / lanes.count if run.training else run.state["moving_variance"]
        inverse = 1 / np.sqrt(variance + self.epsilon)
        factor = lanes.spread(self._factor(inverse, weights))
        for block in lanes.blocks():
            y[block] *= factor
            if self.center:
                y[block] += lanes.spread(weights["beta"])
        state = self._moved(run.state, mean, variance, lanes.count) if run.training else {}
        return Step(lanes.restore(y), (x, mean, inverse, run.training), state)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, mean, inverse, training = cache
        lanes = Lanes.of(x, self.axis, together=True)
        upstream, factor = lanes.view(grad), lanes.spread(self._factor(inverse, weights))
        if not (training or wanted.weights):
            return Gradients((lanes.restore(upstream * factor),))
        view, dx = lanes.view(x), np.empty(lanes.shape, x.dtype)
        middle, total, product = lanes.spread(mean), np.zeros_like(mean), np.zeros_like(mean)
        for block in lanes.blocks():
            part = np.subtract(view[block], middle, out=dx[block])
            total += lanes.sums(upstream[block])[0]
            product += lanes.dots(upstream[block], part)[0]
        gradients = self._weight_gradients(total, product * inverse) if wanted.weights else {}
        if not wanted.inputs:
            return Gradients((None,), gradients)
        if not training:
            return Gradients((lanes.restore(np.multiply(upstream, factor, out=dx)),), gradients)
        pull, shift = lanes.spread(product * inverse**2 / -lanes.count), lanes.spread(total / lanes.count)
        for block in lanes.blocks():
            dx[block] *= pull
            dx[block] += upstream[block]
            dx[block] -= shift
            dx[block] *= factor
        return Gradients((lanes.restore(dx),), gradients)

    def _factor(self, inverse: Array, weights: Weights) -> Array:
        return inverse * weights["gamma"] if self.scale else inverse

    def _weight_gradients(self, beta: Array, gamma: Array) -> Weights:
        return ({"gamma": gamma} if self.scale else {}) | ({"beta": beta} if self.center else {})

    def _moved(self, state: Weights, mean: Array, variance: Array, count: int) -> Weights:
        """Move the running mean and variance to those of the batch."""
        if self.unbiased_moving_variance:
            variance = variance * (count / (count - 1))
        found = {"moving_mean": mean, "moving_variance": variance}
        return {name: self.momentum * state[name] + (1 - self.momentum) * one for name, one in found.items()}
