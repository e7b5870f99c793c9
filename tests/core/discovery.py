"""Every registered class with its examples, found and not listed: a new class is tested by existing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeVar, get_args, get_origin

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

# importing a family registers its classes
from chainrule.core import definition as _layers  # noqa: F401
from chainrule.core import initializers as _initializers  # noqa: F401
from chainrule.core import losses as _losses  # noqa: F401
from chainrule.core import metrics as _metrics  # noqa: F401
from chainrule.core import regularizers as _regularizers  # noqa: F401
from chainrule.core.examples import Example, LayerExample, TargetExample
from chainrule.core.part import Part, classes, known

P = TypeVar("P", bound=Part)

FAMILIES = ("layer", "activation", "loss", "metric", "regularizer", "initializer")

KINDS = {"layer": LayerExample, "activation": LayerExample, "loss": TargetExample, "metric": TargetExample}

SHOWN_ELSEWHERE = {"type", "name", "reduction", "weight_normalization", "activation"}
"""Parameters that their base, or the network, computes for all classes alike; and regularizers."""


def every(*families: str) -> list[Any]:
    """Each class of the families, as parameters of a test."""
    return [pytest.param(cls, id=cls.names()[0]) for cls in classes(*families)]


def every_example(*families: str) -> list[Any]:
    """Each class of the families with each of its examples, as parameters of a test."""
    return [
        pytest.param(cls, example, id=f"{cls.names()[0]}-{index}")
        for cls in classes(*families)
        if what_is_missing(cls) is None
        for index, example in enumerate(cls.examples)
    ]


def made(family: str, name: str, **parameters: Any) -> Any:
    """The definition of this name in a request, wherever its class stands."""
    return known(family)[name].model_validate({"type": name, **parameters})


def definition_of(cls: type[P], example: Example) -> P:
    """The definition that an example makes."""
    return cls.model_validate(dict(example.parameters))


def what_is_missing(cls: type[Part]) -> str | None:
    """Say why a class cannot be tested by its examples, and what would help."""
    return next(_what_is_missing(cls), None)


def _is_one_value(field: FieldInfo) -> bool:
    """Whether a parameter has nothing but its default, so that a request may say it and no other."""
    return get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def _what_is_missing(cls: type[Part]) -> Iterator[str]:
    kind = KINDS.get(cls.family, Example).__name__
    help_text = f"\n    examples: ClassVar[tuple[{kind}, ...]] = ({kind}({{parameter: value}}, ...),)"
    if not cls.examples:
        yield f"{cls.__name__} has no examples, without which nothing tests it. Give it{help_text}"
    for example in cls.examples:
        try:
            definition_of(cls, example)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            yield f"{cls.__name__}: {example} makes no definition ({wrong}). Give it examples that do:{help_text}"
    for name, field in cls.model_fields.items():
        shown = [example.parameters[name] for example in cls.examples if name in example.parameters]
        common = name in SHOWN_ELSEWHERE or name.endswith(("_regularizer", "_initializer")) or _is_one_value(field)
        if not common and all(value == field.default for value in shown):
            yield f"{cls.__name__}: no example has another {name} than its default, so nothing tests it{help_text}"
