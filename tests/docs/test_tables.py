"""Tables in the documents say what the code says."""

from __future__ import annotations

import re

import pytest

import chainrule.schemas  # noqa: F401 (importing it registers every class)
from chainrule.api.problems import KINDS
from chainrule.core.part import known
from tests.docs.documents import ROOT

NAMES = r"`([a-z_0-9]+)`"


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next one."""
    text = (ROOT / page).read_text("utf-8")
    assert f"\n{heading}\n" in text
    return re.split(r"\n#+ ", text.partition(f"\n{heading}\n")[2])[0]


def first_cells(text: str) -> str:
    """The first column of the first table, without its heading."""
    rows = re.search(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    assert rows
    return "\n".join(row.split("|")[1] for row in rows[0].splitlines()[2:])


@pytest.mark.parametrize(
    ("page", "heading", "families"),
    [
        ("docs/losses-and-reductions.md", "## The losses", ("loss",)),
        ("docs/losses-and-reductions.md", "## Penalties", ("regularizer",)),
    ],
)
def test_what_a_table_offers_is_there(page: str, heading: str, families: tuple[str, ...]) -> None:
    offered = re.findall(NAMES, first_cells(section(page, heading)))

    assert len(offered) > 2
    assert set(offered) <= known(*families).keys()


@pytest.mark.parametrize("family", ["layer", "activation", "loss"])
def test_the_readme_offers_what_is_there(family: str) -> None:
    rows = [row.split("|") for row in section("README.md", "## What it can do").splitlines() if row.startswith("|")]
    kinds = {"layer": "layers", "activation": "activations", "loss": "losses"}
    (cell,) = (row[2] for row in rows if row[1].strip() == kinds[family])

    offered = re.findall(NAMES, cell)

    assert offered
    assert set(offered) <= known(family).keys()


def test_the_page_about_errors_lists_every_code_with_its_status() -> None:
    text = (ROOT / "docs" / "errors.md").read_text("utf-8")

    listed = re.findall(r"^\| \[`(\w+)`\]\([^)]*/\1\.md\) \| (\d+) \|", text, flags=re.MULTILINE)

    assert listed == [(code, str(kind.status)) for code, kind in KINDS.items()]
