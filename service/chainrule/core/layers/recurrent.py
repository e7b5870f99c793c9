"""What recurrent layers share: a state that walks along axis 1, and the two loops over its steps.

What does not depend on the state is done for many steps at once: the input's projection before the loop, and after
every so many steps of the backward loop what these add to the gradients of the weights and of the input. ``T`` steps
come first in the arrays that the loops walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, PositiveInt
from pydantic_core import PydanticCustomError

from chainrule.core.activations import AnyActivation
from chainrule.core.arrays import Array, Shape, Weights, rows_of, size_of
from chainrule.core.elsewhere import FOLLOWS, SAMPLES_FIRST
from chainrule.core.initializers import AnyInitializer
from chainrule.core.initializers.constants import Zeros
from chainrule.core.initializers.orthogonal import Orthogonal
from chainrule.core.initializers.scaled import GlorotUniform
from chainrule.core.layer import EVERYTHING, Activation, Gradients, Layer, Misfit, Run, Step, Wanted
from chainrule.core.variables import Variable, bias, kernel


def _without_weights(activation: Activation) -> Activation:
    if activation.weight_shapes((1, 1)):
        raise PydanticCustomError("has_weights", "must be an activation without weights inside a recurrent layer")
    return activation


CellActivation = Annotated[AnyActivation, AfterValidator(_without_weights)]
"""An activation that can be computed at every step."""


class Walk(NamedTuple):
    """What the loop over the steps leaves."""

    states: Array
    """The state before each step and after the last, ``(T + 1, N, units)``."""
    caches: list[Any]
    """What each step's backward pass needs."""

    def part(self, steps: slice) -> Walk:
        """Give what some of the steps have left."""
        return Walk(self.states[steps.start : steps.stop + 1], self.caches[steps])


class Slopes(NamedTuple):
    """What the backward loop leaves: gradients at each step's pre-activations, ``(T, N, gates · units)``."""

    of_inputs: Array
    """At what comes from the input."""
    of_states: Array
    """At what comes from the state; the same array where both are simply added."""


Carried = tuple[Array, ...]
"""What a step sends back to the one before: the gradient at its state, and at whatever it keeps beside."""

SLOPES = 2**16
"""How many numbers the slopes have that are there at once: the more, the larger the products with them."""


class Recurrent(Layer):
    """A layer whose output at one step is the state for the next; the first state is zeros."""

    gates: ClassVar[int]
    """How many blocks of ``units`` columns a kernel has."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "hidden_size": "units",
        "input_size": FOLLOWS,
        "input_dim": FOLLOWS,
        "bias": "use_bias",
        "nonlinearity": "activation",
        "batch_first": SAMPLES_FIRST,
        "time_major": SAMPLES_FIRST,
        "num_layers": 'write as many layers, all but the last with "return_sequences": true',
        "bidirectional": 'it is a layer of its own: {"type": "bidirectional", "layer": ...}',
        "dropout": 'write a layer "dropout" before it or behind it',
        "recurrent_dropout": "no dropout stands inside a recurrent layer",
        "stateful": "leave it out: the first state is always zeros",
        "unroll": "leave it out",
        **dict.fromkeys(
            ("kernel_regularizer", "recurrent_regularizer", "bias_regularizer"),
            "a recurrent layer has no penalties on its weights",
        ),
    }
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "return_state": {"true": 'the last output is the last of "return_sequences"'},
    }

    units: PositiveInt
    """Length of the state."""
    use_bias: bool = True
    """Whether biases are added."""
    kernel_initializer: AnyInitializer = GlorotUniform()
    """What the kernel starts as: ``/initialize`` draws it."""
    recurrent_initializer: AnyInitializer = Orthogonal()
    """What the recurrent kernel starts as."""
    bias_initializer: AnyInitializer = Zeros()
    """What the bias starts as."""
    return_sequences: bool = False
    """Whether the output is the state after every step, ``(N, T, units)``, rather than the last one, ``(N, units)``."""
    go_backwards: bool = False
    """Whether the last position is read first; a sequence is returned in the order in which it was computed."""
    return_state: Literal[False] = False
    """A layer has one output, the last of which is the last of ``return_sequences``."""

    def following(self) -> None:
        """Say that no activation follows: that of a recurrent layer is inside it."""

    def bias_shape(self) -> Shape:
        """Give the shape of the bias."""
        return (self.gates * self.units,)

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        columns = self.gates * self.units
        shapes: dict[str, Shape] = {
            "kernel": (inputs[0][-1], columns),
            "recurrent_kernel": (self.units, columns),
        }
        return shapes | {"bias": self.bias_shape()} if self.use_bias else shapes

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if len(shape) != 3:
            hint = (
                ': a recurrent layer before it, if there is one, needs "return_sequences": true'
                if len(shape) == 2
                else ""
            )
            raise Misfit(f"{self.type} reads (samples, steps, features), got the shape {shape}{hint}")
        return (*shape[:2], self.units) if self.return_sequences else (shape[0], self.units)

    def extra_numbers(self, *inputs: Shape) -> int:
        """Count the states, and at each step the gates before and after their activations."""
        return size_of(inputs[0][:2]) * self.units * (2 * self.gates + 2)

    def flops(self, *inputs: Shape) -> int:
        (shape,) = inputs
        return 2 * size_of(shape[:2]) * (shape[2] + self.units) * self.gates * self.units

    def steps(self, *inputs: Shape) -> int:
        return inputs[0][1]

    def walk(self, projected: Array, weights: Weights) -> Walk:
        """Run the steps, given the input's projection at each of them, ``(T, N, gates · units)``; it may be changed."""
        raise NotImplementedError

    def walk_back(self, grad: Array, weights: Weights, walked: Walk, carried: Carried) -> tuple[Slopes, Carried]:
        """Run some steps backward.

        Parameters
        ----------
        grad
            The gradient at the state after each of them, ``(T, N, units)``.
        walked
            What these steps have left.
        carried
            What the step after them has sent back, and nothing if there is none.
        """
        raise NotImplementedError

    def recurrent_gradient(self, walked: Walk, slopes: Slopes) -> Array:
        """Compute the gradient of the recurrent kernel: each state before a step meets what the step sends back."""
        return rows_of(walked.states[:-1]).T @ rows_of(slopes.of_states)

    def bias_gradient(self, slopes: Slopes) -> Array:
        """Compute the gradient of the bias."""
        return np.add.reduce(rows_of(slopes.of_inputs), axis=0)

    def input_bias(self, weights: Weights) -> Array:
        """Give the part of the bias that is added to the input's projection."""
        return weights["bias"]

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        steps = self._in_order(x)
        projected = rows_of(steps) @ weights["kernel"]
        if self.use_bias:
            projected += self.input_bias(weights)
        walked = self.walk(projected.reshape(*steps.shape[:2], -1), weights)
        states = walked.states[1:]
        output = np.ascontiguousarray(states.transpose(1, 0, 2)) if self.return_sequences else states[-1]
        return Step(output, (steps, walked))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        steps, walked = cache
        grads = self._at_states(grad, len(steps))
        carried: Carried = ()
        dx = np.empty_like(steps) if wanted.inputs else None
        found: dict[str, Array] = {}
        for part in _from_the_end(len(steps), grads[0].size * self.gates):
            slopes, carried = self.walk_back(grads[part], weights, walked.part(part), carried)
            if dx is not None:
                np.matmul(rows_of(slopes.of_inputs), weights["kernel"].T, out=rows_of(dx[part]))
            sent = self._weight_gradients(steps[part], walked.part(part), slopes) if wanted.weights else {}
            del slopes  # so that there is room for the next ones
            for name, one in sent.items():
                found[name] = np.add(found[name], one, out=one) if name in found else one
        return Gradients((None if dx is None else self._out_of_order(dx),), found)

    def _weight_gradients(self, steps: Array, walked: Walk, slopes: Slopes) -> dict[str, Array]:
        kernel = rows_of(steps).T @ rows_of(slopes.of_inputs)
        found = {"kernel": kernel, "recurrent_kernel": self.recurrent_gradient(walked, slopes)}
        return found | {"bias": self.bias_gradient(slopes)} if self.use_bias else found

    def _in_order(self, x: Array) -> Array:
        """Bring ``(N, T, features)`` into the order in which the steps are computed, ``(T, N, features)``."""
        steps = x.transpose(1, 0, 2)
        return np.ascontiguousarray(steps[::-1] if self.go_backwards else steps)

    def _out_of_order(self, steps: Array) -> Array:
        return np.ascontiguousarray((steps[::-1] if self.go_backwards else steps).transpose(1, 0, 2))

    def _at_states(self, grad: Array, count: int) -> Array:
        """Give the gradient at the state after each step: that of a last state reaches the last step alone."""
        if self.return_sequences:
            return grad.transpose(1, 0, 2)
        grads = np.zeros((count, *grad.shape), grad.dtype)
        grads[-1] = grad
        return grads


def gated(columns: str, bias_layout: str) -> dict[str, Variable]:
    """Give the weights of a recurrent layer whose kernels have so many columns."""
    return {
        "kernel": kernel(f"(in, {columns})"),
        "recurrent_kernel": Variable(f"(units, {columns})", "recurrent_initializer"),
        "bias": bias(bias_layout),
    }


def _from_the_end(count: int, numbers: int) -> Iterator[slice]:
    """Cut steps with so many numbers each into parts, the last one first."""
    most = max(SLOPES // numbers, 1)
    return (slice(max(stop - most, 0), stop) for stop in range(count, 0, -most))


def activate(activation: Activation, z: Array) -> tuple[Array, Any]:
    """Compute an activation inside a step, and what its derivative needs."""
    step = activation.forward(z, {}, Run())
    return step.output, step.cache


def through(activation: Activation, grad: Array, cache: Any) -> Array:
    """Take a gradient back through an activation inside a step."""
    (dz,) = activation.backward(grad, {}, cache).inputs
    assert dz is not None  # an activation is asked for its input's gradient alone
    return dz


def no_states(projected: Array, units: int) -> Array:
    """Make room for the state before each step and after the last; the first is zeros."""
    steps, samples, _ = projected.shape
    states = np.empty((steps + 1, samples, units), projected.dtype)
    states[0] = 0
    return states
