"""Long short-term memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from chainrule.core.activations.sigmoid import Sigmoid
from chainrule.core.activations.tanh import Tanh
from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.draws import Numbers
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
from chainrule.core.random_bits import WeightBits
from chainrule.core.variables import Variable
from chainrule.errors import Proceed, go_on


class LstmStep(NamedTuple):
    """What a step's backward pass needs: gates and cells, and the caches of the activations that made them."""

    input_and_forget: Array
    candidate: Array
    output: Array
    cell_before: Array
    cell_activated: Array
    caches: tuple[Any, Any, Any, Any]


class Lstm(Recurrent):
    """Keeps a cell beside its state, and gates for what enters, stays and leaves.

    With ``[i, f, g, o] = x_t @ kernel + h_{t-1} @ recurrent_kernel + bias``, blocks of ``units`` columns in the order
    of Keras and PyTorch, each through its activation: ``c_t = f · c_{t-1} + i · g``, ``h_t = o · activation(c_t)``.

    Backward in time: ``do = dh · activation(c)``, ``dc += dh · o · activation'(c)``, ``di = dc · g``, ``dg = dc · i``,
    ``df = dc · c_{t-1}``, and ``dc · f`` goes on to the step before. PyTorch adds two biases, whose gradients are both
    that of this one.
    """

    gates: ClassVar[int] = 4
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"units": 3}, inputs=((2, 3, 2),)),
        LayerExample(
            {"units": 2, "activation": "sigmoid", "recurrent_activation": "tanh", "use_bias": False},
            inputs=((2, 3, 2),),
        ),
        LayerExample(
            {"units": 2, "return_sequences": True, "go_backwards": True, "unit_forget_bias": False},
            inputs=((2, 3, 2),),
        ),
    )

    variables: ClassVar[Mapping[str, Variable]] = gated("4 · units", "(4 · units,)")
    pytorch: ClassVar[Layouts] = recurrent(Layout("kernel", "(4 · units, in)", (1, 0)), "bias_ih_l0 + bias_hh_l0")

    type: Literal["lstm"] = "lstm"
    activation: CellActivation = Tanh()
    """The function of what enters the cell, and of the cell as it leaves."""
    recurrent_activation: CellActivation = Sigmoid()
    """The function of the gates."""
    unit_forget_bias: bool = True
    """Whether the bias of the forget gate starts as ones, whatever the rest starts as."""

    def starting(self, name: str, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        if name != "bias" or not self.unit_forget_bias:
            return super().starting(name, shape, bits, proceed)
        before, after = (self.units,), (2 * self.units,)
        drawn = self.bias_initializer.values(before, bits), self.bias_initializer.values(after, bits.part("after"))
        return np.concatenate([drawn[0], np.ones(self.units), drawn[1]])

    def walk(self, projected: Array, weights: Weights) -> Walk:
        states, caches, u = no_states(projected, self.units), [], self.units
        cell = np.zeros_like(states[0])
        for t, z in enumerate(projected):
            np.add(z, states[t] @ weights["recurrent_kernel"], out=z)
            entering, entering_cache = activate(self.recurrent_activation, z[:, : 2 * u])
            candidate, candidate_cache = activate(self.activation, z[:, 2 * u : 3 * u])
            output, output_cache = activate(self.recurrent_activation, z[:, 3 * u :])
            before, cell = cell, entering[:, u:] * cell + entering[:, :u] * candidate
            activated, cell_cache = activate(self.activation, cell)
            np.multiply(output, activated, out=states[t + 1])
            step_caches = (entering_cache, candidate_cache, output_cache, cell_cache)
            caches.append(LstmStep(entering, candidate, output, before, activated, step_caches))
        return Walk(states, caches)

    def walk_back(self, grad: Array, weights: Weights, walked: Walk, carried: Carried) -> tuple[Slopes, Carried]:
        u, recurrent = self.units, weights["recurrent_kernel"].T
        slopes = np.empty((*grad.shape[:2], 4 * u), grad.dtype)
        dh, dc = carried or (np.zeros_like(grad[0]), np.zeros_like(grad[0]))
        gated = np.empty((grad.shape[1], 2 * u), grad.dtype)
        for t in reversed(range(len(grad))):
            step: LstmStep = walked.caches[t]
            entering_cache, candidate_cache, output_cache, cell_cache = step.caches
            dh = dh + grad[t]
            dc = dc + through(self.activation, dh * step.output, cell_cache)
            np.multiply(dc, step.candidate, out=gated[:, :u])
            np.multiply(dc, step.cell_before, out=gated[:, u:])
            slopes[t, :, : 2 * u] = through(self.recurrent_activation, gated, entering_cache)
            slopes[t, :, 2 * u : 3 * u] = through(self.activation, dc * step.input_and_forget[:, :u], candidate_cache)
            slopes[t, :, 3 * u :] = through(self.recurrent_activation, dh * step.cell_activated, output_cache)
            dh = slopes[t] @ recurrent
            dc = dc * step.input_and_forget[:, u:]
        return Slopes(slopes, slopes), (dh, dc)
