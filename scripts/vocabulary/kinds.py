"""What may stand for a parameter, in words: from the JSON schema of the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chainrule.core.part import known
from scripts.vocabulary.families import FAMILIES

Schema = Mapping[str, Any]


def kind(schema: Schema, back: str = "") -> str:
    """Say what a value may be.

    Parameters
    ----------
    schema
        Its JSON schema.
    back
        The way from the page to the folder of the documents.

    Examples
    --------
    >>> kind({"type": "integer", "exclusiveMinimum": 0})
    'whole number from 1'
    >>> kind({"anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1}, {"type": "null"}]})
    'number from 0 to below 1 or `null`'
    >>> kind({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2})
    'list of 2: whole number'
    >>> kind({"enum": ["valid", "same"], "type": "string"})
    '`"valid"` or `"same"`'
    """
    return either(dict.fromkeys(_kinds(schema, back)))


def either(words: Iterable[str]) -> str:
    """Write alternatives in a row.

    >>> either(["a", "b", "c"]), either(["a"])
    ('a, b or c', 'a')
    """
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _kinds(schema: Schema, back: str) -> Iterator[str]:
    for one in schema.get("anyOf") or schema.get("oneOf") or [schema]:
        if one is schema:
            yield from _plain(one, back)
        else:
            yield from _kinds(one, back)


def _plain(schema: Schema, back: str) -> Iterator[str]:
    if schema.get("type") == "object":
        yield _chosen(schema["properties"]["type"]["enum"], back)
    elif "const" in schema or "enum" in schema:
        values = schema.get("enum") or [schema["const"]]
        family = _family_of(values)
        yield from [family_link(family, back)] if family else (f"`{json.dumps(value)}`" for value in values)
    elif schema.get("type") == "array":
        yield _list(schema, back)
    elif schema.get("type") in ("integer", "number"):
        yield _number(schema)
    else:
        yield {"boolean": "`true` or `false`", "null": "`null`", "string": "text"}[schema["type"]]


def _chosen(names: list[str], back: str) -> str:
    """Name the family that a part is chosen from, or the classes where these are only some of it."""
    family = _family_of(names)
    if family and set(names) == known(family).keys():
        return family_link(family, back)
    return either(f"[`{name}`]({back}layers/{name}.md)" for name in names)


def _family_of(names: list[Any]) -> str | None:
    """Find the family whose names these are, perhaps without those that need parameters."""
    texts = {name for name in names if isinstance(name, str)}
    return next((one.name for one in FAMILIES if texts and texts <= known(one.name).keys()), None)


def family_link(family: str, back: str) -> str:
    """Link to the page of a family."""
    found = next(one for one in FAMILIES if one.name == family)
    return f"[{'an' if family[0] in 'aeiou' else 'a'} {family}]({back}{found.page})"


def _list(schema: Schema, back: str) -> str:
    least, most = schema.get("minItems"), schema.get("maxItems")
    count = f" of {least}" if least == most and least else ""
    return f"list{count}: {kind(schema['items'], back)}"


def _number(schema: Schema) -> str:
    whole = schema["type"] == "integer"
    words = ["whole number" if whole else "number"]
    if "exclusiveMinimum" in schema:
        least = schema["exclusiveMinimum"]
        words.append(f"from {least + 1}" if whole else f"above {least:g}")
    elif "minimum" in schema:
        words.append(f"from {schema['minimum']:g}")
    if "exclusiveMaximum" in schema:
        words.append(f"to below {schema['exclusiveMaximum']:g}")
    elif "maximum" in schema:
        words.append(f"to {schema['maximum']:g}")
    return " ".join(words)
