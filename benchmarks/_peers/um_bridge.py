"""The network as a model of UM-Bridge, whose protocol has lists of numbers in JSON and gradients for one of them.

With its packages: python -m benchmarks._peers.um_bridge --port 4242
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import umbridge

from benchmarks._peers.vector import SAMPLES, SHAPES, from_vector, gradients_of


class Model(umbridge.Model):  # type: ignore[misc]  # a class only where umbridge is
    """Reads the labels and the vector, and gives the gradient of the loss at the vector."""

    def __init__(self) -> None:
        super().__init__("backward")

    def get_input_sizes(self, config: Any) -> list[int]:
        return [SAMPLES, sum(int(np.prod(shape)) for shape in SHAPES)]

    def get_output_sizes(self, config: Any) -> list[int]:
        return [1]

    def supports_gradient(self) -> bool:
        return True

    def gradient(self, out_wrt: int, in_wrt: int, parameters: Any, sens: Any, config: Any) -> list[float]:
        """Compute the gradients of the loss, all of them at once."""
        labels, vector = map(np.asarray, parameters)
        _, _, found = gradients_of(from_vector(labels, vector))
        gradient: list[float] = np.concatenate([one.ravel() for one in found]).tolist()
        return gradient


if __name__ == "__main__":
    umbridge.serve_models([Model()], int(sys.argv[-1]))
