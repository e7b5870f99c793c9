"""What a layer, a loss, a metric and a regularizer have in common: a type, parameters, and a line of documentation.

A class that declares a ``type`` registers itself under the names in it. From the class follow the request's schema, the
catalog and the contract tests; nothing else has to be told about it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Union, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from chainrule.core.examples import Example

_REGISTERED: dict[str, dict[str, type[Part]]] = {}


class Part(BaseModel):
    """One frozen definition, with parameters that are checked strictly: nothing coerced, nothing unknown."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,  # most are built as part of a request alone: half of the time that the import takes
    )

    family: ClassVar[str]
    """What kind of part this is: ``layer``, ``activation``, ``loss``, ``metric``, ``regularizer``."""
    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Names that other frameworks have for it, each with whose name it is: hints for errors."""
    fields_elsewhere: ClassVar[Mapping[str, str]] = {}
    """Parameters that other frameworks have, each with its name here, or a sentence; those of a base class hold too."""
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """For parameters of here, values that other frameworks have, in small letters, each with a sentence."""
    examples: ClassVar[tuple[Example, ...]] = ()
    """Definitions that show what it does and reach every parameter: the contract test computes each of them."""

    type: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register a class that says its own ``type``; the first name is its own, further ones are aliases."""
        super().__pydantic_init_subclass__(**kwargs)
        if "type" in cls.__annotations__:
            _REGISTERED.setdefault(cls.family, {}).update(dict.fromkeys(cls.names(), cls))

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Demand the ``type``: it has a default in Python alone, where the class says it already."""
        reference = handler(core)
        schema = handler.resolve_ref_schema(reference)
        schema["properties"]["type"].pop("default", None)
        schema["required"] = ["type", *(name for name in schema.get("required", ()) if name != "type")]
        return reference

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """All names in ``type``, the class's own first."""
        return get_args(cls.model_fields["type"].annotation)

    @classmethod
    def description(cls) -> str:
        """The first paragraph of the class's documentation."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())


def discover(package: str) -> None:
    """Import every module of a package, so that the classes in them register themselves."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
        importlib.import_module(module.name)


def known(*families: str) -> dict[str, type[Part]]:
    """Every registered class of the families, by each of its names."""
    return {name: cls for family in families for name, cls in sorted(_REGISTERED.get(family, {}).items())}


def classes(*families: str) -> tuple[type[Part], ...]:
    """Every registered class of the families once, in the order of their names."""
    return tuple(dict.fromkeys(known(*families).values()))


def any_of(choices: Sequence[type[Part]], *, unknown: str, by_name: bool = True) -> Any:
    """Make the pydantic type "any of these": chosen by ``type``; a bare name is the object with its defaults.

    Parameters
    ----------
    choices
        The classes to choose from.
    unknown
        The error's type where ``type`` is none of theirs, as in ``unknown_layer``; its message lists their names.
    by_name
        Whether a bare name may stand for the object.
    """
    own_name = {name: cls.names()[0] for cls in choices for name in cls.names()}

    def tag(value: Any) -> str | None:
        name = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        return own_name.get(name) if isinstance(name, str) else None

    union: Any = Union[tuple(Annotated[cls, Tag(cls.names()[0])] for cls in choices)]  # noqa: UP007 (made from a tuple)
    choices_listed = " ".join(own_name)  # the message: whoever words the error says what would be right
    chosen = Annotated[union, Discriminator(tag, custom_error_type=unknown, custom_error_message=choices_listed)]
    return Annotated[chosen, _ByName(_complete_without_parameters(choices))] if by_name else chosen


def _complete_without_parameters(choices: Sequence[type[Part]]) -> tuple[str, ...]:
    """The names of the classes that need no parameter."""
    complete = [cls for cls in choices if not any(field.is_required() for field in cls.model_fields.values())]
    return tuple(name for cls in complete for name in cls.names())


@dataclass(frozen=True)
class _ByName:
    """Lets ``"relu"`` stand for ``{"type": "relu"}``."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_spelled_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "enum": list(self.names)}, handler(schema)]}


def _spelled_out(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value
