"""The commands that need no server: each reads what its call would take, and shows what the call would answer.

Only names stand here. What computes is imported when a command runs, so that `chainrule serve` can set NumPy's threads
first.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Annotated

import typer

File = Annotated[
    typer.FileBinaryRead,
    typer.Argument(metavar="FILE", help="A request in JSON or safetensors; - is standard input.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as the service would send it.")]
AsGraphviz = Annotated[bool, typer.Option("--graphviz", help="Print the graph in the language of Graphviz's dot.")]


def forward(file: File, *, as_json: AsJson = False) -> None:
    """Run a network on a batch: its outputs and, if asked for, loss, metrics and activations."""
    _run("forward", file, "json" if as_json else "table")


def backward(file: File, *, as_json: AsJson = False) -> None:
    """Run a network on a batch, and show the gradient of every weight and of the inputs."""
    _run("backward", file, "json" if as_json else "table")


def summary(file: File, *, as_json: AsJson = False) -> None:
    """Describe a network without running it: its layers, shapes, parameters and cost."""
    _run("summary", file, "json" if as_json else "table")


def gradcheck(file: File, *, as_json: AsJson = False) -> None:
    """Compare every gradient with a numerical one. Ends with 1 if one of them differs."""
    answer = _run("gradcheck", file, "json" if as_json else "table")
    if not answer["passed"]:
        raise typer.Exit(1)


def explain(file: File, *, as_json: AsJson = False, as_graphviz: AsGraphviz = False) -> None:
    """Show the chain rule as a tree: each number with its value, and its gradient from the step before."""
    if as_json and as_graphviz:
        raise typer.BadParameter("--json and --graphviz are two forms of one answer: choose one of them")
    _run("explain", file, "json" if as_json else "graphviz" if as_graphviz else "tree")


COMMANDS: tuple[Callable[..., None], ...] = (forward, backward, summary, gradcheck, explain)


def _run(name: str, file: typing.BinaryIO, form: str) -> dict[str, typing.Any]:
    from chainrule.cli.running import run  # noqa: PLC0415 (see above)

    return run(name, file, form)
