"""Reading stops where nobody waits for it any more, whatever the body is made of."""

from __future__ import annotations

import pytest

from chainrule.codec import JSON, SAFETENSORS, decode, json_fast, json_in
from chainrule.errors import Abandoned
from tests.codec.test_safetensors import file
from tests.documents import patient

TEXTS = {
    "rows of one number": b'{"batch": {"inputs": [' + b"[1]," * 50_000 + b"[1, 2]]}}",
    "a row of numbers": b'{"batch": {"inputs": [[1], [' + b"1," * 50_000 + b"1]]}}",
    "numbers beyond float64": b'{"batch": {"inputs": [' + b"1e999," * 50_000 + b"1]}}",
    "no numbers": b'{"batch": {"inputs": [' + b"true," * 50_000 + b"1]}}",
    "values beside arrays": b'{"loss": [' + b"null," * 50_000 + b"1], }",
    "names": b'{"loss": {' + b",".join(b'"%d": 1' % name for name in range(50_000)) + b"}, }",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_that_is_read_the_exact_way_is_left_where_it_stands(text: bytes) -> None:
    with pytest.raises(Abandoned):
        decode(text, JSON, patient(3))


def test_so_is_the_rest_of_a_request_in_safetensors() -> None:
    rest = TEXTS["values beside arrays"].decode()
    with pytest.raises(Abandoned):
        decode(file({"__metadata__": {"request": rest}}, b""), SAFETENSORS, patient(3))


def test_large_texts_are_read_one_after_the_other_and_small_ones_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading takes up to 18 times the memory of the text: two of the largest are more than a container has."""
    monkeypatch.setattr(json_in, "_LARGE", 100)
    large = b'{"batch": {"inputs": [' + b"1," * 100 + b"1]}}"
    inside: list[int] = []

    def read(*_: object) -> object:
        """Reads what comes in the middle of a large text: what it finds belongs to that moment."""
        if not inside:
            inside.append(1)
            with pytest.raises(Abandoned):
                decode(large, JSON, patient(3))
            decode(b"{}", JSON)
        return {}

    monkeypatch.setattr(json_fast, "read", read)
    decode(large, JSON)
    assert inside == [1]
    decode(large, JSON, patient(0))  # the turn was given back
