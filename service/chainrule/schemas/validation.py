"""From a decoded document to a request: the one place where pydantic's errors become codes and pointers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import chain
from operator import getitem
from typing import Any, NamedTuple, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chainrule.core.elsewhere import field_hint, last_part, type_hint, value_hint
from chainrule.core.part import known
from chainrule.errors import LONGEST_ECHO, MOST_FAULTS, ErrorCode, Fault, InputError, did_you_mean, excerpt, pointer
from chainrule.schemas import trees
from chainrule.schemas.models import models_at

Model = TypeVar("Model", bound=BaseModel)


class Choice(NamedTuple):
    """What is chosen by a ``type``."""

    code: ErrorCode
    """The contract's code for a type that is unknown."""
    what: str
    families: tuple[str, ...]


CHOICES = {
    "unknown_layer": Choice("unknown_layer", "layer", ("layer", "activation")),
    "unknown_activation": Choice("unknown_activation", "activation", ("activation",)),
    "unknown_loss": Choice("unknown_loss", "loss", ("loss",)),
    "unknown_metric": Choice("unknown_metric", "metric", ("metric",)),
    "unknown_regularizer": Choice("invalid_parameter", "regularizer", ("regularizer",)),
    "unknown_initializer": Choice("invalid_parameter", "initializer", ("initializer",)),
}
"""For each error's type that ``any_of`` was given: what was to be chosen."""

SENTENCES = {
    "string_pattern_mismatch": "must be 1 to 64 of the characters A-Z, a-z, 0-9, _, . and -",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "string_type": "must be a text",
}
"""What pydantic says in words of Python, in those of JSON."""

CATALOG = ": GET /catalog lists those that are known"
"""Said where nothing is near, and the list is too long."""

Path = tuple[str | int, ...]
"""The keys that lead to a place in the document."""

LARGEST_INTEGER = 2**64
"""No parameter needs a larger one."""

FAMILIES = tuple(dict.fromkeys(family for choice in CHOICES.values() for family in choice.families))

MOST_ENTRIES = 100_000
"""How many names and values a request may have outside of its arrays: beyond it, only looking for faults takes long."""


def parse(model: type[Model], document: Any) -> Model:
    """Check a decoded document strictly, and give it as a request.

    Raises
    ------
    InputError
        With up to ten faults, each with the pointer to where it stands.
    """
    try:
        _check_sizes(document)
    except InputError as error:
        # a misspelt name of a large array: the array is then no array, and its name is what is wrong
        raise InputError.of(chain(_misspelt(model, document), error.faults)) from None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InputError.of(_faults(model, document, error)) from None


def _misspelt(model: type[BaseModel], document: Any, *path: str) -> Iterator[Fault]:
    """Find unknown names at the top of a request and in its batch, which is where arrays have names."""
    if not isinstance(document, dict):
        return
    for name, value in document.items():
        field = model.model_fields.get(name)
        if not path and field is not None and name in trees.PARTS:
            yield from trees.misplaced(value, name)
        elif field is None:
            yield Fault("unknown_field", pointer(*path, name), _unknown_field([model], name))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _misspelt(field.annotation, value, *path, name)


def _check_sizes(document: Any) -> None:
    """Refuse more entries than anybody means, and whole numbers with which nobody could compute or even print."""
    todo, count = [document], 0
    while todo:
        one = todo.pop()
        kind = type(one)  # a document has no subclasses of these, and this is asked often
        if kind is dict or kind is list:
            count += len(one)
            if count > MOST_ENTRIES:
                detail = f"more than {MOST_ENTRIES:,} names and values outside of arrays"
                raise InputError("network_too_large", "", detail)
            todo.extend(one.values() if kind is dict else one)
        elif kind is int and abs(one) >= LARGEST_INTEGER:
            path = next(_paths_to(one, document))
            raise InputError("invalid_parameter", pointer(*path), "must be a whole number of at most 64 bits")


def _paths_to(wanted: object, here: Any, path: Path = ()) -> Iterator[Path]:
    """Look for the places where a very object stands."""
    if here is wanted:
        yield path
    elif isinstance(here, dict | list):
        for key, below in here.items() if isinstance(here, dict) else enumerate(here):
            yield from _paths_to(wanted, below, (*path, key))


def _faults(model: type[BaseModel], document: Any, error: ValidationError) -> Iterator[Fault]:
    """One fault for each place; of a union's several complaints about it, the innermost, or else the first."""
    details = error.errors(include_url=False)[: 10 * MOST_FAULTS]
    paths = [_path(document, detail) for detail in details]
    seen = {path[:length] for path in paths for length in range(len(path))}
    for detail, path in zip(details, paths, strict=True):
        if path not in seen:
            seen.add(path)
            yield _fault(model, document, detail, path)


def _path(document: Any, error: ErrorDetails) -> Path:
    """Strip from pydantic's location what is not in the document: the tags and labels of unions."""
    path: list[str | int] = []
    here, tagged = document, False
    for key in error["loc"]:
        if isinstance(here, dict) and not tagged and key == _tag(here):
            tagged = True
        elif (isinstance(here, dict) and key in here) or (isinstance(here, list) and isinstance(key, int)):
            path.append(key)
            here, tagged = here[key], False  # type: ignore[index]
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    return tuple(path)


def _tag(here: dict[str, Any]) -> str | None:
    """What pydantic calls the choice of an object's class: the own name of the class that ``type`` names."""
    name = here.get("type")
    found = known(*FAMILIES).get(name) if isinstance(name, str) else None
    return None if found is None else found.names()[0]


def _fault(model: type[BaseModel], document: Any, error: ErrorDetails, path: Path) -> Fault:
    kind, value, where = error["type"], error["input"], pointer(*path)
    if kind == "missing":
        return Fault("missing_field", where, "this field is required")
    if kind == "extra_forbidden":
        *before, name = error["loc"]
        return Fault("unknown_field", where, _unknown_field(models_at(model, before), str(name)))
    if kind in CHOICES:
        bare = isinstance(reduce(getitem, path, document), str)  # a name that stands for an object
        return _unknown_type(CHOICES[kind], error, where, where if bare else f"{where}/type")
    if kind == "not_a_number":
        return Fault("not_a_number", where, f"{error['msg']}, got {_shown(value)}")
    hint = trees.form(*path) if kind == "dict_type" else _value_hint(model, error)
    return Fault("invalid_parameter", where, f"{_sentence(error)}, got {_shown(value)}{hint}")


def _value_hint(model: type[BaseModel], error: ErrorDetails) -> str:
    """Say what stands here for a value that another framework has."""
    *before, name = error["loc"] or ("",)
    return value_hint(models_at(model, before), str(name), _shown(error["input"]).strip('"'))


def _unknown_field(models: Sequence[type[BaseModel]], name: str) -> str:
    known_fields = {field for one in models for field in one.model_fields}
    hint = field_hint(models, name) or did_you_mean(name, known_fields)
    return f"unknown field {excerpt(name)}{hint}"


def _unknown_type(choice: Choice, error: ErrorDetails, where: str, of_type: str) -> Fault:
    """Explain a ``type`` that is missing, is no text, or is none of those that are known."""
    value, choices = error["input"], error["msg"].split()
    one = f"an {choice.what}" if choice.what[0] in "aeiou" else f"a {choice.what}"
    if not isinstance(value, dict):
        return Fault("invalid_parameter", where, f"must be {one}: an object with a type, got {_shown(value)}")
    if "type" not in value:
        return Fault("missing_field", of_type, f"{one} needs a type")
    name = value["type"]
    if not isinstance(name, str):
        return Fault("invalid_parameter", of_type, f"must be a text, got {_shown(name)}")
    hint = type_hint(name, *choice.families) or did_you_mean(_snake_case(last_part(name)), choices) or CATALOG
    return Fault(choice.code, of_type, f"unknown {choice.what} {excerpt(name)}{hint}")


def _snake_case(name: str) -> str:
    """Write ``MaxPooling2D`` as ``max_pooling2d``."""
    short = name[:LONGEST_ECHO]
    return "".join(
        f"_{one.lower()}" if one.isupper() and at and short[at - 1].islower() else one.lower()
        for at, one in enumerate(short)
    )


def _sentence(error: ErrorDetails) -> str:
    """Say what pydantic says, in our words: lower case, without a full stop."""
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]]
    message = error["msg"].partition(" after validation")[0]
    if error["type"] == "literal_error":
        message = message.replace("True", "true").replace("False", "false")
    for theirs in ("Input should", "List should", "String should"):
        message = message.replace(theirs, "must")
    return message[:1].lower() + message[1:]


def _shown(value: Any) -> str:
    """Show a small value as JSON has it, a large one by its kind."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, np.ndarray):
        return f"an array {value.shape}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return excerpt(value)
