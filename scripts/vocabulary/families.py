"""The kinds of parts, and the pages that tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True)
class Family:
    """What a kind of part is called, and how its page begins."""

    name: str
    """As the classes have it."""
    title: str
    introduction: str
    page: str
    """The file with all of the family; layers have a page each, in this folder."""


FAMILIES = (
    Family(
        "layer",
        "Layers",
        "Each may also say its `name`, and which earlier layers it reads as `inputs`.",
        "layers",
    ),
    Family(
        "activation",
        "Activations",
        "As a layer of their own, or as the `activation` of another: a name, or an object.",
        "activations.md",
    ),
    Family(
        "loss",
        "Losses",
        "A name, or an object. What all have in common: [Losses and reductions](losses-and-reductions.md).",
        "losses.md",
    ),
    Family(
        "metric", "Metrics", "A name, or an object, which may have a `name` of its own in the answer.", "metrics.md"
    ),
    Family(
        "initializer",
        "Initializers",
        "What weights start as, if [`/initialize`](starting-weights.md) draws them: a name, or an object.",
        "initializers.md",
    ),
    Family(
        "regularizer",
        "Regularizers",
        "As a layer's `kernel_regularizer` or `bias_regularizer`: a name, or an object.",
        "regularizers.md",
    ),
)
