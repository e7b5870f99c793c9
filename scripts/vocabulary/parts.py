"""What one class is: its documentation, its parameters, its weights, and the shapes of its examples."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chainrule.core.arrays import Shape
from chainrule.core.catalog import parameters_schema
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.part import Part
from chainrule.core.variables import Variable
from scripts.vocabulary.kinds import either, kind

COMMON = {"reduction", "weight_normalization"}
"""What every class of a family has, and the introduction of the family tells."""


def names_of(cls: type[Part]) -> str:
    """Write the names of a class."""
    return either(f"`{name}`" for name in cls.names())


def text_of(text: str | None) -> str:
    """Write documentation as Markdown has it."""
    return inspect.cleandoc(text or "").replace("``", "`")


def cell(text: str | None) -> str:
    """Write documentation as a cell of a table."""
    return " ".join(text_of(text).split()).replace("|", "\\|")


def told(cls: type[Part], back: str = "") -> str:
    """Write all that there is to say of a class.

    Parameters
    ----------
    cls
        The class.
    back
        The way from the page to the folder of the documents.
    """
    parts = [text_of(cls.__doc__), *parameters(cls, back)]
    if issubclass(cls, Layer):
        parts += [*variables(cls), *shapes(cls)]
    return "\n\n".join(parts) + "\n"


def parameters(cls: type[Part], back: str) -> Iterator[str]:
    """Write the table of the parameters, if there are any."""
    schema = parameters_schema(cls)
    properties = {name: one for name, one in schema["properties"].items() if name not in COMMON}
    if properties:
        rows = (
            (
                f"`{name}`",
                kind(one, back),
                "required" if name in schema["required"] else f"`{json.dumps(one['default'])}`",
                cell(one["description"]),
            )
            for name, one in properties.items()
        )
        yield table(("parameter", "value", "default", ""), rows)


def variables(cls: type[Layer]) -> Iterator[str]:
    """Write the table of the weights and of the state, if there are any."""
    if cls.variables:
        rows = (
            (f"`{name}`", one.layout, start(one), "weight" if one.trained else "state")
            for name, one in cls.variables.items()
        )
        yield table(("array", "shape", "starts as", "is"), rows)


def start(variable: Variable) -> str:
    """Say what a weight or a state starts as."""
    if isinstance(variable.start, str):
        return f"`{variable.start}`"
    return variable.start.type


def shapes(cls: type[Layer]) -> Iterator[str]:
    """Write what shapes the examples have, one for each set of parameters."""
    rows = list(dict.fromkeys(_shapes(cls, example) for example in cls.examples))
    if cls.family == "layer":
        yield table(("for example", "reads", "gives", "weights and state"), rows)


def _shapes(cls: type[Layer], example: LayerExample) -> tuple[str, ...]:
    layer = cls.model_validate(dict(example.parameters))
    inputs = example.inputs
    kept = {**layer.weight_shapes(*inputs), **layer.state_shapes(*inputs)}
    return (
        f"`{json.dumps(dict(example.parameters))}`",
        ", ".join(map(_shape, inputs)),
        _shape(layer.output_shape(*inputs)),
        ", ".join(f"{name} {_shape(shape)}" for name, shape in kept.items()) or "none",
    )


def _shape(shape: Shape) -> str:
    return str(shape)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)
