"""Everything that a request can name, told by the classes themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from chainrule.core import definition as _layers  # noqa: F401 (importing a family registers its classes)
from chainrule.core import losses as _losses  # noqa: F401
from chainrule.core import metrics as _metrics  # noqa: F401
from chainrule.core.layer import Layer
from chainrule.core.part import Part, classes, known

GROUPS = {
    "layers": "layer",
    "activations": "activation",
    "losses": "loss",
    "metrics": "metric",
    "initializers": "initializer",
    "regularizers": "regularizer",
}
"""What the catalog calls each family."""


class _ParameterSchema(GenerateJsonSchema):
    """JSON schemas that stand alone: where a parameter is a part of its own, they name the types to choose from."""

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        parts = known(*GROUPS.values())
        if not schema["choices"].keys() <= parts.keys():
            return super().tagged_union_schema(schema)
        names = sorted(name for own_name in schema["choices"] for name in parts[str(own_name)].names())
        return {"type": "object", "properties": {"type": {"enum": names}}, "required": ["type"]}

    def encode_default(self, dft: Any) -> Any:
        """Write a part that has all of its own defaults as its name alone."""
        if isinstance(dft, Part) and dft == type(dft)(type=dft.type):
            return dft.type
        return super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def catalog() -> dict[str, dict[str, dict[str, Any]]]:
    """Tell of every layer, activation, loss, metric, initializer and regularizer, by its own name."""
    return {group: {cls.names()[0]: dict(_entry(cls)) for cls in classes(family)} for group, family in GROUPS.items()}


def parameters_schema(cls: type[Part]) -> dict[str, Any]:
    """Give the JSON schema of a class's parameters: what it has beside its ``type``."""
    schema = cls.model_json_schema(schema_generator=_ParameterSchema)
    properties = {name: one for name, one in schema["properties"].items() if name != "type"}
    rest = {key: schema[key] for key in ("type", "additionalProperties")}
    return {**rest, "properties": properties, "required": [name for name in schema["required"] if name != "type"]}


def _entry(cls: type[Part]) -> Iterator[tuple[str, Any]]:
    yield "description", cls.description()
    yield "parameters", parameters_schema(cls)
    if issubclass(cls, Layer):
        yield "weights", {name: one.layout for name, one in cls.variables.items() if one.trained}
        yield "state", {name: one.layout for name, one in cls.variables.items() if not one.trained}
        yield "inputs", cls.most_inputs
    yield "aliases", list(cls.names()[1:])
