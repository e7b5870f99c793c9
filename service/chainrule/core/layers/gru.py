"""The gated recurrent unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from chainrule.core.activations.sigmoid import Sigmoid
from chainrule.core.activations.tanh import Tanh
from chainrule.core.arrays import Array, Shape, Weights, rows_of
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
from chainrule.core.layouts import NONE, Layout, Layouts, recurrent
from chainrule.core.variables import Variable


class GruStep(NamedTuple):
    """What a step's backward pass needs."""

    gates: Array
    """Update and reset, ``(N, 2 · units)``."""
    candidate: Array
    from_state: Array
    """With ``reset_after`` what the state adds to the candidate before the reset; else the state after the reset."""
    caches: tuple[Any, Any]


class Gru(Recurrent):
    """Keeps a share ``z`` of its state, and takes the rest from a candidate that sees the state through a reset ``r``.

    With blocks of ``units`` columns in Keras's order ``z, r, h``: ``h_t = z · h_{t-1} + (1 - z) · ĥ``, where

    * ``reset_after`` (PyTorch, and Keras's default): ``ĥ = activation(x kernel_h + b_h + r · (h_{t-1} R_h + c_h))``;
      the bias is ``(2, 3 · units)``, one row for the input and one for the state;
    * otherwise (ONNX's default): ``ĥ = activation(x kernel_h + (r · h_{t-1}) R_h + b_h)``, with one row of bias.

    Backward in time: ``dz = dh · (h_{t-1} - ĥ)``, ``dĥ = dh · (1 - z)``, and ``dh · z`` goes on to the step before.
    A PyTorch GRU has the blocks ``r`` and ``z`` the other way round.
    """

    gates: ClassVar[int] = 3
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"units": 3}, inputs=((2, 3, 2),)),
        LayerExample({"units": 3, "reset_after": False, "return_sequences": True}, inputs=((2, 3, 2),)),
        LayerExample(
            {"units": 2, "activation": "sigmoid", "recurrent_activation": "tanh", "use_bias": False},
            inputs=((2, 3, 2),),
        ),
        LayerExample({"units": 2, "reset_after": False, "use_bias": False, "go_backwards": True}, inputs=((2, 3, 2),)),
    )

    variables: ClassVar[Mapping[str, Variable]] = gated(
        "3 · units", "(2, 3 · units), or (3 · units,) without reset_after"
    )
    pytorch: ClassVar[Layouts] = recurrent(
        Layout(
            "kernel",
            "(3 · units, in) with the gates r, z, n",
            (1, 0),
            value="{name}.reshape(3, -1, {0})[[1, 0, 2]].reshape(-1, {0}).T",
        ),
        "np.stack([bias_ih_l0, bias_hh_l0]).reshape(2, 3, -1)[:, [1, 0, 2]].reshape(2, -1)",
    )

    type: Literal["gru"] = "gru"
    activation: CellActivation = Tanh()
    """The function of the candidate."""
    recurrent_activation: CellActivation = Sigmoid()
    """The function of the gates."""
    reset_after: bool = True
    """Whether the reset is applied after the state's product with its kernel, rather than before."""

    def layouts(self) -> Layouts:
        """Give those of PyTorch's, which resets after the product."""
        return self.pytorch if self.reset_after else NONE

    def bias_shape(self) -> Shape:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def input_bias(self, weights: Weights) -> Array:
        return weights["bias"][0] if self.reset_after else weights["bias"]

    def walk(self, projected: Array, weights: Weights) -> Walk:
        states, caches = no_states(projected, self.units), []
        step = self._step_reset_after if self.reset_after else self._step_reset_before
        for t, inputs in enumerate(projected):
            cache = step(inputs, states[t], weights)
            z = cache.gates[:, : self.units]
            states[t + 1] = cache.candidate + z * (states[t] - cache.candidate)
            caches.append(cache)
        return Walk(states, caches)

    def _step_reset_after(self, inputs: Array, state: Array, weights: Weights) -> GruStep:
        u = self.units
        from_state = state @ weights["recurrent_kernel"]
        if self.use_bias:
            from_state += weights["bias"][1]
        mixed, to_candidate = inputs[:, : 2 * u], from_state[:, 2 * u :].copy()  # a view would keep all of it
        mixed += from_state[:, : 2 * u]
        gates, gates_cache = activate(self.recurrent_activation, mixed)
        mixed = inputs[:, 2 * u :]
        mixed += gates[:, u:] * to_candidate
        candidate, candidate_cache = activate(self.activation, mixed)
        return GruStep(gates, candidate, to_candidate, (gates_cache, candidate_cache))

    def _step_reset_before(self, inputs: Array, state: Array, weights: Weights) -> GruStep:
        u, recurrent = self.units, weights["recurrent_kernel"]
        mixed = inputs[:, : 2 * u]
        mixed += state @ recurrent[:, : 2 * u]
        gates, gates_cache = activate(self.recurrent_activation, mixed)
        reset, mixed = gates[:, u:] * state, inputs[:, 2 * u :]
        mixed += reset @ recurrent[:, 2 * u :]
        candidate, candidate_cache = activate(self.activation, mixed)
        return GruStep(gates, candidate, reset, (gates_cache, candidate_cache))

    def walk_back(self, grad: Array, weights: Weights, walked: Walk, carried: Carried) -> tuple[Slopes, Carried]:
        u, recurrent = self.units, weights["recurrent_kernel"]
        of_inputs = np.empty((*grad.shape[:2], 3 * u), grad.dtype)
        of_states = np.empty_like(of_inputs) if self.reset_after else of_inputs
        (dh,), gated = carried or (np.zeros_like(grad[0]),), np.empty((grad.shape[1], 2 * u), grad.dtype)
        for t in reversed(range(len(grad))):
            step: GruStep = walked.caches[t]
            gates_cache, candidate_cache = step.caches
            z, r = step.gates[:, :u], step.gates[:, u:]
            dh = dh + grad[t]
            dcandidate = through(self.activation, dh * (1 - z), candidate_cache)
            np.multiply(dh, walked.states[t] - step.candidate, out=gated[:, :u])
            dh = dh * z
            if self.reset_after:
                np.multiply(dcandidate, step.from_state, out=gated[:, u:])
            else:
                dreset = dcandidate @ recurrent[:, 2 * u :].T
                np.multiply(dreset, walked.states[t], out=gated[:, u:])
                dh += dreset * r
            of_inputs[t, :, : 2 * u] = through(self.recurrent_activation, gated, gates_cache)
            of_inputs[t, :, 2 * u :] = dcandidate
            if self.reset_after:
                of_states[t, :, : 2 * u] = of_inputs[t, :, : 2 * u]
                of_states[t, :, 2 * u :] = dcandidate * r
                dh += of_states[t] @ recurrent.T
            else:
                dh += of_inputs[t, :, : 2 * u] @ recurrent[:, : 2 * u].T
        return Slopes(of_inputs, of_states), (dh,)

    def recurrent_gradient(self, walked: Walk, slopes: Slopes) -> Array:
        if self.reset_after:
            return super().recurrent_gradient(walked, slopes)
        u, rows = self.units, rows_of(slopes.of_states)
        resets = rows_of(np.stack([step.from_state for step in walked.caches]))
        gates = rows_of(walked.states[:-1]).T @ rows[:, : 2 * u]
        return np.concatenate([gates, resets.T @ rows[:, 2 * u :]], axis=1)

    def bias_gradient(self, slopes: Slopes) -> Array:
        if not self.reset_after:
            return super().bias_gradient(slopes)
        return np.stack([np.add.reduce(rows_of(one), axis=0) for one in slopes])
