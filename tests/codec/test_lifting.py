"""Texts in base64 that the parser never sees: what is read is what would be read with them in their places."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.codec import JSON, decode, json_exact, json_fast, lifting
from chainrule.codec.layout import REQUEST
from chainrule.errors import InputError
from tests.codec.comparison import same
from tests.codec.test_base64_form import form
from tests.codec.test_damaged import damaged

LONG = np.arange(3000.0)
"""Whose text is lifted."""


@pytest.fixture
def any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lift texts however short they are."""
    monkeypatch.setattr(lifting, "SMALLEST", 0)
    monkeypatch.setattr(lifting, "SHORTEST", 0)
    monkeypatch.setattr(lifting, "SHARE", 0)


def read_or_none(read: Any, text: bytes) -> Any:
    try:
        return read(text, REQUEST)
    except (InputError, json_fast.UnprovenError):
        return None


def pieces_of_json() -> Iterator[str]:
    """What a text with base64 in it is made of, and what could be taken for it."""
    yield from ('"base64"', '"base64":"', '"base64" : "AQI="', '"#0"', "#0", '"#1', "AQI=", "AAAAAAAAAAA=", '"', '\\"')
    yield from (
        '"dtype":"uint8"',
        '"shape":[2]',
        '{"batch":{"inputs":',
        '"targets":',
        "}}",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
    )
    yield from (
        '{"dtype":"uint8","shape":[2],"base64":"AQI="}',
        '{"base64":"AQI=","shape":[2],"dtype":"uint8"}',
        "1",
        " ",
    )


@pytest.mark.usefixtures("any_length")
@settings(max_examples=1000, deadline=None)
@given(pieces=st.lists(st.sampled_from(list(pieces_of_json())), max_size=14))
def test_what_looks_like_base64_is_read_as_it_stands(pieces: list[str]) -> None:
    for text in ("".join(pieces), '{"batch":{"inputs":' + "".join(pieces) + "}}"):
        fast = read_or_none(json_fast.read, text.encode())
        assert fast is None or same(fast, read_or_none(json_exact.read, text.encode())), text


@pytest.mark.usefixtures("any_length")
@settings(max_examples=500, deadline=None)
@given(seed=st.integers(0, 2**32), more=st.sampled_from([{}, {"targets": "#0"}, {"#0": "#1"}, {'"base64"': "\\"}]))
def test_damaged_texts_are_read_as_they_stand(seed: int, more: dict[str, Any]) -> None:
    inputs = {"left": form(np.array([1.5, -2.0])), "right": form(np.array([[3]], np.int8))}
    text = damaged(json.dumps({"batch": {"inputs": inputs, **more}}).encode(), random.Random(seed))
    fast = read_or_none(json_fast.read, text)
    assert fast is None or same(fast, read_or_none(json_exact.read, text)), text


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",\n", "\t:\r\n ")])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_long_texts_are_taken_out(separators: tuple[str, str], kind: Any) -> None:
    text = json.dumps({"batch": {"inputs": form(LONG), "targets": form(-LONG)}}, separators=separators).encode()
    left, texts = lifting.lift(kind(text))
    assert [bytes(one).decode() for one in texts.values()] == [form(LONG)["base64"], form(-LONG)["base64"]]
    assert len(left) < 400
    batch = json_fast.read(kind(text), REQUEST)["batch"]
    np.testing.assert_array_equal([batch["inputs"], batch["targets"]], [LONG, -LONG])


def test_lists_beside_them_are_read_too() -> None:
    text = json.dumps({"batch": {"inputs": {"a": form(LONG), "b": [[1.5]], "c": form(LONG)}, "targets": [2]}}).encode()
    assert len(lifting.lift(text).texts) == 2
    assert same(json_fast.read(text, REQUEST), json_exact.read(text, REQUEST))


def test_in_a_short_text_nothing_is_looked_for() -> None:
    assert lifting.lift(json.dumps({"batch": {"inputs": form(LONG[:1000])}}).encode()).texts == {}


def test_behind_a_long_list_nothing_is_looked_for() -> None:
    text = json.dumps({"batch": {"targets": [0.5] * 100_000, "inputs": form(LONG)}}).encode()
    assert lifting.lift(text).texts == {}
    assert same(json_fast.read(text, REQUEST), json_exact.read(text, REQUEST))


def test_beside_a_much_longer_list_it_is_not_worth_it() -> None:
    text = json.dumps({"batch": {"inputs": form(LONG), "targets": [0.5] * 10_000}}).encode()
    assert lifting.lift(text).texts == {}
    assert same(json_fast.read(text, REQUEST), json_exact.read(text, REQUEST))


def test_far_behind_its_name_a_text_is_not_looked_for() -> None:
    text = json.dumps({"batch": {"inputs": form(LONG)}}, separators=(",", ":" + " " * 20)).encode()
    assert lifting.lift(text).texts == {}
    assert same(json_fast.read(text, REQUEST), json_exact.read(text, REQUEST))


def test_among_many_names_nothing_is_looked_for() -> None:
    names = dict.fromkeys(map(str, range(10_000)), 0)
    assert lifting.lift(json.dumps({"names": names, "batch": {"inputs": form(LONG)}}).encode()).texts == {}


@pytest.mark.parametrize("more", [{"targets": "#0"}, {"#": 0}, {"labels": "\\"}, {"labels": "\\u0023"}])
def test_nothing_is_taken_out_where_a_text_could_be_mistaken_for_its_name(more: dict[str, Any]) -> None:
    text = json.dumps({"batch": {"inputs": form(LONG), **more}}).replace("\\\\u", "\\u").encode()
    assert lifting.lift(text).texts == {}


@pytest.mark.parametrize(
    ("network", "inputs"),
    [
        ({"base64": form(LONG)["base64"]}, [1]),
        ({}, form(LONG, base64=form(LONG)["base64"][:-4] + '"A==')),
        ({}, form(LONG, base64=form(LONG)["base64"][:-4] + "AA\\n")),
        ({}, form(LONG, base64=form(LONG)["base64"][:-4])),
        ({}, form(LONG, shape=[2999])),
        ({}, form(np.full(3000, np.inf))),
    ],
    ids=["where no array stands", "a quote in it", "a backslash in it", "too short", "of another shape", "infinite"],
)
def test_a_fault_in_a_long_text_is_left_to_the_exact_way(network: dict[str, Any], inputs: Any) -> None:
    text = json.dumps({"network": network, "batch": {"inputs": inputs}}).encode()
    with pytest.raises(json_fast.UnprovenError):
        json_fast.read(text, REQUEST)


def test_a_fault_in_a_long_text_is_reported_at_its_place() -> None:
    text = json.dumps({"batch": {"inputs": [1], "targets": form(LONG, shape=[2999])}}).encode()
    with pytest.raises(InputError) as raised:
        decode(text, JSON)
    assert [(fault.code, fault.pointer) for fault in raised.value.faults] == [
        ("malformed_encoding", "/batch/targets/base64")
    ]
