"""A recurrent layer in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.draws import Numbers
from chainrule.core.examples import LayerExample
from chainrule.core.initializers import Initializer
from chainrule.core.layer import EVERYTHING, Gradients, Layer, Run, Step, Wanted
from chainrule.core.layers.gru import Gru
from chainrule.core.layers.lstm import Lstm
from chainrule.core.layers.recurrent import Recurrent, gated
from chainrule.core.layers.simple_rnn import SimpleRnn
from chainrule.core.layouts import Layouts, of_side
from chainrule.core.part import any_of
from chainrule.core.random_bits import WeightBits
from chainrule.core.variables import Variable
from chainrule.errors import Proceed, go_on

if TYPE_CHECKING:
    AnyRecurrent = Recurrent
else:  # the type checker needs a class where pydantic needs a choice
    AnyRecurrent = any_of((Gru, Lstm, SimpleRnn), unknown="unknown_layer", by_name=False)

FORWARD, BACKWARD = "forward/", "backward/"


class Bidirectional(Layer):
    """Reads a sequence in both directions, by two layers of the same definition with weights of their own.

    The second reads from the end; its sequence is turned round, so that both stand at the same step, and the two are
    merged: one behind the other (``concat``), or by ``sum``, ``mul`` (the product) or ``ave`` (the average).
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"layer": {"type": "lstm", "units": 2}}, inputs=((2, 3, 2),)),
        LayerExample(
            {"layer": {"type": "gru", "units": 2, "return_sequences": True}, "merge_mode": "mul"}, inputs=((2, 3, 2),)
        ),
        LayerExample({"layer": {"type": "simple_rnn", "units": 2}, "merge_mode": "sum"}, inputs=((2, 3, 2),)),
        LayerExample(
            {"layer": {"type": "simple_rnn", "units": 2, "return_sequences": True}, "merge_mode": "ave"},
            inputs=((2, 3, 2),),
        ),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        side + name: variable
        for side in (FORWARD, BACKWARD)
        for name, variable in gated(
            "gates · units", "(gates · units,), or (2, gates · units) for a gru with reset_after"
        ).items()
    }

    type: Literal["bidirectional"] = "bidirectional"
    layer: AnyRecurrent
    """The recurrent layer that reads forward; its twin reads backward."""
    merge_mode: Literal["concat", "sum", "mul", "ave"] = "concat"
    """How the two outputs become one."""

    @property
    def twin(self) -> Recurrent:
        """The layer that reads the other way."""
        return self.layer.model_copy(update={"go_backwards": not self.layer.go_backwards})

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        shapes = self.layer.weight_shapes(*inputs)
        return {side + name: shape for side in (FORWARD, BACKWARD) for name, shape in shapes.items()}

    def layouts(self) -> Layouts:
        layouts = self.layer.layouts()
        return of_side(layouts, FORWARD, "") | of_side(layouts, BACKWARD, "_reverse")

    def initializer_of(self, name: str) -> tuple[Initializer, tuple[str, ...]]:
        initializer, path = self.layer.initializer_of(_own_name(name))
        return initializer, ("layer", *path)

    def starting(self, name: str, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return self.layer.starting(_own_name(name), shape, bits, proceed)

    def output_shape(self, *inputs: Shape) -> Shape:
        *front, units = self.layer.output_shape(*inputs)
        return (*front, 2 * units if self.merge_mode == "concat" else units)

    def extra_numbers(self, *inputs: Shape) -> int:
        return 2 * self.layer.extra_numbers(*inputs)

    def flops(self, *inputs: Shape) -> int:
        return 2 * self.layer.flops(*inputs)

    def steps(self, *inputs: Shape) -> int:
        return 2 * self.layer.steps(*inputs)

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        first = self.layer.forward(x, _side(weights, FORWARD), run)
        second = self.twin.forward(x, _side(weights, BACKWARD), run)
        outputs = (first.output, self._turned(second.output))
        return Step(self._merged(*outputs), (first.cache, second.cache, outputs))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        first_cache, second_cache, outputs = cache
        to_first, to_second = self._apart(grad, *outputs)
        first = self.layer.backward(to_first, _side(weights, FORWARD), first_cache, wanted)
        second = self.twin.backward(self._turned(to_second), _side(weights, BACKWARD), second_cache, wanted)
        found = {
            side + name: one
            for side, gradients in ((FORWARD, first), (BACKWARD, second))
            for name, one in gradients.weights.items()
        }
        (left,), (right,) = first.inputs, second.inputs
        return Gradients((None if left is None or right is None else left + right,), found)

    def _turned(self, sequence: Array) -> Array:
        """Turn a sequence round; a last state stays as it is."""
        return np.ascontiguousarray(sequence[:, ::-1]) if self.layer.return_sequences else sequence

    def _merged(self, first: Array, second: Array) -> Array:
        if self.merge_mode == "concat":
            return np.concatenate([first, second], axis=-1)
        if self.merge_mode == "mul":
            return first * second
        return first + second if self.merge_mode == "sum" else (first + second) / 2

    def _apart(self, grad: Array, first: Array, second: Array) -> tuple[Array, Array]:
        """Give each of the two its part of the gradient."""
        if self.merge_mode == "concat":
            return grad[..., : self.layer.units], grad[..., self.layer.units :]
        if self.merge_mode == "mul":
            return grad * second, grad * first
        share = grad if self.merge_mode == "sum" else grad / 2
        return share, share


def _own_name(name: str) -> str:
    """Give the name that the layer itself has for a weight."""
    return name.partition("/")[2]


def _side(weights: Mapping[str, Array], side: str) -> dict[str, Array]:
    """Give the weights of one direction by their own names."""
    return {name.removeprefix(side): one for name, one in weights.items() if name.startswith(side)}
