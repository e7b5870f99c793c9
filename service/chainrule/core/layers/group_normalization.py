"""Groups of channels of each sample brought to a common mean and spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import NonNegativeFloat, PositiveInt

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.elsewhere import FOLLOWS
from chainrule.core.examples import LayerExample
from chainrule.core.initializers.constants import Ones, Zeros
from chainrule.core.lanes import Lanes
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted, sample_axes
from chainrule.core.layouts import FACTOR_AND_SHIFT, Layouts
from chainrule.core.variables import Variable


class GroupNormalization(Layer):
    """Brings groups of channels of each sample to mean 0 and variance 1: ``y = gamma · x̂ + beta``.

    ``x̂ = (x - mean) / spread`` with ``spread = √(variance + epsilon)``. Neighbouring channels make a group; mean and
    variance are over them and all other axes of the sample, ``gamma`` and ``beta`` have a number for each channel. As
    many groups as channels are an instance normalization.

    With ``g = gamma · grad``, ``dx = (g - mean(g) - x̂ · mean(g · x̂)) / spread``; ``dgamma = Σ grad · x̂`` and
    ``dbeta = Σ grad`` for each channel.

    ``epsilon`` is PyTorch's and ONNX's; Keras has 1e-3.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "group_norm": "PyTorch's group_norm",
        "groupnorm": "PyTorch's GroupNorm",
        "instance_norm": "with as many groups as channels, instance_norm",
    }
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"groups": 2}),
        LayerExample({"groups": 3}, inputs=((2, 2, 2, 6),)),
        LayerExample({"groups": 2, "axis": 1, "epsilon": 0.5}, inputs=((2, 4, 3),)),
        LayerExample({"groups": 2, "axis": 2}, inputs=((2, 2, 4, 3),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "gamma": Variable("(channels,)", Ones()),
        "beta": Variable("(channels,)", Zeros()),
    }
    pytorch: ClassVar[Layouts] = FACTOR_AND_SHIFT
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "num_groups": "groups",
        "num_channels": FOLLOWS,
        "eps": "epsilon",
    }

    type: Literal["group_normalization"] = "group_normalization"
    groups: PositiveInt
    """How many groups the channels are divided into."""
    axis: int = -1
    """The axis of the channels; not 0, which has the samples."""
    epsilon: NonNegativeFloat = 1e-5
    """What is added to the variance, so that nothing is divided by 0."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return dict.fromkeys(("gamma", "beta"), (inputs[0][self.axis],))

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        sample_axes(shape, self.axis)
        if shape[self.axis] % self.groups:
            raise Misfit(f"groups {self.groups} do not divide the {shape[self.axis]} channels of axis {self.axis}")
        return shape

    def extra_numbers(self, *inputs: Shape) -> int:
        """Count the mean and spread that each channel of a sample shares with its group."""
        return 2 * inputs[0][0] * inputs[0][self.axis]

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        lanes = Lanes.of(x, self.axis, together=False)
        mean = self._means(lanes.sums(lanes.view(x)), lanes)
        y = lanes.view(x) - lanes.spread(mean)
        inverse = 1 / np.sqrt(self._means(lanes.dots(y, y), lanes) + self.epsilon)
        y *= lanes.spread(inverse * weights["gamma"])
        y += lanes.spread(weights["beta"])
        return Step(lanes.restore(y), (x, mean, inverse))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        x, mean, inverse = cache
        lanes, gamma = Lanes.of(x, self.axis, together=False), weights["gamma"]
        upstream = lanes.view(grad)
        dx = lanes.view(x) - lanes.spread(mean)
        total, product = lanes.sums(upstream), lanes.dots(upstream, dx)
        gradients = {"gamma": (product * inverse).sum(axis=0), "beta": total.sum(axis=0)} if wanted.weights else {}
        if not wanted.inputs:
            return Gradients((None,), gradients)
        dx *= lanes.spread(-(inverse**3) * self._means(product * gamma, lanes))
        dx -= lanes.spread(inverse * self._means(total * gamma, lanes))
        dx += upstream * lanes.spread(inverse * gamma)
        return Gradients((lanes.restore(dx),), gradients)

    def _means(self, sums: Array, lanes: Lanes) -> Array:
        """Average sums by channel over each group, and give every channel the average of its group."""
        by_group = sums.reshape(len(sums), self.groups, -1)
        means = by_group.sum(axis=2) / (lanes.count * by_group.shape[2])
        return np.repeat(means, by_group.shape[2], axis=1)
