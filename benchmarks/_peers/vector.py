"""The network as one vector, for servers that take and give plain numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks._networks import Array, Perceptron, perceptron

SIZES, SAMPLES = (784, 256, 128, 10), 64

SHAPES = [(SAMPLES, SIZES[0]), *pairwise(SIZES), *((size,) for size in SIZES[1:])]
"""Of the inputs, the kernels and the biases, in the order of the vector."""


def network() -> Perceptron:
    """The network that every server is asked about."""
    return perceptron(SIZES, SAMPLES)


def arrays_of(asked: Perceptron) -> list[Array]:
    """All that gradients are computed for."""
    return [asked.inputs, *asked.kernels, *asked.biases]


def gradients_of(asked: Perceptron) -> tuple[Array, float, list[Array]]:
    """Compute outputs, loss, and the gradients in the same order."""
    outputs, loss, weights, inputs = asked.by_hand()
    kernels, biases = zip(*weights, strict=True)
    return outputs, loss, [inputs, *kernels, *biases]


def from_vector(labels: Array, vector: Array) -> Perceptron:
    """Cut the vector into its arrays, without a copy."""
    inputs, *weights = cut(vector)
    layers = len(SIZES) - 1
    return Perceptron(weights[:layers], weights[layers:], inputs, labels.astype(np.int64))


def cut(vector: Array) -> list[Array]:
    """Find the arrays in a vector."""
    ends = np.cumsum([np.prod(shape) for shape in SHAPES])
    return [part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), SHAPES, strict=True)]
