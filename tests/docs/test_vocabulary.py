"""The pages of the vocabulary are what the classes say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from chainrule.core.part import classes
from scripts.vocabulary import kinds
from scripts.vocabulary.families import DOCS, FAMILIES
from scripts.vocabulary.pages import FOLDER, INDEX, pages
from tests.docs.documents import name_of

PAGES = pages()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_is_what_make_generate_writes(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path], "make generate writes it"


def test_no_page_is_left_of_a_class_that_is_no_more() -> None:
    assert set(FOLDER.glob("*.md")) == {path for path in PAGES if path.parent == FOLDER}


@pytest.mark.parametrize("family", FAMILIES, ids=[family.name for family in FAMILIES])
def test_every_class_has_its_place_and_the_index_knows_it(family: object) -> None:
    index = PAGES[INDEX]
    for cls in (cls for one in FAMILIES if one is family for cls in classes(one.name)):
        name = cls.names()[0]
        assert f"[`{name}`" in index
        page = PAGES.get(FOLDER / f"{name}.md") if cls.family == "layer" else PAGES[DOCS / f"{plural(cls.family)}.md"]
        assert page is not None
        assert f"# `{name}`" in page


def plural(family: str) -> str:
    return {"loss": "losses"}.get(family, f"{family}s")


def test_a_page_has_formulas_parameters_weights_and_shapes() -> None:
    page = PAGES[FOLDER / "lstm.md"]
    assert "`c_t = f · c_{t-1} + i · g`" in page
    assert "| `units` | whole number from 1 | required | Length of the state. |" in page
    assert "| `return_sequences` | `true` or `false` | `false` |" in page
    assert '| `activation` | [an activation](../activations.md) | `"tanh"` |' in page
    assert "| `recurrent_kernel` | (units, 4 · units) | `recurrent_initializer` | weight |" in page
    assert "| (2, 3, 2) | (2, 3) | kernel (2, 12), recurrent_kernel (3, 12), bias (12,) |" in page
    assert "| `moving_variance` | (channels,) | ones | state |" in PAGES[FOLDER / "batch_normalization.md"]


def test_the_examples_of_the_generator_are_true() -> None:
    failed, tried = doctest.testmod(kinds)
    assert failed == 0
    assert tried > 0
