"""What a layer is: a frozen definition, a shape rule, and two pure functions of their arguments.

``forward`` returns what ``backward`` will need as a value (``cache``), so that a layer keeps nothing, and a cache can
be built by hand in a test. After ``network.resolve`` nothing can be wrong with a request but its numbers, so that
layers check nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape, Weights, size_of
from chainrule.core.draws import Numbers
from chainrule.core.elsewhere import FOLLOWS
from chainrule.core.examples import LayerExample
from chainrule.core.in_cache import in_pieces
from chainrule.core.initializers import Initializer
from chainrule.core.layouts import NONE, Layouts
from chainrule.core.part import Part
from chainrule.core.random_bits import NO_SEED, RandomBits, WeightBits
from chainrule.core.regularizers import Regularizer
from chainrule.core.variables import Variable
from chainrule.errors import Proceed, go_on, going_on

REGULARIZER = "_regularizer"
"""What the name of a field ends with that is a penalty on the weight before it."""


class Misfit(Exception):  # noqa: N818 (a fact about two shapes; ``network.resolve`` turns it into an InputError)
    """The layer cannot read an input of this shape; the message says why, and what would fit."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a layer may know of the request beside its inputs and weights."""

    training: bool = False
    state: Weights = field(default_factory=dict)
    """The layer's non-trainable arrays."""
    bits: RandomBits = NO_SEED
    """The layer's own random bits."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a layer's forward pass gives."""

    output: Array
    cache: Any = None
    """Whatever ``backward`` needs."""
    state: Weights = field(default_factory=dict)
    """The layer's new state, if it has one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which gradients somebody will read. The others need not be computed."""

    inputs: bool = True
    weights: bool = True


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Gradients:
    """What a layer's backward pass gives: nothing where nothing was wanted."""

    inputs: tuple[Array | None, ...]
    """One for each input, with the input's shape."""
    weights: Weights = field(default_factory=dict)


class Layer(Part):
    """A function of one array (or of several, see ``most_inputs``) and its derivative."""

    family: ClassVar[str] = "layer"
    examples: ClassVar[tuple[LayerExample, ...]] = ()
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("in_features", "in_channels", "input_shape", "batch_input_shape", "build_config"), FOLLOWS),
        "inplace": "leave it out: nothing is written over",
        "trainable": 'say in "options.wrt" which gradients are wanted',
        "dtype": 'it holds for the whole network: say it in "options"',
        "device": "leave it out",
        "activity_regularizer": "penalties are on weights alone",
        **dict.fromkeys(
            ("kernel_constraint", "bias_constraint", "recurrent_constraint", "embeddings_constraint"),
            "nothing constrains weights: the step is the caller's",
        ),
    }
    most_inputs: ClassVar[int] = 1
    """How many arrays it can read."""
    trains_differently: ClassVar[bool] = False
    """Whether it computes something else in training, with or without random bits: the request must say which."""
    moves_numbers: ClassVar[bool] = False
    """Whether its output has no numbers but those of its inputs and weights, and zeros: all finite if they are."""
    variables: ClassVar[Mapping[str, Variable]] = {}
    """The weights and the state that it may have, with what they start as."""
    pytorch: ClassVar[Layouts] = NONE
    """Weights and state as PyTorch has them: hints for errors."""

    def per_sample(self, *, training: bool) -> bool:
        """Whether each sample's output depends on that sample alone, so that a batch may be split."""
        return True

    def needs_seed(self) -> bool:
        """Whether it draws random bits in training, so that the request must say ``options.seed``."""
        return False

    def integers_below(self) -> int | None:
        """Say below what its input has to be if it reads whole numbers from 0 on, which have no gradient."""
        return None

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Name the weights that it needs for inputs of these shapes."""
        return {}

    def other_weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Shapes that a weight may have instead; its gradient then has that shape too."""
        return {}

    def state_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Name the non-trainable arrays that it needs."""
        return {}

    def layouts(self) -> Layouts:
        """Give the weights and the state of the layer in PyTorch that computes the same."""
        return self.pytorch

    def hint(self, weight: str, wanted: Shape, got: Shape) -> str:
        """Guess why a weight has another shape than is needed; nothing if it cannot be told."""
        return ""

    def initializer_of(self, name: str) -> tuple[Initializer, tuple[str, ...]]:
        """Say what a weight or a state starts as, and which of the layer's parameters says so, if one does."""
        start = self.variables[name].start
        return (getattr(self, start), (start,)) if isinstance(start, str) else (start, ())

    def starting(self, name: str, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        """Draw the numbers that a weight or a state starts as."""
        initializer, _ = self.initializer_of(name)
        return initializer.values(shape, bits, proceed)

    def resolved(self) -> dict[str, Any]:
        """Give the parameters that follow from others where the definition leaves them out."""
        return {}

    def output_shape(self, *inputs: Shape) -> Shape:
        """Work out the output's shape.

        Raises
        ------
        Misfit
            If it cannot read inputs of these shapes.
        """
        raise NotImplementedError

    def check_training(self, *inputs: Shape) -> None:
        """Refuse to train on inputs of these shapes.

        Raises
        ------
        Misfit
            If there is nothing to train on, as for a batch normalization of one number.
        """

    def extra_numbers(self, *inputs: Shape) -> int:
        """Count the numbers that it holds for a while beside its output: scores, gates, unfolded windows."""
        return 0

    def flops(self, *inputs: Shape) -> int:
        """Count the floating-point operations of matrix products in the forward pass; a multiply-add counts as two."""
        return 0

    def steps(self, *inputs: Shape) -> int:
        """Count the computations that it makes one after the other: a recurrent layer makes one for each position."""
        return 1

    def apply(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        """Run ``forward``: what the engine calls, which knows no layer's number of inputs."""
        (x,) = inputs
        return self.forward(x, weights, run)

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        """Compute the output for an input ``x``, and what ``backward`` will need."""
        raise NotImplementedError

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        """Turn the gradient at the output into the gradients at the inputs and weights."""
        raise NotImplementedError

    def backward_each(
        self, grads: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING, proceed: Proceed = go_on
    ) -> Gradients:
        """Run ``backward`` for each of K gradients at the output, ``(K, *output shape)``; each result has that axis."""
        return stacked([self.backward(grad, weights, cache, wanted) for grad in going_on(grads, proceed)])

    def following(self) -> Layer | None:
        """Give the activation that follows it under the same name, if it has one."""
        activation: Layer | None = getattr(self, "activation", None)
        return activation

    def regularizers(self) -> Mapping[str, Regularizer]:
        """Name the penalties on its weights: the field ``kernel_regularizer`` is the one on ``kernel``."""
        found = {name: getattr(self, name + REGULARIZER) for name in _regularized(type(self))}
        return {name: penalty for name, penalty in found.items() if penalty is not None}


@cache
def _regularized(cls: type[Layer]) -> tuple[str, ...]:
    """Name the weights that a layer may have penalties on."""
    return tuple(name.removesuffix(REGULARIZER) for name in cls.model_fields if name.endswith(REGULARIZER))


class SeveralInputs(Layer):
    """A function of several arrays: its ``forward`` and ``backward`` speak of all of them."""

    most_inputs: ClassVar[int] = 1_000

    def apply(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        return self.forward_all(inputs, weights, run)

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        """Compute the output for the inputs, and what ``backward`` will need."""
        raise NotImplementedError


class Activation(Layer):
    """A layer that another one can have as its ``activation``."""

    family: ClassVar[str] = "activation"
    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(), LayerExample(inputs=((2, 3, 4),)))

    def output_shape(self, *inputs: Shape) -> Shape:
        """Give the shape of the input."""
        return inputs[0]


class Elementwise(Activation):
    """A function of each number alone: it says only its value and its slope.

    ``y = f(x)`` and ``dx = grad · f'(x)``.
    """

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample(inputs=((4, 12),), span=(-4.0, 7.0)),)

    def value(self, x: Array) -> Array:
        """Compute ``f(x)`` as a new array."""
        raise NotImplementedError

    def slope(self, x: Array, y: Array) -> NDArray[Any]:
        """Compute ``f'(x)``, given ``y = f(x)``; where it is 0 or 1, a mask will do."""
        raise NotImplementedError

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        """Compute ``f(x)``."""
        y = in_pieces(self.value, x)
        return Step(y, (x, y))

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        """Multiply the gradient by the slope."""
        return Gradients((in_pieces(self.through, grad, *cache),))

    def through(self, grad: Array, x: Array, y: Array) -> Array:
        """Compute ``grad · f'(x)`` as a new array."""
        return np.multiply(grad, self.slope(x, y))

    def backward_each(
        self, grads: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING, proceed: Proceed = go_on
    ) -> Gradients:
        """Multiply each gradient by the slope, which is computed once."""
        return self.backward(grads, weights, cache, wanted)


def stacked(each: Sequence[Gradients]) -> Gradients:
    """Put the gradients of several backward passes side by side, along a new axis in front."""
    inputs = tuple(
        None if one[0] is None else np.stack(one) for one in zip(*(found.inputs for found in each), strict=True)
    )
    weights = {name: np.stack([found.weights[name] for found in each]) for name in each[0].weights}
    return Gradients(inputs, weights)


def matrix_flops(inputs: Shape, units: int) -> int:
    """Count the operations of ``x @ kernel`` over the last axis of ``x``."""
    return 2 * size_of(inputs) * units


def sample_axes(shape: Shape, *axes: int) -> tuple[int, ...]:
    """Count axes of a sample from the front; the batch, axis 0, is none of them.

    Raises
    ------
    Misfit
        If a batch of this shape has no such axis.
    """
    for axis in axes:
        if not -len(shape) < axis < len(shape) or axis == 0:
            raise Misfit(f"axis {axis} is no axis of a sample: the input has the shape {shape}")
    return tuple(axis % len(shape) for axis in axes)
