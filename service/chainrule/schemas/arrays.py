"""How an array is described on the wire. The codec has made it a NumPy array by the time a schema sees it."""

from __future__ import annotations

from copy import deepcopy
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ARRAY_SCHEMA: JsonSchemaValue = {
    "title": "Array",
    "description": "Nested lists of numbers (rectangular), or the bytes of an array in base64.",
    "anyOf": [
        {"type": "number"},
        {"type": "array", "items": {}},
        {
            "type": "object",
            "description": "Little-endian numbers in C order.",
            "properties": {
                "dtype": {"enum": ["float64", "float32", "int64", "int32", "int16", "int8", "uint8"]},
                "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
                "base64": {"type": "string", "contentEncoding": "base64"},
            },
            "required": ["dtype", "shape", "base64"],
            "additionalProperties": False,
        },
    ],
}


class _IsArray:
    """Takes a NumPy array, and describes it as the wire has it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_an_array)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return deepcopy(ARRAY_SCHEMA)  # pydantic writes into it


class _IsArrayOrNamed:
    """Takes a NumPy array, or an object of them."""

    each: ClassVar[JsonSchemaValue] = ARRAY_SCHEMA
    """What stands in the object."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_an_array_or_named)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        named = {"type": "object", "description": "An array for each input.", "additionalProperties": self.each}
        return deepcopy({"anyOf": [*ARRAY_SCHEMA["anyOf"], named]})


class _IsDerivative(_IsArrayOrNamed):
    """Describes what an answer has for each input: an array, or null for whole numbers."""

    each: ClassVar[JsonSchemaValue] = {"anyOf": [ARRAY_SCHEMA, {"type": "null"}]}


def _an_array(value: Any) -> NDArray[Any]:
    if isinstance(value, np.ndarray):
        return value
    raise PydanticCustomError("not_a_number", "must be an array of numbers")


def _an_array_or_named(value: Any) -> NDArray[Any] | dict[str, NDArray[Any]]:
    if isinstance(value, dict) and all(isinstance(one, np.ndarray) for one in value.values()):
        return value
    return _an_array(value)


WireArray = Annotated[NDArray[Any], _IsArray()]
WireArrayIfSent = Annotated[
    NDArray[Any] | None, _IsArray(), Field(json_schema_extra=lambda schema: schema.pop("default", None))
]
"""None where a request leaves it out; null is no array, and nothing that the wire has."""
WireArrays = Annotated[NDArray[Any] | dict[str, NDArray[Any]], _IsArrayOrNamed()]
WireDerivatives = Annotated[NDArray[Any] | dict[str, NDArray[Any] | None], _IsDerivative()] | None
"""The derivative by the batch, by name where inputs have names; null by whole numbers, and where nobody asked."""
WireTree = dict[str, dict[str, WireArray]]
"""Arrays by layer and name."""
