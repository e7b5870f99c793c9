"""Texts that are not JSON, or are too much of it, are refused with the place."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import pytest

from chainrule.codec import json_exact
from chainrule.codec.layout import REQUEST
from chainrule.errors import InputError
from tests.codec.conftest import Decode, Faults

PATIENCE = 20
"""Seconds: many times what a linear reader takes on a busy machine, and a small part of what a quadratic one takes."""


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "expected a value at line 1, column 1, got the end of the text"),
        (" \n ", "expected a value at line 2, column 2, got the end of the text"),
        ('{"network": {"layers": [', "expected a value at line 1, column 25, got the end of the text"),
        ('{"a": 1} x', 'expected the end of the text at line 1, column 10, got "x"'),
        ('{"a": 1}{', 'expected the end of the text at line 1, column 9, got "{"'),
        ('{"a": 1}\0', 'expected the end of the text at line 1, column 9, got "\0"'),
        ('{"a" 1}', 'expected ":" at line 1, column 6, got "1"'),
        ('{"a": 1,}', 'expected a name in double quotes at line 1, column 9, got "}": is there a comma too many?'),
        ('{"a": [1,]}', 'expected a value at line 1, column 10, got "]": is there a comma too many?'),
        ('{"a": [1 2]}', 'expected "," or "]" at line 1, column 10, got "2"'),
        ('{"a": {"b": 1 "c": 2}}', 'expected "," or "}" at line 1, column 15, got "c"'),
        (
            "{'a': 1}",
            'expected a name in double quotes at line 1, column 2, got "\'": JSON has double quotes around texts',
        ),
        ('{"a": True}', 'expected a value at line 1, column 7, got "True": JSON writes true'),
        ('{"a": None}', 'expected a value at line 1, column 7, got "None": JSON writes null'),
        ('{\n "é": nan}', 'expected a value at line 2, column 7, got "nan": JSON has no such number'),
        ('{"a": 01}', 'expected "," or "}" at line 1, column 8, got "1"'),
        ('{"a": 1.}', 'expected "," or "}" at line 1, column 8, got "."'),
        ('{"a": .5}', 'expected a value at line 1, column 7, got ".5"'),
        ('{"a": +1}', 'expected a value at line 1, column 7, got "+1"'),
        ('{"a": -}', 'expected a value at line 1, column 7, got "-"'),
        ('{"a": "b}', 'expected a closing quote of the text that begins at line 1, column 7, got "b}"'),
        ('{"a": "\t"}', 'expected control characters in texts to be escaped at line 1, column 8, got "\t"'),
        ('{"a": "\\x"}', 'expected a text with the escapes that JSON knows at line 1, column 7, got "\\x"'),
        ('{"a": "\\ud800"}', 'expected a text with the escapes that JSON knows at line 1, column 7, got "\\ud800"'),
        (
            '{"weights": {"a": {"b": [1, 2, }}',
            'expected a value at line 1, column 32, got "}": is there a comma too many?',
        ),
    ],
)
def test_broken_text_is_refused_with_line_and_column(faults_of: Faults, text: str, detail: str) -> None:
    (fault,) = faults_of(text)
    assert (fault.code, fault.pointer, fault.detail) == ("malformed_json", "", detail)


@pytest.mark.parametrize(
    "text", [b'{"a": "\xff\xfe"}', b'{"\xc0\x80": 1}', b'{"a": "\xed\xa0\x80"}', b"\xff", b'{"a": \xe9}']
)
def test_text_that_is_not_utf8_is_refused(faults_of: Faults, text: bytes) -> None:
    (fault,) = faults_of(text)
    assert (fault.code, fault.pointer) == ("malformed_json", "")


def test_utf16_is_refused(faults_of: Faults) -> None:
    (fault,) = faults_of('{"a": 1}'.encode("utf-16"))
    assert fault.code == "malformed_json"


@pytest.mark.parametrize(("text", "came"), [("[[1, 2]]", "a list"), ("5", "5"), ("null", "null"), ('"a"', '"a"')])
def test_a_request_is_an_object(faults_of: Faults, text: str, came: str) -> None:
    (fault,) = faults_of(text)
    assert (fault.code, fault.pointer) == ("malformed_json", "")
    assert fault.detail.startswith('expected an object such as {"network": ')
    assert fault.detail.endswith(f"got {came}")


@pytest.mark.parametrize(
    ("text", "pointer", "name"),
    [
        ('{"loss": 1, "loss": 2}', "/loss", "loss"),
        ('{"weights": {"a": {"kernel": [1], "kernel": [2]}}}', "/weights/a/kernel", "kernel"),
        ('{"weights": {"a": {}, "b": {}, "\\u0061": {}}}', "/weights/a", "\\u0061"),
        ('{"network": {"layers": [{}, {"type": "relu", "type": "relu"}]}}', "/network/layers/1/type", "type"),
        ('{"batch": {"inputs": {"dtype": "int8", "dtype": "int8", "shape": []}}}', "/batch/inputs/dtype", "dtype"),
    ],
)
def test_a_name_that_stands_twice_is_refused(faults_of: Faults, text: str, pointer: str, name: str) -> None:
    (fault,) = faults_of(text)
    assert (fault.code, fault.pointer) == ("malformed_json", pointer)
    assert fault.detail.startswith("expected each name once in an object at line 1, column ")
    assert fault.detail.endswith(f'got "{name}"')


def test_a_long_value_is_not_repeated(faults_of: Faults) -> None:
    secret = "s" * 500
    for text in (f'{{"a": {secret}}}', f'"{secret}"', f'{{"weights": {{"a": {{"b": ["{secret}"]}}}}}}', "-" * 500):
        (fault,) = faults_of(text)
        assert "s" * 81 not in fault.detail
        assert len(fault.detail) < 300


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    """Lists or objects inside each other, that many with the request's own."""
    return '{"a": ' + opening * (levels - 1) + "1" + closing * (levels - 1) + "}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"b": ', "}")])
def test_64_levels_are_read_and_65_are_refused(
    decode_json: Decode, faults_of: Faults, opening: str, closing: str
) -> None:
    assert "a" in decode_json(nested(64, opening, closing))
    (fault,) = faults_of(nested(65, opening, closing))
    assert fault.code == "malformed_json"
    assert fault.detail.startswith("expected at most 64 lists and objects inside each other at line 1, column ")


def test_lists_of_an_array_count_as_levels(decode_json: Decode, faults_of: Faults) -> None:
    def request(axes: int) -> str:
        return '{"batch": {"inputs": ' + "[" * axes + "1" + "]" * axes + "}}"

    assert decode_json(request(62))["batch"]["inputs"].ndim == 62
    (fault,) = faults_of(request(63))
    assert fault.code == "malformed_json"


@pytest.mark.parametrize("start", ["", '{"a": ', '{"batch": {"inputs": ', '{"weights": {"a": {"b": '])
@pytest.mark.parametrize("opening", ["[", '{"a":', "[[], "])
def test_100_000_nested_lists_are_refused_at_once(faults_of: Faults, start: str, opening: str) -> None:
    before = time.perf_counter()
    (fault,) = faults_of(start + opening * 100_000)
    assert fault.code in ("malformed_json", "ragged_array")
    assert time.perf_counter() - before < PATIENCE


def test_a_million_names_are_refused_in_bounded_time(faults_of: Faults) -> None:
    names = ", ".join(f'"n{index}": 0' for index in range(1_000_000))
    for text in (f"{{{names}}}", f'{{"weights": {{{names}}}}}'):
        before = time.perf_counter()
        (fault,) = faults_of(text)
        assert fault.code == "malformed_json"
        assert "expected at most 100,000 names" in fault.detail
        assert time.perf_counter() - before < PATIENCE


def test_ten_thousand_names_are_read(decode_json: Decode) -> None:
    members = ", ".join(f'"layer_{index}": {{"bias": [{index}]}}' for index in range(10_000))
    weights = decode_json(f'{{"weights": {{{members}}}}}')["weights"]
    assert len(weights) == 10_000
    assert weights["layer_9999"]["bias"] == [9999.0]


def test_values_beside_arrays_are_bounded(faults_of: Faults) -> None:
    for values in ("0," * 1_000_000 + "0", "[]," * 1_000_000 + "0"):
        (fault,) = faults_of(f'{{"loss": [{values}]}}')
        assert fault.code == "malformed_json"
        assert "expected at most 1,000,000 values outside arrays" in fault.detail


def test_the_exact_way_needs_little_more_memory_than_the_text() -> None:
    lists = b"[],1.5," * 30_000
    text = b'{"batch": {"inputs": [[' + b"1.5," * 30_000 + b"0], " + lists + b"0]}}"
    tracemalloc.start()
    with pytest.raises(InputError, match="ragged_array"):
        json_exact.read(text, REQUEST)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * len(text)


@pytest.mark.parametrize(
    "numbers", ["1e308, " * 200_000, "1e999, " * 200_000, "9" * 2_000_000 + ", ", "[], " * 200_000]
)
def test_time_is_linear_whatever_the_numbers_are(decode_json: Decode, numbers: str) -> None:
    before = time.perf_counter()
    with suppress(InputError):
        decode_json(f'{{"batch": {{"inputs": [{numbers}0]}}}}')
    assert time.perf_counter() - before < PATIENCE
