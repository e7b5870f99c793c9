"""What a pydantic annotation is to a type checker that knows nothing of pydantic."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from chainrule.core.part import Part, classes

Naming = Callable[[str], str]
"""Gives the class name of a part's name in a request."""


def written(annotation: Any, class_name: Naming) -> str:
    """Write an annotation as Python source.

    >>> written(Annotated[int, "positive"] | list[int] | None, str)
    'int | Sequence[int] | None'
    """
    found = list(_members(annotation))
    parts = [one for one in found if isinstance(one, type) and issubclass(one, Part)]
    texts = [_text(one, class_name) for one in found if one not in (*parts, types.NoneType)]
    if parts:
        texts += _choice(parts, class_name)
    if types.NoneType in found:
        texts.append("None")
    return " | ".join(dict.fromkeys(texts))


def chosen_from(annotation: Any) -> str | None:
    """Say which family an annotation lets one choose from, if it is all of one."""
    parts = [one for one in _members(annotation) if isinstance(one, type) and issubclass(one, Part)]
    return parts[0].family if parts and set(parts) == set(classes(parts[0].family)) else None


def _members(annotation: Any) -> Iterator[Any]:
    """Take a union apart."""
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _choice(parts: list[type[Part]], class_name: Naming) -> list[str]:
    if set(parts) == set(classes(parts[0].family)):
        return [f"Any{parts[0].family.capitalize()}"]
    return [*(class_name(part.names()[0]) for part in parts), "dict[str, Any]"]


def _text(annotation: Any, class_name: Naming) -> str:
    if get_origin(annotation) is Literal:
        return f"Literal[{', '.join(map(repr, get_args(annotation)))}]"
    if get_origin(annotation) is list:
        (item,) = get_args(annotation)
        sequence = f"Sequence[{written(item, class_name)}]"
        return f"{sequence} | Array" if sequence == "Sequence[float]" else sequence
    assert annotation in (bool, float, int, str), f"{annotation} is new: say how it is written"
    return str(annotation.__name__)
