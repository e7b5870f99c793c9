"""The models that a request is made of, and which of them a fault stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel

from chainrule.core.part import Part


def models_at(model: type[BaseModel], location: Sequence[str | int]) -> Sequence[type[BaseModel]]:
    """Find the models whose fields may stand where pydantic found a fault."""
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
    return here


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Find the models in an annotation, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for one in get_args(annotation) for found in _models(one)]
