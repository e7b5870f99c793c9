"""The list of mutants that nothing can kill speaks of the code as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.mutants.known import Equivalent, equivalents

CORE = Path(__file__).resolve().parents[1] / "service" / "chainrule"


def functions(file: str) -> Iterator[tuple[str, str]]:
    """The functions of a file and the methods of its classes, each with its lines in one."""
    source = (CORE / file).read_text()
    for top in ast.parse(source).body:
        for node in top.body if isinstance(top, ast.ClassDef) else [top]:
            if isinstance(node, ast.FunctionDef):
                name = f"{top.name}.{node.name}" if isinstance(top, ast.ClassDef) else node.name
                yield name, " ".join((ast.get_source_segment(source, node) or "").split())


@pytest.mark.parametrize("listed", [pytest.param(one, id=f"{one.file}-{one.function}") for one in equivalents()])
def test_what_is_listed_as_equivalent_changes_a_line_that_is_there_and_says_why(listed: Equivalent) -> None:
    body = dict(functions(listed.file))[listed.function]
    assert listed.why
    assert listed.changes
    for was, becomes in listed.changes:
        assert " ".join(was.split()) in body
        assert was != becomes


def test_no_mutant_is_listed_twice() -> None:
    keys = [key for one in equivalents() for key in one.mutants()]
    assert keys
    assert len(keys) == len(set(keys))
