"""What is wrong with a request, for eyes: the code, the sentence, and the place in the file with its line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from chainrule.cli.places import Spot, spot_of, spot_told
from chainrule.errors import Fault

EXCERPT = 100
"""Characters of a line that are shown at the most."""


def show_faults(console: Console, faults: Sequence[Fault], name: str, text: bytes | None) -> None:
    """Show each fault.

    Parameters
    ----------
    name
        What the file is called.
    text
        The file, if it is one of lines.
    """
    for fault in faults:
        console.print(_shown(fault, name, text), soft_wrap=True)


def _shown(fault: Fault, name: str, text: bytes | None) -> Text:
    shown = Text.assemble((fault.code, "bold red"), ": ", (printable(fault.detail), "bold"))
    spot = None if text is None else _spot(text, fault)
    if spot is None or text is None:
        where = f"{name}: {printable(fault.pointer)}" if fault.pointer else name
        return shown.append(f"\n  --> {where}", "cyan")
    shown.append(f"\n  --> {name}:{spot.line}:{spot.column}", "cyan")
    if fault.pointer:
        shown.append(f"  {printable(fault.pointer)}", "dim")
    return shown.append("\n").append(_excerpt(text, spot))


def printable(text: str) -> str:
    """Replace what a terminal would obey instead of showing it: a file may come from anybody."""
    return "".join(one if one.isprintable() else "�" for one in text)


def _spot(text: bytes, fault: Fault) -> Spot | None:
    if fault.code == "malformed_json":
        return spot_told(text, fault.detail)
    return spot_of(text, fault.pointer)


def _excerpt(text: bytes, spot: Spot) -> Text:
    """Show the line, or a piece of it, and mark the place under it."""
    line = text.split(b"\n", spot.line)[spot.line - 1].decode(errors="replace").rstrip("\r").replace("\t", " ")
    column = spot.column - 1
    start = max(0, min(column - EXCERPT // 2, len(line) - EXCERPT))
    piece = printable(line[start : start + EXCERPT])
    before = "…" if start else ""
    after = "…" if start + EXCERPT < len(line) else ""
    number = str(spot.line)
    margin = " " * len(number)
    marked = max(1, min(spot.length, EXCERPT - (column - start)))
    shown = Text.assemble((f"  {number} | ", "cyan"), f"{before}{piece}{after}\n", (f"  {margin} | ", "cyan"))
    return shown.append(" " * (len(before) + column - start)).append("^" * marked, "bold red")
