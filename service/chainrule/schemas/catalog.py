"""What ``GET /catalog`` gives."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from chainrule.schemas.responses import Described


class CatalogEntry(Described):
    """Something that a request can name."""

    description: str
    """What it does, in a line."""
    parameters: dict[str, Any]
    """The JSON schema of its parameters, which stand beside its ``type``: their defaults, and which are required."""
    aliases: list[str]
    """Further names that mean the same."""


class LayerEntry(CatalogEntry):
    """A layer or an activation."""

    weights: dict[str, str]
    """The weights that it may have, with what stands along each axis."""
    state: dict[str, str]
    """The arrays that it may have beside, which are not trained."""
    inputs: int
    """How many inputs it reads at the most."""


class Catalog(Described):
    """Everything that a request can name, and what it may cost."""

    layers: dict[str, LayerEntry]
    """By the ``type`` of a layer."""
    activations: dict[str, LayerEntry]
    """By the ``type`` of a layer, or as the ``activation`` of one."""
    losses: dict[str, CatalogEntry]
    """By ``loss``."""
    metrics: dict[str, CatalogEntry]
    """By one of ``metrics``."""
    initializers: dict[str, CatalogEntry]
    """By what a weight starts as."""
    regularizers: dict[str, CatalogEntry]
    """By the penalty on a weight."""
    limits: dict[str, int | float] = Field(examples=[{"max_layers": 1_000}])
    """What a request to this service may be and cost, under the names of its settings."""
    version: str
    """The version of the service."""
