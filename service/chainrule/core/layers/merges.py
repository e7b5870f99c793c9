"""Layers that make one array of several. A tensor that is read twice gets the sum of what both readers send back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from typing import Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Misfit, Run, SeveralInputs, Step, Wanted

TWO = LayerExample(inputs=((3, 4), (3, 4)))
THREE = LayerExample(inputs=((2, 3, 2), (2, 3, 2), (2, 3, 2)))


class Merge(SeveralInputs):
    """Arrays of one shape become one array of that shape. Nothing is broadcast."""

    fewest_inputs: ClassVar[int] = 1
    examples: ClassVar[tuple[LayerExample, ...]] = (TWO, THREE)

    def output_shape(self, *inputs: Shape) -> Shape:
        if len(inputs) < self.fewest_inputs:
            raise Misfit(f"{self.type} reads at least {self.fewest_inputs} inputs, got {len(inputs)}")
        if any(shape != inputs[0] for shape in inputs):
            raise Misfit(f"{self.type} reads inputs of one shape, got {', '.join(map(str, inputs[:5]))}")
        return inputs[0]


class Add(Merge):
    """Adds its inputs: ``y = Σ x_i``, ``dx_i = grad``: a sum passes the gradient on to every summand."""

    elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("residual", "residual_connection", "skip", "skip_connection"), "with two inputs, a residual connection"
    )

    type: Literal["add"] = "add"

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        return Step(reduce(np.add, inputs), len(inputs))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad,) * cache)


class Subtract(Merge):
    """Takes the second input from the first: ``y = a - b``, ``da = grad``, ``db = -grad``."""

    fewest_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int] = 2
    examples: ClassVar[tuple[LayerExample, ...]] = (TWO,)

    type: Literal["subtract"] = "subtract"

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        minuend, subtrahend = inputs
        return Step(minuend - subtrahend)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad, -grad))


class Multiply(Merge):
    """Multiplies its inputs: ``y = Π x_i``, ``dx_i = grad · Π_{j≠i} x_j``: the product of the other factors.

    The others are multiplied, not divided out of ``y``, so that a factor may be 0.
    """

    type: Literal["multiply"] = "multiply"

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        return Step(reduce(np.multiply, inputs), tuple(inputs))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        before = list(accumulate(cache[:-1], np.multiply, initial=grad))  # grad · x_0 ⋯ x_{i-1}
        if len(cache) == 1:
            return Gradients((grad,))
        after = list(accumulate(reversed(cache[1:]), np.multiply))[::-1]  # x_{i+1} ⋯ x_n
        return Gradients((*(left * right for left, right in zip(before, after, strict=False)), before[-1]))


class Average(Merge):
    """Averages its inputs: ``y = Σ x_i / n``, ``dx_i = grad / n``."""

    type: Literal["average"] = "average"

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        return Step(reduce(np.add, inputs) / len(inputs), len(inputs))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad / cache,) * cache)


class Maximum(Merge):
    """Takes the largest of its inputs at each place; the gradient goes to the one that was taken.

    Of two equal ones each gets half, as in PyTorch; of more inputs the first two are compared, then the result with the
    third, and so on.
    """

    type: Literal["maximum"] = "maximum"

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        largest = list(accumulate(inputs, np.maximum))
        return Step(largest[-1], (tuple(inputs), largest))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        inputs, largest = cache
        gradients: list[Array] = []
        for x, so_far in zip(inputs[:0:-1], largest[-2::-1], strict=True):
            share = np.where(x > so_far, grad, np.where(x == so_far, grad / 2, 0))
            gradients.append(share)
            grad = grad - share
        return Gradients((grad, *reversed(gradients)))


class Concatenate(SeveralInputs):
    """Puts its inputs behind one another along an axis; the gradient is cut into their pieces again."""

    moves_numbers: ClassVar[bool] = True
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample(inputs=((3, 4), (3, 2))),
        LayerExample({"axis": 1}, inputs=((2, 3, 2), (2, 1, 2), (2, 2, 2))),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "dim": "axis",
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "cat": "PyTorch's cat",
        "concat": "ONNX's Concat",
    }

    type: Literal["concatenate"] = "concatenate"
    axis: int = -1
    """The axis along which the inputs may differ in length; not 0, which would mix the samples."""

    def output_shape(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        if not -len(first) < self.axis < len(first) or self.axis == 0:
            raise Misfit(f"axis {self.axis} is no axis of a sample: the first input has the shape {first}")
        axis = self.axis % len(first)
        if any(_without(shape, axis) != _without(first, axis) for shape in inputs):
            shapes = ", ".join(map(str, inputs[:5]))
            raise Misfit(f"concatenate reads inputs that differ in axis {axis} alone, got {shapes}")
        return (*first[:axis], sum(shape[axis] for shape in inputs), *first[axis + 1 :])

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        ends = list(accumulate((x.shape[self.axis] for x in inputs), initial=0))
        return Step(np.concatenate(inputs, axis=self.axis), ends)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        axis = self.axis % grad.ndim
        pieces = [(*(slice(None),) * axis, slice(start, end)) for start, end in pairwise(cache)]
        return Gradients(tuple(np.ascontiguousarray(grad[piece]) for piece in pieces))


def _without(shape: Shape, axis: int) -> Shape:
    """The shape without one axis, behind its rank, so that one of another rank is unlike."""
    return (len(shape), *shape[:axis], *shape[axis + 1 :])
