"""The command ``chainrule``: the service, and its calls for a person at a terminal."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from chainrule.cli import local
from chainrule.cli.serve import serve

app = typer.Typer(
    name="chainrule",
    help="Gradients over HTTP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it
    if wanted:
        typer.echo(f"chainrule {version('chainrule')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[  # noqa: FBT002  # an option, not an argument
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Gradients over HTTP: send a network, its weights and a batch; get outputs, loss and every gradient."""


app.command()(serve)
for _command in local.COMMANDS:
    app.command(rich_help_panel="Without a server")(_command)


def main() -> None:
    """Run the command; the entry point of the installed script."""
    app()
