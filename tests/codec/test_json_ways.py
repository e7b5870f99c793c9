"""The fast way and the exact way read the same, and the fast way vouches for nothing that it has not proved."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.codec import json_exact, json_fast, json_in
from chainrule.codec.layout import PLAIN, REQUEST
from chainrule.errors import InputError
from tests.codec import reference
from tests.codec.comparison import same

NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.integers(-3, 300),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)
LEAVES = st.one_of(NUMBERS, st.booleans(), st.none(), st.text(max_size=5))


@st.composite
def rectangular(draw: st.DrawFn) -> Any:
    """Nested lists of one shape."""
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    return nested(draw, shape)


def nested(draw: st.DrawFn, shape: list[int]) -> Any:
    if not shape:
        return draw(NUMBERS)
    return [nested(draw, shape[1:]) for _ in range(shape[0])]


RAGGED = st.recursive(LEAVES, lambda below: st.lists(below, max_size=3), max_leaves=8)
ARRAYS = st.one_of(rectangular(), rectangular(), rectangular(), RAGGED)
NAMES = st.one_of(
    st.sampled_from(["kernel", "bias", "dtype", "shape", "base64", "inputs", "a.b", "query/kernel"]),
    st.text(max_size=3),
)
ANYTHING = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3), max_leaves=10
)
TREES = st.dictionaries(NAMES, st.dictionaries(NAMES, ARRAYS, max_size=2), max_size=2)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "network": ANYTHING,
        "weights": st.one_of(TREES, ANYTHING),
        "state": st.one_of(TREES, ANYTHING),
        "batch": st.one_of(
            st.fixed_dictionaries(
                {"inputs": st.one_of(ARRAYS, st.dictionaries(NAMES, ARRAYS, max_size=2))},
                optional={"targets": ARRAYS, "labels": ANYTHING},
            ),
            ANYTHING,
        ),
        "options": ANYTHING,
    },
)


@settings(max_examples=300, deadline=None)
@given(request=REQUESTS, ascii_only=st.booleans(), indent=st.sampled_from([None, 0, 2]))
def test_both_ways_read_what_the_standard_library_reads(request: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(request, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")
    expected = reference.read(text)
    exact = read_or_none(json_exact.read, text)
    assert same(exact, expected), (exact, expected)
    fast = read_or_none(json_fast.read, text)
    assert fast is None or same(fast, expected), (fast, expected)


def read_or_none(read: Any, text: bytes) -> Any:
    try:
        return read(text, REQUEST)
    except (InputError, json_fast.UnprovenError):
        return None


ORDINARY = {
    "network": {"layers": [{"type": "dense", "name": "hidden", "units": 3, "activation": "relu"}]},
    "weights": {"hidden": {"kernel": [[0.5, -0.25, 1.0], [0.125, 0.75, -0.5]], "bias": [0, 0.25, 0.5]}},
    "state": {},
    "batch": {"inputs": {"left": [[[1.0], [2.0]]], "right": [[3.0, -4.0]]}, "targets": [0, 1], "sample_weights": []},
    "loss": {"type": "cross_entropy"},
    "options": {"include": ["norms"], "seed": 7},
}


def test_the_fast_way_vouches_for_ordinary_requests() -> None:
    text = json.dumps(ORDINARY).encode()
    assert same(json_fast.read(text, REQUEST), json_exact.read(text, REQUEST))
    for copied in (bytearray(text), memoryview(text)):
        assert same(json_fast.read(copied, REQUEST), json_exact.read(text, REQUEST))


@settings(max_examples=300, deadline=None)
@given(document=ANYTHING, separators=st.sampled_from([(",", ":"), (", ", ": ")]))
def test_what_is_read_without_looking_at_it_is_what_the_exact_way_reads(document: Any, separators: Any) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=separators).encode("utf-8", "replace")
    try:
        plain = json_fast.read_plain(text)
    except json_fast.UnprovenError:
        return
    assert same(plain, json_exact.read(text, PLAIN))


def test_texts_are_read_without_looking_at_them_as_machines_write_them() -> None:
    text = json.dumps(ORDINARY, separators=(",", ":")).encode()
    assert json_fast.read_plain(text + b"   ") == ORDINARY


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":[1,{"c":2,"c":3}]}}',
        b"[18446744073709551616]",
        b"[1e999]",
        b"[NaN]",
        b'["\\ud800"]',
        b"[1,]",
        b"[" * 65 + b"]" * 65,
        b"[" * 255 + b"]" * 255,
        b"[" * 1025 + b"]" * 1025,
        b"",
    ],
)
def test_what_would_be_lost_without_looking_is_left_to_a_closer_look(text: bytes) -> None:
    with pytest.raises(json_fast.UnprovenError):
        json_fast.read_plain(text)


@pytest.mark.parametrize(
    "inputs",
    [
        "[[1, [2, 3]], [4, []]]",  # two rows of length 2, six lists, four numbers: only counting brackets tells
        "[[1, 2, 3], [4]]",
        "[[1, 2], [3], [4, 5, 6]]",  # as many lists and numbers as (3, 2) has
        "[[[1], [2]], [[3]], [[4], [5], [6]]]",  # as (3, 2, 1)
        "[[1, 2], [3, true]]",
        '[["ab"], ["cd"]]',
        '[[1, 2], "ab"]',
        '[[1, 2], {"a": 1, "b": 2}]',
        "[[[1], [2]], [[3], 4]]",
        "[18446744073709551616]",
        '{"dtype": "float64", "shape": [1], "base64": "AAAA"}',
    ],
)
def test_the_fast_way_leaves_what_it_cannot_prove(inputs: str) -> None:
    with pytest.raises(json_fast.UnprovenError):
        json_fast.read(f'{{"batch": {{"inputs": {inputs}}}}}'.encode(), REQUEST)


def test_a_bracket_in_a_text_is_left_to_the_exact_way_and_read() -> None:
    text = b'{"note": "[", "batch": {"inputs": [[1, 2]]}}'
    with pytest.raises(json_fast.UnprovenError):
        json_fast.read(text, REQUEST)
    assert json_exact.read(text, REQUEST)["batch"]["inputs"].shape == (1, 2)


def test_a_name_with_a_zero_byte_is_not_taken_for_what_stands_before_it() -> None:
    text = b'{"weights": {"a": {"w": [1]}, "a\\u0000b": {"w": [2]}}}'
    with pytest.raises(json_fast.UnprovenError):
        json_fast.read(text, REQUEST)
    assert json_exact.read(text, REQUEST)["weights"]["a\0b"]["w"] == [2.0]


def test_lists_longer_than_simdjson_counts_are_whole() -> None:
    """It says 16,777,215 of every longer list."""
    count = 0xFFFFFF + 3
    text = b'{"batch": {"inputs": [' + b"0," * (count - 1) + b"7]}}"
    array = json_fast.read(text, REQUEST)["batch"]["inputs"]
    assert array.shape == (count,)
    assert array[-1] == 7


def test_rows_longer_than_simdjson_counts_are_left_to_the_exact_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_fast, "MOST_COUNTED", 3)
    with pytest.raises(json_fast.UnprovenError):
        json_fast.read(b'{"batch": {"inputs": [[1, 2, 3], [4, 5, 6]]}}', REQUEST)


def test_the_fast_way_has_let_go_of_its_memory_when_the_exact_way_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The traceback of an exception that is being handled holds simdjson's parser: ten bytes for one of the text."""
    handled: list[Any] = []
    monkeypatch.setattr(json_exact, "read", lambda *_: handled.append(sys.exception()))
    json_in.read(b'{"batch": {"inputs": [[1, 2], [3]]}}', REQUEST)
    assert handled == [None]


def test_arrays_outlive_the_text_and_the_parser() -> None:
    text = bytearray(b'{"batch": {"inputs": [[1, 2], [3, 4]]}}')
    array = json_fast.read(text, REQUEST)["batch"]["inputs"]
    text[:] = b" " * len(text)
    json_fast.read(b'{"batch": {"inputs": [[5, 6], [7, 8]]}}', REQUEST)
    np.testing.assert_array_equal(array, [[1, 2], [3, 4]])
