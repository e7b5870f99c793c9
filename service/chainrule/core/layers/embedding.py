"""Vectors for tokens, and for positions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt, PositiveInt
from scipy.sparse import csc_array

from chainrule.core.arrays import Array, Shape, Weights, rows_of
from chainrule.core.elsewhere import FOLLOWS
from chainrule.core.examples import LayerExample
from chainrule.core.initializers import AnyInitializer
from chainrule.core.initializers.plain import Uniform
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Misfit, Run, Step, Wanted
from chainrule.core.layouts import Layout, Layouts
from chainrule.core.variables import Variable


class Embedding(Layer):
    """Looks up a vector for each whole number: ``y = embeddings[x]``.

    A row's gradient is the sum over all places where it was looked up; whole numbers have none. The row ``padding_idx``
    is looked up like any other, and its gradient is 0, as in PyTorch.
    """

    moves_numbers: ClassVar[bool] = True
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"input_dim": 5, "output_dim": 3}, inputs=((3, 4),)),
        LayerExample({"input_dim": 4, "output_dim": 2, "padding_idx": 1}, inputs=((6,),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "embeddings": Variable("(input_dim, output_dim)", "embeddings_initializer"),
    }
    pytorch: ClassVar[Layouts] = {"weight": Layout("embeddings")}
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "num_embeddings": "input_dim",
        "embedding_dim": "output_dim",
        "mask_zero": 'no mask is passed on; "padding_idx" is a token whose vector is not trained',
        "input_length": FOLLOWS,
    }

    type: Literal["embedding"] = "embedding"
    input_dim: PositiveInt
    """How many vectors there are: tokens are 0 to ``input_dim - 1``."""
    output_dim: PositiveInt
    """Length of a vector."""
    embeddings_initializer: AnyInitializer = Uniform()
    """What the vectors start as: ``/initialize`` draws them."""
    padding_idx: NonNegativeInt | None = None
    """A token whose vector is not trained."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"embeddings": (self.input_dim, self.output_dim)}

    def output_shape(self, *inputs: Shape) -> Shape:
        if self.padding_idx is not None and self.padding_idx >= self.input_dim:
            raise Misfit(f"padding_idx {self.padding_idx} is no token: there are {self.input_dim}")
        return (*inputs[0], self.output_dim)

    def integers_below(self) -> int:
        return self.input_dim

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        tokens = x.astype(np.intp, copy=False)
        y = weights["embeddings"].take(tokens, axis=0, mode="clip")  # all are in range: NumPy need not look
        return Step(y, tokens)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        if not wanted.weights:
            return Gradients((None,))
        gradient = sum_by_row(cache.ravel(), rows_of(grad), self.input_dim)
        if self.padding_idx is not None:
            gradient[self.padding_idx] = 0
        return Gradients((None,), {"embeddings": gradient})


class PositionalEmbedding(Layer):
    """Adds a vector to each position: ``y[:, t] = x[:, t] + embeddings[t]``, with position ``t`` along axis 1.

    A row's gradient is the sum over the samples; rows beyond the sequence have gradient 0.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"max_length": 3}, inputs=((2, 3, 4),)),
        LayerExample({"max_length": 5}, inputs=((2, 3, 2),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "embeddings": Variable("(max_length, features)", "embeddings_initializer"),
    }

    type: Literal["positional_embedding"] = "positional_embedding"
    max_length: PositiveInt
    """How many positions have a vector."""
    embeddings_initializer: AnyInitializer = Uniform()
    """What the vectors start as: ``/initialize`` draws them."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"embeddings": (self.max_length, inputs[0][-1])}

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if len(shape) != 3:
            raise Misfit(f"positional_embedding reads (samples, positions, features), got the shape {shape}")
        if shape[1] > self.max_length:
            raise Misfit(f"{shape[1]} positions, but max_length is {self.max_length}")
        return shape

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        return Step(x + weights["embeddings"][: x.shape[1]])

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        dx = grad if wanted.inputs else None
        if not wanted.weights:
            return Gradients((dx,))
        gradient = np.zeros_like(weights["embeddings"])
        gradient[: grad.shape[1]] = grad.sum(axis=0)
        return Gradients((dx,), {"embeddings": gradient})


def sum_by_row(index: NDArray[np.intp], rows: Array, count: int) -> Array:
    """Add up the rows that have the same index, in the order in which they stand.

    It is the product of a sparse matrix with the rows, which has a single 1 in each column: ten times as fast as
    ``np.add.at``, or as sorting the rows for ``np.add.reduceat``.
    """
    ones, each = np.ones(len(index), rows.dtype), np.arange(len(index) + 1)
    total: Array = csc_array((ones, index, each), shape=(count, len(index))) @ rows
    return total
