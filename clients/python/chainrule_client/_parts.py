"""What the builders of `layers`, `losses` and their like have in common: each is the mapping that it stands for.

The classes themselves are generated from the service's. A class says by its signature what may be given, with the
service's defaults; what is kept, and sent, is what was given, and the service fills in the rest.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, NoReturn, Self

import numpy as np

from ._arguments import check_arguments


class Definition(Mapping[str, Any]):
    """A mapping as the service's contract writes it. It may stand wherever such a mapping may, and equals one."""

    __slots__ = ("_definition",)
    _definition: dict[str, Any]

    def __new__(cls, *args: Any, **named: Any) -> Self:
        check_arguments(cls, args, named)
        return super().__new__(cls)

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
        # signature.
        if any(isinstance(arg, list | tuple) and _has_layers(arg) for arg in args):
            raise TypeError(f"{cls.__name__}() takes the layers that it reads by name, as inputs=[...]")
        part = super().__new__(cls, *args, **named)
        part._definition = {"type": cls.type, **dict(zip(cls._positional, args, strict=False)), **named}
        for name, value in part._definition.items():
            if callable(value):
                raise TypeError(not_json(f"{name} of {cls.__name__}", value))
        return part

    def __repr__(self) -> str:
        given = (f"{name}={value!r}" for name, value in self._definition.items() if name != "type")
        return f"{type(self).__name__}({', '.join(given)})"


def _has_layers(values: list[Any] | tuple[Any, ...]) -> bool:
    """Whether these are layers to be read, as in Keras's ``Concatenate()([left, right])``, and no sizes."""
    return any(isinstance(value, str | Layer) for value in values)


def not_json(place: str, value: Any) -> str:
    """Say that something cannot be sent, and what was meant by it.

    Parameters
    ----------
    place
        What the caller calls it.
    value
        What stands there.

    Examples
    --------
    >>> not_json("activation of Dense", np.tanh)
    "activation of Dense must be a builder, a name or plain JSON, got <ufunc 'tanh'>: a name is meant, such as 'tanh'"
    """
    return f"{place} must be a builder, a name or plain JSON, got {described(value)}"


def described(value: Any) -> str:
    """Show a value that is out of place, and what is meant where it is a class or a function.

    Examples
    --------
    >>> from chainrule_client import layers
    >>> described(layers.Conv2D)
    'the class Conv2D: an instance is meant, layers.Conv2D(filters, kernel_size)'
    """
    if isinstance(value, type):
        return f"the class {value.__name__}{_instance(value) if issubclass(value, Part) else ''}"
    name = getattr(value, "__name__", "") if callable(value) else ""
    return f"{value!r:.80}" + (f": a name is meant, such as {name!r}" if name.isidentifier() else "")


def _instance(cls: type[Part]) -> str:
    needed = (one.name for one in inspect.signature(cls).parameters.values() if one.default is one.empty)
    module = cls.__module__.rpartition(".")[2]
    return f": an instance is meant, {module}.{cls.__name__}({', '.join(needed)})"


def refusing(module: str, elsewhere: Mapping[str, str]) -> Callable[[str], NoReturn]:
    """Make the ``__getattr__`` of a module, which says what a name is called here that other frameworks have.

    Parameters
    ----------
    module
        Its name.
    elsewhere
        Sentences by names in small letters, as they are spelled and without ``_``.
    """

    def __getattr__(name: str) -> NoReturn:  # noqa: N807  # what a module calls it
        word = name.lower()
        hint = elsewhere.get(word, elsewhere.get(word.replace("_", "")))
        raise no_attribute(f"module {module!r}", name, hint, sys.modules[module])

    return __getattr__


def no_attribute(owner: str, name: str, hint: str | None, obj: object) -> AttributeError:
    """Say what `owner` does not have, as Python does, and what is meant by it if that is known."""
    return AttributeError(f"{owner} has no attribute {name!r}{f': {hint}' if hint else ''}", name=name, obj=obj)


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
