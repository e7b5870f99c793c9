"""What ``POST /summary`` and ``POST /initialize`` take and give: a network without arrays, and what follows from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PositiveInt, Tag

from chainrule.core.definition import MOST_INPUTS, Definition
from chainrule.schemas.arrays import WireTree
from chainrule.schemas.requests import Strict
from chainrule.schemas.responses import Described

MOST_AXES = 32
"""As many as any NumPy allows."""


def _form(value: Any) -> str | None:
    """Tell one shape from several, so that a fault is told of the form that was meant; no network has so many."""
    if isinstance(value, list):
        return "shape"
    return "shapes" if isinstance(value, dict) and len(value) <= MOST_INPUTS else None


SampleShape = Annotated[list[PositiveInt], Field(max_length=MOST_AXES, fail_fast=True)]
"""The shape of one sample."""

InputShape = Annotated[
    Annotated[SampleShape, Tag("shape")] | Annotated[dict[str, SampleShape], Tag("shapes")],
    Discriminator(
        _form,
        custom_error_type="input_shape",
        custom_error_message="must be a list of whole numbers, as in [28, 28, 1], or an object with one for each input",
    ),
]
"""The shape of one sample of the input, or of each input."""


class ShapedRequest(Strict):
    """A network, and the shape of what it reads."""

    network: Definition
    """The layers."""
    input_shape: InputShape
    """The shape of one sample, without the batch in front; an object of shapes where the network names its inputs."""


class SummaryOptions(Strict):
    """What to count for."""

    dtype: Literal["float64", "float32"] = "float64"
    """The type whose bytes are counted."""


class SummaryRequest(ShapedRequest):
    """A network, the shape of what it reads, and how many samples of it."""

    batch_size: PositiveInt = 1
    """How many samples there are in a batch."""
    options: SummaryOptions = Field(default_factory=SummaryOptions)
    """What to count for."""


class InitializeOptions(Strict):
    """How to answer."""

    dtype: Literal["float64", "float32"] = "float64"
    """The type of the weights; float32 has the numbers of float64, rounded."""
    encoding: Literal["list", "base64"] = "list"
    """How a JSON answer holds arrays."""


class InitializeRequest(ShapedRequest):
    """A network, the shape of what it reads, and a seed."""

    seed: Annotated[int, Field(ge=0, lt=2**64)]
    """Where the random numbers start: the same seed gives the same weights, on every machine."""
    options: InitializeOptions = Field(default_factory=InitializeOptions)
    """How to answer."""


class LayerSummary(Described):
    """A layer, with what follows from the shape of its inputs. Shapes have the batch in front."""

    name: str
    """Its name."""
    type: str
    """What it is."""
    inputs: list[str]
    """The layers that it reads, or ``inputs``, the batch."""
    output_shape: list[int]
    """The shape of its output."""
    weights: dict[str, list[int]]
    """The shape of each weight."""
    state: dict[str, list[int]]
    """The shape of each array that is not trained, such as running means."""
    parameters: int
    """How many numbers there are in its weights and its state."""


class ParameterCounts(Described):
    """How many numbers a network has."""

    trainable: int
    """In its weights."""
    non_trainable: int
    """In its state."""
    total: int
    """In both."""


class Cost(Described):
    """What a batch of this size costs. A multiply-add counts as two operations."""

    forward_flops: int
    """Floating-point operations of the forward pass: those of matrix products and convolutions."""
    backward_flops: int
    """Those of the backward pass alone."""
    weight_bytes: int
    """Bytes of weights and state."""
    activation_bytes: int
    """Bytes of every layer's output."""


class SummaryResponse(Described):
    """What a network is, layer by layer, and what it costs."""

    network: dict[str, Any]
    """The definition with every default filled in: it can be sent as ``network``."""
    layers: list[LayerSummary]
    """The layers in the order of computation."""
    parameters: ParameterCounts
    """How many numbers there are."""
    cost: Cost
    """What a batch costs."""


class InitializeResponse(Described):
    """What a network starts with, to be sent as it is."""

    weights: WireTree
    """What to send as ``weights``."""
    state: WireTree
    """What to send as ``state``; empty where no layer has any."""
