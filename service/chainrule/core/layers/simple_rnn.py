"""The plain recurrent layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from chainrule.core.activations.tanh import Tanh
from chainrule.core.arrays import Array, Weights
from chainrule.core.examples import LayerExample
from chainrule.core.layers.recurrent import (
    Carried,
    CellActivation,
    Recurrent,
    Slopes,
    Walk,
    activate,
    gated,
    no_states,
    through,
)
from chainrule.core.layouts import Layout, Layouts, recurrent
from chainrule.core.variables import Variable


class SimpleRnn(Recurrent):
    """Mixes the input with its own last output: ``h_t = activation(x_t @ kernel + h_{t-1} @ recurrent_kernel + bias)``.

    Backward in time: ``dz_t = (dh_t + dz_{t+1} @ recurrent_kernelᵀ) · activation'``.
    """

    gates: ClassVar[int] = 1
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"units": 3}, inputs=((2, 3, 2),)),
        LayerExample(
            {"units": 2, "activation": "sigmoid", "use_bias": False, "return_sequences": True, "go_backwards": True},
            inputs=((2, 3, 2),),
        ),
    )

    variables: ClassVar[Mapping[str, Variable]] = gated("units", "(units,)")
    pytorch: ClassVar[Layouts] = recurrent(Layout("kernel", "(units, in)", (1, 0)), "bias_ih_l0 + bias_hh_l0")
    elsewhere: ClassVar[Mapping[str, str]] = {
        "rnn": "PyTorch's RNN",
    }

    type: Literal["simple_rnn"] = "simple_rnn"
    activation: CellActivation = Tanh()
    """The function of every step."""

    def walk(self, projected: Array, weights: Weights) -> Walk:
        states, caches = no_states(projected, self.units), []
        for t, z in enumerate(projected):
            np.add(z, states[t] @ weights["recurrent_kernel"], out=z)
            states[t + 1], cache = activate(self.activation, z)
            caches.append(cache)
        return Walk(states, caches)

    def walk_back(self, grad: Array, weights: Weights, walked: Walk, carried: Carried) -> tuple[Slopes, Carried]:
        slopes = np.empty(grad.shape, grad.dtype)
        (dh,) = carried or (np.zeros_like(grad[0]),)
        for t in reversed(range(len(grad))):
            slopes[t] = through(self.activation, grad[t] + dh, walked.caches[t])
            dh = slopes[t] @ weights["recurrent_kernel"].T
        return Slopes(slopes, slopes), (dh,)
