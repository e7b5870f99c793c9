"""The page of the vocabulary is what the classes say."""

from __future__ import annotations

from scripts.vocabulary import PAGE, page


def test_the_page_is_what_make_generate_writes() -> None:
    assert PAGE.read_text() == page()


def test_every_parameter_of_a_layer_stands_in_the_page_with_its_default() -> None:
    section = page().split("### `lstm`")[1].split("###")[0]
    assert "| `units` | required | Length of the state. |" in section
    assert "| `return_sequences` | `false` |" in section
    assert "`recurrent_kernel (3, 12)`" in section
