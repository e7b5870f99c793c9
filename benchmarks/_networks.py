"""Networks to measure: as a request, and as the few lines of NumPy that somebody would write instead of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Perceptron:
    """Dense layers with relu between them, and a softmax with cross-entropy at the end."""

    kernels: list[Array]
    biases: list[Array]
    inputs: Array
    labels: NDArray[np.int64]

    def document(self) -> dict[str, Any]:
        """The request for ``/backward``, with arrays in it."""
        names = [f"dense_{index}" for index in range(len(self.kernels))]
        layers = [
            {"type": "dense", "name": name, "units": len(bias), "activation": "relu"}
            for name, bias in zip(names, self.biases, strict=True)
        ]
        layers[-1]["activation"] = "softmax"
        weights = zip(names, self.kernels, self.biases, strict=True)
        return {
            "network": {"layers": layers},
            "weights": {name: {"kernel": kernel, "bias": bias} for name, kernel, bias in weights},
            "batch": {"inputs": self.inputs, "targets": self.labels.astype(np.float64)},
            "loss": "categorical_crossentropy",
        }

    def by_hand(self) -> tuple[Array, float, list[tuple[Array, Array]], Array]:
        """Compute outputs, loss, gradients of the weights and of the inputs in bare NumPy, softmax and loss fused."""
        rows, values = np.arange(len(self.inputs)), [self.inputs]
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            values.append(np.maximum(values[-1] @ kernel + bias, 0))
        scores = values[-2] @ self.kernels[-1] + self.biases[-1]
        scores -= scores.max(axis=1, keepdims=True)
        exponentials = np.exp(scores)
        sums = exponentials.sum(axis=1, keepdims=True)
        p = exponentials / sums
        loss = float(np.mean(np.log(sums[:, 0]) - scores[rows, self.labels]))
        grad = p.copy()
        grad[rows, self.labels] -= 1
        grad /= len(rows)
        gradients = []
        for index in reversed(range(len(self.kernels))):
            gradients.append((values[index].T @ grad, grad.sum(axis=0)))
            grad = grad @ self.kernels[index].T
            if index:
                grad = grad * (values[index] > 0)
        return p, loss, gradients[::-1], grad


def perceptron(sizes: Sequence[int], samples: int) -> Perceptron:
    """Make a network of these sizes and a batch of random samples."""
    random = np.random.default_rng(7)
    return Perceptron(
        [random.normal(size=(before, after)) / np.sqrt(before) for before, after in pairwise(sizes)],
        [random.normal(size=after) for after in sizes[1:]],
        random.normal(size=(samples, sizes[0])),
        random.integers(0, sizes[-1], samples),
    )
