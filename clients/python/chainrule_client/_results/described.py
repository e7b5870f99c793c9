"""What ``summary``, ``initialize`` and ``catalog`` give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule_client._results.answer import Answer
from chainrule_client._tables import table
from chainrule_client._types import Array, Document


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer of a network, with what follows from the shape of its inputs. Shapes have the batch in front."""

    name: str
    type: str
    inputs: tuple[str, ...]
    """What it reads: earlier layers, or ``inputs``, the batch."""
    output_shape: tuple[int, ...]
    weights: Mapping[str, tuple[int, ...]]
    """The shape of each weight."""
    state: Mapping[str, tuple[int, ...]]
    """The shape of each array that it carries from step to step beside its weights."""
    parameters: int
    """How many numbers there are in its weights and state."""


@dataclass(frozen=True, slots=True)
class ParameterCounts:
    """How many numbers a network has."""

    trainable: int
    """In its weights."""
    non_trainable: int
    """In its state."""
    total: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a batch of the size that was asked for costs; a multiply-add counts as two operations (FLOPs)."""

    forward_flops: int
    """Of matrix products and convolutions."""
    backward_flops: int
    """Of the backward pass alone."""
    weight_bytes: int
    """Of weights and state."""
    activation_bytes: int
    """Of every layer's output."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Summary(Answer):
    """The answer of ``summary``. Printed it is a table, a line a layer."""

    network: Document
    """The definition with every default filled in: it can be sent as ``network`` again."""
    layers: tuple[LayerSummary, ...]
    parameters: ParameterCounts
    cost: Cost

    def __str__(self) -> str:
        return "\n".join([*table(_HEADINGS, map(_cells, self.layers)), "", *_totals(self.parameters, self.cost)])


_HEADINGS = {"layer": "<", "type": "<", "output shape": "<", "parameters": ">", "reads": "<"}


def _cells(layer: LayerSummary) -> tuple[str, ...]:
    return layer.name, layer.type, str(layer.output_shape), f"{layer.parameters:,}", ", ".join(layer.inputs)


def _totals(parameters: ParameterCounts, cost: Cost) -> Iterator[str]:
    yield f"parameters: {parameters.total:,}, of which {parameters.trainable:,} are trainable"
    yield f"FLOPs: {cost.forward_flops:,} forward, {cost.backward_flops:,} backward"
    yield f"bytes: {cost.weight_bytes:,} of weights and state, {cost.activation_bytes:,} of activations"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Initialized(Answer):
    """The answer of ``initialize``: what a network starts with, to be handed on as it is."""

    weights: Mapping[str, Mapping[str, Array]]
    """``{layer: {weight: array}}``, for the argument of the same name."""
    state: Mapping[str, Mapping[str, Array]]
    """Likewise; empty where no layer has any."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What the service says of one layer, activation, loss, metric, initializer or regularizer."""

    description: str
    parameters: Mapping[str, Any]
    """The JSON schema of its parameters: ``parameters["properties"]["units"]``, with defaults."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """What the shapes of its weights are made of: ``{"kernel": "(in, units)"}``."""
    state: Mapping[str, str] = field(default_factory=dict)
    """Likewise of what it carries from step to step beside them."""
    inputs: int | None = None
    """How many inputs it reads at most."""
    aliases: tuple[str, ...] = ()
    """Further names that mean the same."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What this version of the client does not know."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Catalog(Answer):
    """The answer of ``catalog``: everything that a request to this service can name, and what it may cost."""

    layers: Mapping[str, CatalogEntry]
    activations: Mapping[str, CatalogEntry]
    losses: Mapping[str, CatalogEntry]
    metrics: Mapping[str, CatalogEntry]
    initializers: Mapping[str, CatalogEntry]
    regularizers: Mapping[str, CatalogEntry]
    limits: Mapping[str, float]
    """What is refused above them, by name."""
    version: str
    """Of the service."""
