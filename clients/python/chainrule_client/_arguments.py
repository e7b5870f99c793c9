"""Arguments that a call does not take, and what was meant by them.

Python refuses them too, but says neither which name is near nor what goes without one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

NEAR = 0.8
"""How much of two names has to be alike: ``kernel_regularizer`` is no misspelling of ``kernel_initializer``."""


class _Taken(NamedTuple):
    """What a call takes: the parameters that may come without their names, and those that may not."""

    unnamed: tuple[str, ...]
    by_name: tuple[str, ...]
    known: frozenset[str]


def check_arguments(callee: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Refuse what `callee` does not take. What is missing, or given twice, Python itself says by name.

    Parameters
    ----------
    callee
        A function, or a class with an ``__init__``.
    args
        What was given without names.
    named
        What was given with names.

    Raises
    ------
    TypeError
        There is a name that is not known, or more without a name than may be.

    Examples
    --------
    >>> check_arguments(sorted, [[2, 1]], {"revers": True})
    Traceback (most recent call last):
    TypeError: sorted() got an unexpected keyword argument 'revers': did you mean 'reverse'?
    """
    taken = _taken(callee)
    if taken is None:
        return
    if len(args) > len(taken.unnamed):
        raise TypeError(f"{callee.__name__}() takes {_too_many(taken, args)}")
    if not named.keys() <= taken.known:
        name = next(name for name in named if name not in taken.known)
        raise TypeError(f"{callee.__name__}() got an unexpected keyword argument {name!r}: {_near(name, taken)}")


@cache
def _taken(callee: Callable[..., Any]) -> _Taken | None:
    """Read a signature; None where it takes whatever comes."""
    parameters = inspect.signature(callee).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    if kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return None
    unnamed = tuple(one.name for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY)
    by_name = tuple(one.name for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY)
    return _Taken(unnamed, by_name, frozenset(unnamed + by_name))


def _too_many(taken: _Taken, args: Sequence[Any]) -> str:
    count = f"{len(args)} positional argument{'s' if len(args) > 1 else ''}"
    hints = ["several layers go into one list"] if all(isinstance(arg, Mapping) for arg in args) else []
    if taken.by_name:
        hints.append(f"by name go {', '.join(taken.by_name)}")
    return f"{', '.join(taken.unnamed) or 'nothing'} without a name, got {count}: {'; '.join(hints) or 'take one'}"


def _near(name: str, taken: _Taken) -> str:
    if near := get_close_matches(name, taken.known, n=1, cutoff=NEAR):
        return f"did you mean {near[0]!r}?"
    return f"it takes {', '.join(taken.unnamed + taken.by_name) or 'none'}"
