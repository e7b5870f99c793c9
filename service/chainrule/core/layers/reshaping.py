"""Layers that put the numbers of a sample into another form, and change none of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted

Length = Annotated[int, Field(ge=-1)]
Lengths = Annotated[list[Length], Field(min_length=1, max_length=32, fail_fast=True)]
Places = Annotated[list[int], Field(max_length=32, fail_fast=True)]


class Reshaping(Layer):
    """The same numbers in the same order in another shape; the gradient gets the shape of the input."""

    moves_numbers: ClassVar[bool] = True

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        return Step(x.reshape(self.output_shape(x.shape)), x.shape)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad.reshape(cache),))


class Flatten(Reshaping):
    """Lays all numbers of a sample in one row, in row-major order: ``(N, ...)`` becomes ``(N, size)``."""

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(inputs=((2, 3, 2),)), LayerExample(inputs=((3,),)))
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "start_dim": "leave it out: all numbers of a sample are laid in one row",
        "end_dim": "leave it out: all numbers of a sample are laid in one row",
        "data_format": "leave it out: numbers stay in the order in which they come",
    }

    type: Literal["flatten"] = "flatten"

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        return (shape[0], size_of(shape[1:]))


class Reshape(Reshaping):
    """Gives every sample another shape: ``(N, ...)`` becomes ``(N, *target_shape)``, in row-major order."""

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"target_shape": [2, 3]}, inputs=((2, 6),)),
        LayerExample({"target_shape": [3, -1, 1]}, inputs=((2, 2, 3),)),
    )
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "shape": "target_shape",
    }

    type: Literal["reshape"] = "reshape"
    target_shape: Lengths
    """The shape of a sample, without the batch; one length may be -1, which is whatever is left."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        size, known = size_of(shape[1:]), math.prod(one for one in self.target_shape if one != -1)
        free = self.target_shape.count(-1)
        if free > 1:
            raise Misfit(f"only one length of target_shape {self.target_shape} may be -1: the others have to be said")
        fits = known > 0 and size % known == 0 if free else size == known
        if not fits:
            raise Misfit(f"{shape[1:]} has {size} numbers a sample, which do not fit target_shape {self.target_shape}")
        return (shape[0], *(size // known if one == -1 else one for one in self.target_shape))


class Permute(Layer):
    """Puts the axes of a sample into another order: axis ``i`` of the output is axis ``dims[i]`` of the input."""

    moves_numbers: ClassVar[bool] = True
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"dims": [2, 1]}, inputs=((2, 3, 4),)),
        LayerExample({"dims": [3, 1, 2]}, inputs=((2, 2, 3, 4),)),
    )

    type: Literal["permute"] = "permute"
    dims: Places
    """The input's axes in their new order, counted from 1, without the batch, as in Keras."""

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if sorted(self.dims) != list(range(1, len(shape))):
            raise Misfit(f"dims must be the axes 1 to {len(shape) - 1} in some order, got {self.dims}")
        return tuple(shape[axis] for axis in (0, *self.dims))

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        return Step(np.ascontiguousarray(x.transpose(0, *self.dims)))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((np.ascontiguousarray(grad.transpose(np.argsort((0, *self.dims)))),))
