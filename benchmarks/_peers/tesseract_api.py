"""The network as a Tesseract, which gives the gradients of its loss as a vector-Jacobian product.

It is given as tesseract-core wants it: schemas and functions by these names, in a file of this name.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, create_model
from tesseract_core.runtime import Array, Differentiable, Float64

from benchmarks._networks import Perceptron
from benchmarks._peers.vector import gradients_of

MATRIX, VECTOR = Array[(None, None), Float64], Array[(None,), Float64]

InputSchema: type[BaseModel] = create_model(
    "InputSchema",
    inputs=(Differentiable[MATRIX], ...),
    kernels=(list[Differentiable[MATRIX]], ...),
    biases=(list[Differentiable[VECTOR]], ...),
    labels=(VECTOR, ...),
)
OutputSchema: type[BaseModel] = create_model("OutputSchema", loss=(Differentiable[Array[(), Float64]], ...))


def apply(inputs: Any) -> Any:
    """Compute the loss."""
    return OutputSchema(loss=_network(inputs).by_hand()[1])


def vector_jacobian_product(
    inputs: Any, vjp_inputs: set[str], vjp_outputs: set[str], cotangent_vector: dict[str, Any]
) -> dict[str, Any]:
    """Compute the gradients of the loss, all of them at once."""
    _, _, found = gradients_of(_network(inputs))
    layers = range(len(inputs.kernels))
    names = ["inputs", *(f"kernels.[{at}]" for at in layers), *(f"biases.[{at}]" for at in layers)]
    return dict(zip(names, found, strict=True))


def _network(inputs: Any) -> Perceptron:
    return Perceptron(inputs.kernels, inputs.biases, inputs.inputs, inputs.labels.astype(int))
