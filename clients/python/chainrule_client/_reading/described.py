"""Reading the answers of ``summary``, ``initialize`` and ``catalog``."""

from __future__ import annotations

from chainrule_client._reading.trees import Tree, array_reader, common, each, each_of_each
from chainrule_client._results import (
    Catalog,
    CatalogEntry,
    Cost,
    Envelope,
    Initialized,
    LayerSummary,
    ParameterCounts,
    Summary,
)
from chainrule_client._types import Document


def read_summary(answer: Document, envelope: Envelope) -> Summary:
    """Make a `Summary` of an answer."""
    counts, cost = answer["parameters"], answer["cost"]
    return Summary(
        network=answer["network"],
        layers=tuple(map(_layer, answer["layers"])),
        parameters=ParameterCounts(counts["trainable"], counts["non_trainable"], counts["total"]),
        cost=Cost(**{name: cost[name] for name in Cost.__slots__}),
        **common(answer, envelope, Summary),
    )


def _layer(entry: Tree) -> LayerSummary:
    return LayerSummary(
        name=entry["name"],
        type=entry["type"],
        inputs=tuple(entry["inputs"]),
        output_shape=tuple(entry["output_shape"]),
        weights=each(tuple, entry.get("weights")),
        state=each(tuple, entry.get("state")),
        parameters=entry["parameters"],
    )


def read_initialized(answer: Document, envelope: Envelope) -> Initialized:
    """Make an `Initialized` of an answer."""
    array = array_reader(envelope.dtype)
    return Initialized(
        weights=each_of_each(array, answer["weights"]),
        state=each_of_each(array, answer.get("state")),
        **common(answer, envelope, Initialized),
    )


_ENTRY = ("description", "parameters", "weights", "state", "inputs", "aliases")


def read_catalog(answer: Document, envelope: Envelope) -> Catalog:
    """Make a `Catalog` of an answer."""
    return Catalog(
        layers=each(_entry, answer.get("layers")),
        activations=each(_entry, answer.get("activations")),
        losses=each(_entry, answer.get("losses")),
        metrics=each(_entry, answer.get("metrics")),
        initializers=each(_entry, answer.get("initializers")),
        regularizers=each(_entry, answer.get("regularizers")),
        limits=answer["limits"],
        version=answer["version"],
        **common(answer, envelope, Catalog),
    )


def _entry(entry: Tree) -> CatalogEntry:
    return CatalogEntry(
        description=entry["description"],
        parameters=entry["parameters"],
        weights=entry.get("weights") or {},
        state=entry.get("state") or {},
        inputs=entry.get("inputs"),
        aliases=tuple(entry.get("aliases") or ()),
        extra={key: value for key, value in entry.items() if key not in _ENTRY},
    )
