"""One call, from a file to the terminal: read, computed with the limits of the service, shown or refused."""

from __future__ import annotations

import sys
from typing import BinaryIO

import typer

from chainrule import codec
from chainrule.calls import CALLS, Document, Job
from chainrule.cli.console import on_stderr, on_stdout
from chainrule.cli.dot import dot
from chainrule.cli.faults import show_faults
from chainrule.cli.tables import TABLES
from chainrule.cli.tree import tree
from chainrule.errors import InputError, go_on
from chainrule.settings import Settings, SettingsError, load_settings

REFUSED = 2
"""The exit code of what is wrong with the request, as of a wrong option."""

UNBOUNDED = 100_000
"""Columns of a tree: a deep one is wider than any terminal, which may break its lines."""


def run(name: str, file: BinaryIO, form: str) -> Document:
    """Answer the request in a file.

    Parameters
    ----------
    name
        The call.
    file
        Where the request stands.
    form
        ``json``, ``table``, ``tree`` or ``graphviz``.

    Raises
    ------
    typer.Exit
        With ``REFUSED``, after the faults have been shown on standard error.
    """
    settings, where = _settings(), getattr(file, "name", "<stdin>")
    body = _read(file, where, settings.max_body_bytes)
    media_type = media_type_of(body)
    try:
        job, answer = _answer(name, body, media_type, settings)
        _show(name, form, job, answer)
    except InputError as error:
        text = body if media_type == codec.JSON else None
        show_faults(on_stderr(), error.faults, where, text)
        raise typer.Exit(REFUSED) from None
    return answer


def media_type_of(body: bytes) -> str:
    """Tell safetensors from JSON by how it begins: the length of its header, and the header's brace.

    Read as a number, the first eight characters of a JSON text would be the length of a header beyond any file.
    """
    is_safetensors = body[8:9] == b"{" and int.from_bytes(body[:8], "little") <= len(body) - 8
    return codec.SAFETENSORS if is_safetensors else codec.JSON


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(REFUSED) from None


def _read(file: BinaryIO, where: str, limit: int) -> bytes:
    body = file.read(limit + 1)
    if len(body) > limit:
        typer.echo(f"{where} has more than the {limit} bytes that CHAINRULE_MAX_BODY_BYTES allows", err=True)
        raise typer.Exit(REFUSED)
    return body


def _answer(name: str, body: bytes, media_type: str, settings: Settings) -> tuple[Job, Document]:
    (call,) = (one for one in CALLS if one.name == name)
    job = call.prepare(codec.decode(body, media_type), settings.limits)
    return job, job.compute(go_on)


def _show(name: str, form: str, job: Job, answer: Document) -> None:
    if form == "json":
        try:
            text = codec.encode(answer, codec.JSON, base64=job.base64)
        except codec.NonFiniteAnswerError as error:
            raise InputError("non_finite_result", "", str(error)) from None
        sys.stdout.buffer.write(text + b"\n")
    elif form == "graphviz":
        typer.echo(dot(answer["nodes"]))
    elif form == "table":
        on_stdout().print(TABLES[name](answer))
    else:
        on_stdout(UNBOUNDED).print(tree(answer["nodes"]), soft_wrap=True)
