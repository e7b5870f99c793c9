"""Reading stops where nobody waits for it any more, whatever the body is made of."""

from __future__ import annotations

import pytest

from chainrule.codec import JSON, SAFETENSORS, decode
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
