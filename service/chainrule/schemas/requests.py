"""What requests have in common, and what ``POST /forward`` and ``POST /backward`` take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainrule.core.definition import Definition
from chainrule.core.losses import AnyLoss
from chainrule.core.metrics import AnyMetric
from chainrule.schemas.arrays import WireArrayIfSent, WireArrays, WireTree


class Strict(BaseModel):
    """A part of a request: nothing coerced, nothing unknown."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True
    )


class Options(Strict):
    """How to compute."""

    dtype: Literal["float64", "float32"] = "float64"
    """The type that everything is computed and returned in."""
    training: bool | None = None
    """Whether the network is being trained; must be said where a layer depends on it."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] | None = None
    """Where dropout's random bits start; must be said when a dropout layer runs in training."""
    row_offset: Annotated[int, Field(ge=0, lt=2**53)] = 0
    """The first row's place in the whole batch, if this is a piece of one."""
    encoding: Literal["list", "base64"] = "list"
    """How a JSON answer holds arrays."""


class PassOptions(Options):
    """How to compute, and what to answer."""

    fuse: bool = True
    """Whether a final softmax or sigmoid is differentiated together with its cross-entropy."""
    include: Sequence[str] = ()
    """What to answer beside."""


class ForwardOptions(PassOptions):
    """How to compute, and what to answer."""

    include: Annotated[list[Literal["activations", "sample_losses", "statistics"]], Field(fail_fast=True)] = Field(
        default_factory=list
    )
    """What to answer beside: each layer's output, each position's loss, five numbers for each array."""


class BackwardOptions(PassOptions):
    """How to differentiate, and what to answer."""

    include: Annotated[
        list[Literal["activations", "activation_gradients", "norms", "sample_losses", "statistics"]],
        Field(fail_fast=True),
    ] = Field(default_factory=list)
    """What to answer beside: layers' outputs and gradients there, norms, positions' losses, five numbers an array."""
    wrt: Annotated[list[str], Field(fail_fast=True)] = Field(default_factory=lambda: ["weights", "inputs"])
    """What to differentiate with respect to: ``weights`` (all), ``inputs``, and names of layers (their weights)."""


class Batch(Strict):
    """The samples."""

    inputs: WireArrays
    """The samples, along the first axis; an object of arrays where the network names its inputs."""


class ForwardBatch(Batch):
    """The samples, and what the outputs should be."""

    targets: WireArrayIfSent = None
    """Labels, or an array of the outputs' shape."""
    sample_weights: WireArrayIfSent = None
    """What each sample counts in loss and metrics, or each position."""


class BackwardBatch(ForwardBatch):
    """The samples, and where the chain rule starts."""

    output_gradients: WireArrayIfSent = None
    """The gradient at the outputs, from whatever comes after this network; or K of them, along an axis in front."""


class RunRequest(Strict):
    """A network, its weights and a batch: what every call takes that computes outputs."""

    network: Definition
    """The layers."""
    weights: WireTree = Field(default_factory=dict)
    """Exactly the weights that the network needs, by layer and name."""
    state: WireTree = Field(default_factory=dict)
    """Arrays that are not trained, such as running means, by layer and name."""
    batch: Batch
    """The samples."""
    options: Options = Field(default_factory=Options)
    """How to compute."""


class PassRequest(RunRequest):
    """A network, its weights and a batch, and what the outputs are measured by."""

    batch: ForwardBatch
    """The samples, and what the outputs should be."""
    loss: AnyLoss | None = None
    """What the outputs are measured by: a name, or an object with its parameters."""
    metrics: Annotated[list[AnyMetric], Field(max_length=100, fail_fast=True)] = Field(default_factory=list)
    """Figures beside the loss: names, or objects with their parameters."""
    options: PassOptions = Field(default_factory=PassOptions)
    """How to compute, and what to answer."""


class ForwardRequest(PassRequest):
    """A network, its weights and a batch."""

    options: ForwardOptions = Field(default_factory=ForwardOptions)
    """How to compute, and what to answer."""


class BackwardRequest(PassRequest):
    """A network, its weights, a batch, and a loss or the gradient at the outputs."""

    batch: BackwardBatch
    """The samples, and where the chain rule starts."""
    options: BackwardOptions = Field(default_factory=BackwardOptions)
    """How to differentiate, and what to answer."""
