"""The list of mutants that nothing can kill speaks of the code as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.mutants.known import Equivalent, equivalents

CORE = Path(__file__).resolve().parents[1] / "service" / "chainrule"


def functions(file: str) -> Iterator[str]:
    """Name the functions of a file and the methods of its classes."""
    for top in ast.parse((CORE / file).read_text()).body:
        for node in top.body if isinstance(top, ast.ClassDef) else [top]:
            if isinstance(node, ast.FunctionDef):
                yield f"{top.name}.{node.name}" if isinstance(top, ast.ClassDef) else node.name


@pytest.mark.parametrize("listed", [pytest.param(one, id=f"{one.file}-{one.function}") for one in equivalents()])
def test_what_is_listed_as_equivalent_is_in_a_function_that_is_there_and_has_a_reason(listed: Equivalent) -> None:
    assert listed.function in functions(listed.file)
    assert listed.why
    assert listed.changes
    assert all(was != becomes for was, becomes in listed.changes)


def test_no_mutant_is_listed_twice() -> None:
    keys = [key for one in equivalents() for key in one.mutants()]
    assert keys
    assert len(keys) == len(set(keys))
