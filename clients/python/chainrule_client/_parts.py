"""What the builders of `layers`, `losses` and their like have in common: each is the mapping that it stands for.

The classes themselves are generated from the service's. A class says by its signature what may be given, with the
service's defaults; what is kept, and sent, is what was given, and the service fills in the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, NoReturn, Self

import numpy as np


class Definition(Mapping[str, Any]):
    """A mapping as the service's contract writes it. It may stand wherever such a mapping may, and equals one."""

    __slots__ = ("_definition",)
    _definition: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self._definition[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._definition)

    def __len__(self) -> int:
        return len(self._definition)

    def to_definition(self) -> dict[str, Any]:
        """Give it as plain dicts, lists and numbers, ready for ``json.dumps``."""
        return {name: plain(value) for name, value in self._definition.items()}


class Part(Definition):
    """A definition that has a ``type``, and the parameters that were given."""

    __slots__ = ()
    type: ClassVar[str]
    """Its name in the contract."""
    _positional: ClassVar[tuple[str, ...]] = ()
    """The parameters that may be given without their names."""

    def __new__(cls, *args: Any, **named: Any) -> Self:
        # Not in __init__, where a parameter that was left out looks like one that was given its default. That has the
        # signature, and refuses what does not fit it.
        part = super().__new__(cls)
        part._definition = {"type": cls.type, **dict(zip(cls._positional, args, strict=False)), **named}
        return part

    def __repr__(self) -> str:
        given = (f"{name}={value!r}" for name, value in self._definition.items() if name != "type")
        return f"{type(self).__name__}({', '.join(given)})"


def refusing(module: str, elsewhere: Mapping[str, str]) -> Callable[[str], NoReturn]:
    """Make the ``__getattr__`` of a module, which says what a name is called here that other frameworks have.

    Parameters
    ----------
    module
        Its name.
    elsewhere
        Sentences by names, in small letters and without ``_``.
    """

    def __getattr__(name: str) -> NoReturn:  # noqa: N807  # what a module calls it
        hint = elsewhere.get(name.lower().replace("_", ""))
        detail = f"module {module!r} has no attribute {name!r}{f': {hint}' if hint else ''}"
        raise AttributeError(detail, name=name, obj=sys.modules[module])

    return __getattr__


class Layer(Part):
    """A layer of a network."""

    __slots__ = ()


class Activation(Layer):
    """A function of each number, or of each row: a layer, and what another layer takes as its ``activation``."""

    __slots__ = ()


class Loss(Part):
    """A number that says how far outputs are from targets."""

    __slots__ = ()


class Metric(Part):
    """A figure beside the loss that nobody differentiates."""

    __slots__ = ()


class Regularizer(Part):
    """A penalty on a weight."""

    __slots__ = ()


class Initializer(Part):
    """What a weight starts as."""

    __slots__ = ()


def plain(value: Any) -> Any:
    """Make JSON's own types of mappings, sequences and NumPy's numbers.

    Examples
    --------
    >>> plain({"kernel_size": (3, np.int64(5))})
    {'kernel_size': [3, 5]}
    """
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
