"""From a decoded document to a request: the one place where pydantic's errors become codes and pointers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast, get_args

import numpy as np
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chainrule.core.part import Part, hint_from_elsewhere, known
from chainrule.errors import LONGEST_ECHO, MOST_FAULTS, ErrorCode, Fault, InputError, did_you_mean, excerpt, pointer

Model = TypeVar("Model", bound=BaseModel)

UNKNOWN_TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown_layer": ("layer", ("layer", "activation")),
    "unknown_activation": ("activation", ("activation",)),
    "unknown_loss": ("loss", ("loss",)),
    "unknown_metric": ("metric", ("metric",)),
    "invalid_parameter": ("regularizer", ("regularizer",)),
}
"""For the error of each choice by ``type``: what is chosen, and among which families."""

MOST_ENTRIES = 100_000
"""How many names and values a request may have outside of its arrays: beyond it, only looking for faults takes long."""


def parse(model: type[Model], document: Any) -> Model:
    """Check a decoded document strictly, and give it as a request.

    Raises
    ------
    InputError
        With up to ten faults, each with the pointer to where it stands.
    """
    if not _has_at_most(MOST_ENTRIES, document):
        detail = f"more than {MOST_ENTRIES:,} names and values outside of arrays"
        raise InputError("network_too_large", "", detail)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InputError.of(_faults(model, document, error)) from None


def _has_at_most(most: int, document: Any) -> bool:
    """Count dictionaries' and lists' entries, and stop as soon as there are too many."""
    todo, count = [document], 0
    while todo:
        one = todo.pop()
        if isinstance(one, dict | list):
            count += len(one)
            if count > most:
                return False
            todo.extend(one.values() if isinstance(one, dict) else one)
    return True


def _faults(model: type[BaseModel], document: Any, error: ValidationError) -> Iterator[Fault]:
    """One fault for each place: of a union's several complaints about it, the first."""
    seen: set[str] = set()
    for detail in error.errors(include_url=False):
        path = _path(document, detail)
        where = pointer(*path)
        if where not in seen:
            seen.add(where)
            yield _fault(model, detail, where)
        if len(seen) == MOST_FAULTS:
            return


def _path(document: Any, error: ErrorDetails) -> list[str | int]:
    """Strip from pydantic's location what is not in the document: the tags and labels of unions."""
    path: list[str | int] = []
    here, tagged = document, False
    for key in error["loc"]:
        if isinstance(here, dict) and key == here.get("type") and not tagged:
            tagged = True
        elif (isinstance(here, dict) and key in here) or (isinstance(here, list) and isinstance(key, int)):
            path.append(key)
            here, tagged = here[key], False  # type: ignore[index]
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    return path


def _fault(model: type[BaseModel], error: ErrorDetails, where: str) -> Fault:
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return Fault("missing_field", where, "this field is required")
    if kind == "extra_forbidden":
        return _unknown_field(model, error, where)
    if kind in UNKNOWN_TYPES:
        return _unknown_type(kind, value, where)
    if kind == "not_a_number":
        return Fault("not_a_number", where, f"{error['msg']}, got {_shown(value)}")
    return Fault("invalid_parameter", where, f"{_sentence(error)}, got {_shown(value)}")


def _unknown_field(model: type[BaseModel], error: ErrorDetails, where: str) -> Fault:
    name = str(error["loc"][-1])
    return Fault(
        "unknown_field", where, f"unknown field {excerpt(name)}{did_you_mean(name, _fields(model, error['loc'][:-1]))}"
    )


def _unknown_type(kind: str, value: Any, where: str) -> Fault:
    """Explain a ``type`` that is missing, is no text, or is none of those that are known."""
    what, families = UNKNOWN_TYPES[kind]
    if not isinstance(value, dict):
        return Fault("invalid_parameter", where, f"must be a {what}: an object with a type, got {_shown(value)}")
    if "type" not in value:
        return Fault("missing_field", f"{where}/type", f"a {what} needs a type")
    name = value["type"]
    if not isinstance(name, str):
        return Fault("invalid_parameter", f"{where}/type", f"must be a text, got {_shown(name)}")
    hint = hint_from_elsewhere(name.lower(), *families) or did_you_mean(_snake_case(name), known(*families))
    return Fault(cast(ErrorCode, kind), f"{where}/type", f"unknown {what} {excerpt(name)}{hint}")


def _snake_case(name: str) -> str:
    """Write ``MaxPooling2D`` as ``max_pooling2d``."""
    short = name[:LONGEST_ECHO]
    return "".join(
        f"_{one.lower()}" if one.isupper() and at and short[at - 1].islower() else one.lower()
        for at, one in enumerate(short)
    )


def _sentence(error: ErrorDetails) -> str:
    """Say what pydantic says, in our words: lower case, without a full stop."""
    if error["type"] == "string_pattern_mismatch":
        return "must be 1 to 64 of the characters A-Z, a-z, 0-9, _, . and -"
    message = error["msg"].replace("Input should be", "must be").replace("Input should have", "must have")
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


def _fields(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """Name the fields that are known where pydantic found an unknown one."""
    here: Sequence[type[BaseModel]] = [model]
    for key in location:
        tagged = [one for one in here if issubclass(one, Part) and key in one.names()]
        here = (
            tagged
            or [
                found
                for one in here
                if key in one.model_fields
                for found in _models(one.model_fields[str(key)].annotation)
            ]
            or here
        )
    return sorted({name for one in here for name in one.model_fields})


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Find the models in an annotation, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for one in get_args(annotation) for found in _models(one)]
