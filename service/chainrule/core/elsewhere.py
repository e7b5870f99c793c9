"""What other frameworks call things, and what these are here: hints for errors, which the classes themselves know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from chainrule.core.part import Part, classes

NO_LAYERS = {
    "sequential": 'layers stand one after the other in "network.layers"',
    "model": 'layers stand in "network.layers", and name what they read in "inputs"',
    "modulelist": 'layers stand one after the other in "network.layers"',
    "timedistributed": "leave it out: a dense layer or an activation works on the last axis, however many there are",
    "rrelu": "no activation draws its slope at random",
}
"""What is a layer elsewhere and none here, without ``_``."""

FOLLOWS = "leave it out: shapes follow from the batch"
"""Said of a length that other frameworks want to know beforehand."""

SAMPLES_FIRST = "leave it out: samples always come first"

Named = Mapping[str, str]
"""For each name the parameter that it is here, or else a sentence."""


def last_part(name: str) -> str:
    """Leave out where a name comes from.

    >>> last_part("torch.nn.Linear")
    'Linear'
    """
    return name.rpartition(".")[2] or name


def type_hint(name: str, *families: str) -> str:
    """Say what another framework's name is called here, or nothing if nobody knows it."""
    word = last_part(name).lower()
    parts = classes(*families)
    found = _named(parts, word, as_it_is=True) or _named(parts, word, as_it_is=False)
    if found:
        return ": " + ", ".join(found)
    sentence = NO_LAYERS.get(_plain(word)) if "layer" in families else None
    return f": {sentence}" if sentence else ""


def _named(parts: Iterable[type[Part]], word: str, *, as_it_is: bool) -> list[str]:
    """Look for a word as it is spelled, or without ``_``; of each part, what it says first."""
    found: dict[str, str] = {}
    for cls in parts:
        for name, whose in cls.elsewhere.items():
            if name == word if as_it_is else _plain(name) == _plain(word):
                found.setdefault(cls.names()[0], whose)
    return [f'{whose} is "{name}"' for name, whose in found.items()]


def _plain(word: str) -> str:
    return word.replace("_", "")


def field_hint(models: Iterable[type[BaseModel]], name: str) -> str:
    """Say what a parameter, or a field of a request, is called here, or nothing if nobody knows it."""
    for model in models:
        for known in _tables(model, "fields_elsewhere"):
            if name in known:
                here = known[name]
                return f': it is called "{here}" here' if here in model.model_fields else f": {here}"
        for field, info in model.model_fields.items():
            below = info.annotation
            if isinstance(below, type) and issubclass(below, BaseModel) and name in below.model_fields:
                return f': it belongs to "{field}"'
    return ""


def value_hint(models: Iterable[type[BaseModel]], name: str, value: str) -> str:
    """Say what stands here for a value of other frameworks, or nothing if nobody knows it."""
    tables = (table.get(name, {}) for model in models for table in _tables(model, "values_elsewhere"))
    found = next((table[value.lower()] for table in tables if value.lower() in table), None)
    return "" if found is None else f": {found}"


def _tables(model: type[BaseModel], what: str) -> list[Mapping[str, Any]]:
    """Collect what a class says, and those above it."""
    return [vars(base)[what] for base in model.__mro__ if what in vars(base)]
