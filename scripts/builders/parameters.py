"""What a builder takes: a class's fields, in an order that a person who writes them expects."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from inspect import get_annotations

from pydantic.fields import FieldInfo

from chainrule.core.part import Part
from scripts.builders.annotations import written
from scripts.builders.families import Family
from scripts.builders.names import class_name

WIDTH = 112
"""Of a docstring's lines, eight columns of indentation left out."""

READS = (
    'The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; '
    "the layer before it if not given."
)
PLACE = {
    "name": ("str | None", "Its name, unique in the network; ``{type}_<index>`` if not given."),
    "inputs": ("Sequence[str | Layer] | None", READS),
}
"""What a layer may say beside its parameters."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a builder."""

    name: str
    type: str
    meaning: str
    default: str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.type}" + ("" if self.default is None else f" = {self.default}")

    @property
    def documented(self) -> str:
        """As numpydoc has it."""
        return f"{self.name}\n" + textwrap.indent(textwrap.fill(self.meaning, WIDTH - 4), "    ")


def fields_of(cls: type[Part]) -> dict[str, FieldInfo]:
    """Give the parameters of a class: the required ones first, and its own before those that it inherits."""
    order = {name: at for at, name in enumerate(name for base in cls.__mro__ for name in get_annotations(base))}
    names = sorted(
        cls.model_fields.keys() - {"type"}, key=lambda name: (not cls.model_fields[name].is_required(), order[name])
    )
    return {name: cls.model_fields[name] for name in names}


def positional_of(family: Family, cls: type[Part]) -> tuple[str, ...]:
    """Give the parameters that need no name: what is required, or else the first size or number."""
    required = tuple(name for name, field in fields_of(cls).items() if field.is_required())
    if required or not family.positional:
        return required
    types = {name: written(field.annotation, class_name) for name, field in cls.model_fields.items()}
    return tuple(name for name, type_ in types.items() if type_.startswith(("int", "float")))[:1]


def parameters_of(family: Family, cls: type[Part]) -> list[Parameter]:
    """Give everything that a builder takes."""
    found = [
        Parameter(name, written(field.annotation, class_name), _meaning(field), _default(field))
        for name, field in fields_of(cls).items()
    ]
    if family.name in ("layer", "activation"):
        own = cls.names()[0]
        found += [Parameter(name, type_, text.format(type=own), "None") for name, (type_, text) in PLACE.items()]
    return found


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _default(field: FieldInfo) -> str | None:
    if field.is_required():
        return None
    value = field.default
    return repr(value.type if isinstance(value, Part) else value)
