"""The function that changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from chainrule.core.arrays import Array, Weights
from chainrule.core.layer import EVERYTHING, Activation, Gradients, Run, Step, Wanted


class Identity(Activation):
    """Passes its input on: ``y = x``, with the slope 1."""

    moves_numbers: ClassVar[bool] = True
    elsewhere: ClassVar[Mapping[str, str]] = {"linear": "Keras's linear activation"} | dict.fromkeys(
        ("input", "input_layer", "inputlayer"), "a network reads its batch without one; what only passes numbers on"
    )

    type: Literal["identity"] = "identity"

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        return Step(x)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        return Gradients((grad,))
