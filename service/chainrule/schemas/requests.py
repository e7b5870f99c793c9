"""What requests have in common, and what ``POST /forward`` and ``POST /backward`` take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainrule.core.definition import Definition
from chainrule.core.losses import AnyLoss
from chainrule.core.metrics import AnyMetric
from chainrule.schemas.arrays import WireArrayIfSent, WireArrays, WireTree

CALLERS_STEP = "the answer is gradients, the step is the caller's"
NOTHING_KEPT = "leave it out: nothing is kept between requests"


class Strict(BaseModel):
    """A part of a request: nothing coerced, nothing unknown."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True
    )

    fields_elsewhere: ClassVar[Mapping[str, str]] = {}
    """Fields that people from other frameworks look for, each with its name here, or a sentence."""
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """For fields of here, values of other frameworks, in small letters, each with a sentence."""


class Options(Strict):
    """How to compute."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = {"precision": "dtype", "random_state": "seed", "train": "training"}
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "dtype": {
            **dict.fromkeys(("double", "torch.float64", "f64"), 'it is "float64"'),
            **dict.fromkeys(("torch.float32", "f32"), 'it is "float32"'),
        }
    }

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

    fields_elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(("retain_graph", "create_graph"), NOTHING_KEPT)

    include: Annotated[
        list[Literal["activations", "activation_gradients", "norms", "sample_losses", "statistics"]],
        Field(fail_fast=True),
    ] = Field(default_factory=list)
    """What to answer beside: layers' outputs and gradients there, norms, positions' losses, five numbers an array."""
    wrt: Annotated[list[str], Field(fail_fast=True)] = Field(default_factory=lambda: ["weights", "inputs"])
    """What to differentiate with respect to: ``weights`` (all), ``inputs``, and names of layers (their weights)."""


class Batch(Strict):
    """The samples."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(("x", "X", "data", "features"), "inputs")

    inputs: WireArrays
    """The samples, along the first axis; an object of arrays where the network names its inputs."""


class ForwardBatch(Batch):
    """The samples, and what the outputs should be."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(("y", "labels", "y_true"), "targets")

    targets: WireArrayIfSent = None
    """Labels, or an array of the outputs' shape."""
    sample_weights: WireArrayIfSent = None
    """What each sample counts in loss and metrics, or each position."""


class BackwardBatch(ForwardBatch):
    """The samples, and where the chain rule starts."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("gradient", "gradients", "grad_outputs", "upstream"), "output_gradients"
    )

    output_gradients: WireArrayIfSent = None
    """The gradient at the outputs, from whatever comes after this network; or K of them, along an axis in front."""


class RunRequest(Strict):
    """A network, its weights and a batch: what every call takes that computes outputs."""

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("model",), "network"),
        **dict.fromkeys(("parameters", "params", "state_dict"), "weights"),
        **dict.fromkeys(("inputs", "x", "X"), 'send "inputs" in "batch"'),
        "batch_size": "leave it out: there are as many samples as the batch has",
    }

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

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "criterion": "loss",
        **dict.fromkeys(("targets", "labels", "y"), 'send "targets" in "batch"'),
    }

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

    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("optimizer", "lr", "learning_rate", "epochs", "steps"), CALLERS_STEP),
        **dict.fromkeys(("retain_graph", "create_graph"), NOTHING_KEPT),
    }

    batch: BackwardBatch
    """The samples, and where the chain rule starts."""
    options: BackwardOptions = Field(default_factory=BackwardOptions)
    """How to differentiate, and what to answer."""
