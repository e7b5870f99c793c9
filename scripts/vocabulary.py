"""Writes docs/vocabulary.md from the classes themselves: all that a request can name."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from chainrule.core.definition import Definition  # importing it registers every layer and activation
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.losses import AnyLoss  # and so for losses
from chainrule.core.metrics import AnyMetric  # and metrics
from chainrule.core.part import Part, classes

PAGE = Path(__file__).parents[1] / "docs" / "vocabulary.md"
REGISTERED = (Definition, AnyLoss, AnyMetric)
COMMON = {"type", "reduction", "weight_normalization"}
"""What every class of a family has, and the introduction of the family tells."""

HEAD = """<!-- Made by `make generate` from the classes in service/chainrule/core: edit those. -->

# Vocabulary

Everything that a request can name, with all parameters and their defaults. Names and weight layouts are Keras's,
numbers are PyTorch's: [PyTorch and Keras](pytorch-and-keras.md) says where they differ. Shapes have the batch in front.
`x` is an input, `y` an output, `grad` the gradient that arrives at the output, and `dx` the gradient at the input.
"""

FAMILIES = {
    "layer": ("Layers", "Each may also say its `name`, and which earlier layers it reads as `inputs`."),
    "activation": ("Activations", "As a layer of their own, or as the `activation` of another: a name, or an object."),
    "loss": (
        "Losses",
        "A name, or an object. What all have in common: [Losses and reductions](losses-and-reductions.md).",
    ),
    "metric": ("Metrics", "A name, or an object, which may have a `name` of its own in the answer."),
    "initializer": (
        "Initializers",
        "What weights start as: a layer's `kernel_initializer`, `bias_initializer`, `recurrent_initializer` or so.",
    ),
    "regularizer": ("Regularizers", "As a layer's `kernel_regularizer` or `bias_regularizer`."),
}


def page() -> str:
    """Write the whole page."""
    sections = [HEAD]
    for family, (title, introduction) in FAMILIES.items():
        sections.append(f"## {title}\n\n{introduction}\n")
        sections += [section(cls) for cls in classes(family)]
    return "\n".join(sections)


def section(cls: type[Part]) -> str:
    """Write what one class is: its names, its documentation, its parameters and its weights."""
    names = " or ".join(f"`{name}`" for name in cls.names())
    text = inspect.cleandoc(cls.__doc__ or "").replace("``", "`")
    parts = [f"### {names}", text, *parameters(cls), *weights(cls)]
    return "\n\n".join(parts) + "\n"


def parameters(cls: type[Part]) -> Iterator[str]:
    """Write the table of the parameters, if there are any."""
    fields = {name: field for name, field in cls.model_fields.items() if name not in COMMON}
    if fields:
        rows = [f"| `{name}` | {default(field)} | {meaning(field)} |" for name, field in fields.items()]
        yield "\n".join(["| parameter | default | |", "| --- | --- | --- |", *rows])


def default(field: FieldInfo) -> str:
    """Write a default as JSON has it."""
    if field.default is PydanticUndefined:
        return "required" if field.is_required() else "`[]`"
    value = field.default
    return f"`{json.dumps(value.type if isinstance(value, Part) else value)}`"


def meaning(field: FieldInfo) -> str:
    """Write a parameter's documentation as a cell of a table."""
    return " ".join((field.description or "").replace("``", "`").split()).replace("|", "\\|")


def weights(cls: type[Part]) -> Iterator[str]:
    """Write the weights and the state of each example that has other names than those before it."""
    if not issubclass(cls, Layer):
        return
    seen: set[tuple[str, ...]] = set()
    for example in cls.examples:
        assert isinstance(example, LayerExample)
        layer = cls.model_validate(dict(example.parameters))
        shapes = {**layer.weight_shapes(*example.inputs), **layer.state_shapes(*example.inputs)}
        if shapes and tuple(shapes) not in seen:
            seen.add(tuple(shapes))
            yield f"Weights of {shown(example)}: {listed(shapes)}."


def shown(example: LayerExample) -> str:
    """Write an example as a request has it, with the shapes of its inputs."""
    inputs = " and ".join(f"`{shape}`" for shape in example.inputs)
    return f"`{json.dumps(dict(example.parameters))}` on {inputs}"


def listed(shapes: dict[str, Any]) -> str:
    """Write names and shapes in a row."""
    return ", ".join(f"`{name} {shape}`" for name, shape in shapes.items())


def main() -> None:
    """Write the page; with ``--check`` only say whether it is as it should be."""
    if "--check" in sys.argv and PAGE.read_text() != page():
        raise SystemExit("docs/vocabulary.md is not what the classes say: make generate writes it")
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
