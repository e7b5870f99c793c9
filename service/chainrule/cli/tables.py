"""Answers as tables, for eyes: numbers rounded, large arrays abridged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chainrule.calls import Document

VALUE, GRADIENT = "blue", "red"
"""The colours of the chapter's picture: values go up, gradients come down."""

STATISTICS = ("minimum", "maximum", "mean", "standard_deviation", "zeros")
"""What `include` has to say of each array, in the order of the columns."""


def number(value: Any) -> str:
    """Write a number with as many digits as are looked at.

    >>> number(0.1 + 0.2), number(-3.0), number(1.5e-9), number(50240)
    ('0.3', '-3', '1.5e-09', '50,240')
    """
    return f"{value:,}" if isinstance(value, int) else f"{float(value):.6g}"


def array(values: Any) -> str:
    """Write an array; of a large one, its corners."""
    shown = np.asarray(values)
    if not shown.ndim:
        return number(shown[()])
    return np.array2string(shown, threshold=60, edgeitems=3, precision=6, suppress_small=False, max_line_width=88)


def _table(*columns: str, **more: Any) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, **more)
    for at, column in enumerate(columns):
        table.add_column(column, overflow="fold", justify="left" if at == 0 else more.get("justify", "left"))
    return table


def forward(answer: Document) -> RenderableType:
    """Show outputs, loss, and what else was asked for."""
    return _apart(*_of_forward(answer), *_statistics(answer.get("statistics")), *_warnings(answer))


def backward(answer: Document) -> RenderableType:
    """Show what ``/forward`` gives, and every gradient."""
    gradients = answer["gradients"]
    table = _table("gradient", "shape", "")
    for name, one in _by_path(gradients["weights"]):
        table.add_row(name, _shape(one), Text(array(one), GRADIENT))
    inputs = gradients["inputs"]
    for name, one in inputs.items() if isinstance(inputs, dict) else [("", inputs)]:
        if one is not None:
            table.add_row(f"inputs/{name}" if name else "inputs", _shape(one), Text(array(one), GRADIENT))
    more = [
        *_arrays("gradient at", answer.get("activation_gradients"), GRADIENT),
        *_norms(answer.get("norms")),
        *_statistics(answer.get("statistics")),
    ]
    return _apart(*_of_forward(answer), table, *more, *_warnings(answer))


def _apart(*parts: RenderableType) -> Group:
    """Put parts under one another, with an empty line between them."""
    return Group(*[one for part in parts for one in ("", part)][1:])


def _of_forward(answer: Document) -> Iterator[RenderableType]:
    table = _table("", "shape", "")
    table.add_row("outputs", _shape(answer["outputs"]), Text(array(answer["outputs"]), VALUE))
    for name in ("loss", "data_loss", "regularization_loss", "loss_weight", "sample_losses"):
        if answer.get(name) is not None:
            table.add_row(name, _shape(answer[name]), Text(array(answer[name]), VALUE))
    for name, value in (answer.get("metrics") or {}).items():
        table.add_row(name, "", Text(number(value), VALUE))
    for name, one in _by_path(answer["state"]):
        table.add_row(f"state {name}", _shape(one), Text(array(one), VALUE))
    yield table
    yield from _arrays("output of", answer.get("activations"), VALUE)


def _arrays(title: str, arrays: Mapping[str, Any] | None, colour: str) -> Iterator[RenderableType]:
    if arrays:
        table = _table(title, "shape", "")
        for name, one in arrays.items():
            table.add_row(name, _shape(one), Text(array(one), colour))
        yield table


def _by_path(tree: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Give what each layer has under each name, with ``layer/name``."""
    for layer, named in tree.items():
        for name, one in named.items():
            yield f"{layer}/{name}", one


def _norms(norms: Document | None) -> Iterator[RenderableType]:
    """Show the length of each gradient; of several upstream gradients, a list of lengths."""
    if norms is not None:
        table = _table("norm of gradient", "")
        for name, one in [*_by_path(norms["layers"]), ("all weights", norms["global"])]:
            table.add_row(name, Text(array(one), GRADIENT))
        yield table


def _statistics(trees: Document | None) -> Iterator[RenderableType]:
    """Show five numbers of each array, under the path that leads to it in the answer."""
    if trees is not None:
        table = _table("statistics", *(name.replace("_", " ") for name in STATISTICS))
        for path, one in _summarized(trees, ()):
            colour = GRADIENT if "gradients" in path[0] else VALUE
            table.add_row("/".join(path), *(Text(array(one[name]), colour) for name in STATISTICS))
        yield table


def _summarized(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Document]]:
    """Find the statistics in a tree of them; what has no gradient is None there."""
    if tree is None:
        return
    if isinstance(tree.get("minimum"), float | list):  # an input may be called so, but has a tree or None there
        yield path, tree
        return
    for name, below in tree.items():
        yield from _summarized(below, (*path, name))


def _warnings(answer: Document) -> Iterator[RenderableType]:
    for one in answer["warnings"]:
        yield Text.assemble((one["code"], "bold yellow"), f" at {one['pointer']}: {one['detail']}")


def _shape(values: Any) -> str:
    shape = np.shape(values)
    return str(shape) if shape else ""


def summary(answer: Document) -> RenderableType:
    """Show a network as ``model.summary()`` does."""
    table = _table("layer", "type", "reads", "output", "weights", "parameters")
    table.columns[-1].justify = "right"
    for one in answer["layers"]:
        arrays = {**one["weights"], **one["state"]}
        weights = ", ".join(f"{name} {tuple(shape)}" for name, shape in arrays.items())
        reads, output = ", ".join(one["inputs"]), str(tuple(one["output_shape"]))
        table.add_row(one["name"], one["type"], reads, output, weights, number(one["parameters"]))
    return _apart(table, _totals(answer))


def _totals(answer: Document) -> Table:
    parameters, cost = answer["parameters"], answer["cost"]
    table = _table("", "", show_header=False)
    table.columns[1].justify = "right"
    for name in ("trainable", "non_trainable", "total"):
        table.add_row(f"{name.replace('_', '-')} parameters", number(parameters[name]))
    for name, value in cost.items():
        table.add_row(name.replace("_", " ").replace("flops", "FLOPs"), number(value))
    return table


def gradcheck(answer: Document) -> RenderableType:
    """Show the largest difference in each tensor."""
    table = _table("tensor", "checked", "largest difference", "largest gradient", "at", "")
    for one in answer["tensors"]:
        verdict = Text("passed", "green") if one["passed"] else Text("differs", "bold red")
        numbers = (number(one["checked"]), number(one["largest_difference"]), number(one["largest_gradient"]))
        table.add_row(one["tensor"], *numbers, str(list(one["at"])), verdict)
    said = ("passed", "bold green") if answer["passed"] else ("an analytic gradient differs", "bold red")
    return _apart(table, Text.assemble(said))


TABLES: Mapping[str, Callable[[Document], RenderableType]] = {
    "forward": forward,
    "backward": backward,
    "summary": summary,
    "gradcheck": gradcheck,
}
"""How the answer of each call is shown."""
