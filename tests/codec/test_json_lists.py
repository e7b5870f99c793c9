"""Nested lists become arrays, exactly."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp

from tests.codec.conftest import Decode, Faults

EACH_WAY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def inputs(decode_json: Decode, lists: str) -> Any:
    return decode_json(f'{{"batch": {{"inputs": {lists}}}}}')["batch"]["inputs"]


@pytest.mark.parametrize(
    ("lists", "shape"),
    [
        ("[]", (0,)),
        ("[[], []]", (2, 0)),
        ("[[[]], [[]]]", (2, 1, 0)),
        ("[1]", (1,)),
        ("[[1, 2, 3], [4, 5, 6]]", (2, 3)),
        ("[[[1], [2]], [[3], [4]], [[5], [6]]]", (3, 2, 1)),
        (" [ [ 1 , 2 ]\n,\t[ 3 , 4 ]\r\n] ", (2, 2)),
        ("7", ()),
    ],
)
def test_the_shape_is_that_of_the_lists(decode_json: Decode, lists: str, shape: tuple[int, ...]) -> None:
    array = inputs(decode_json, lists)
    assert array.shape == shape
    np.testing.assert_array_equal(array, np.array(json.loads(lists), float))


def test_arrays_are_float64_in_c_order_and_cannot_be_written(decode_json: Decode) -> None:
    for array in (inputs(decode_json, "[[1, 2], [3, 4]]"), inputs(decode_json, "5"), inputs(decode_json, "[]")):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert array.flags.aligned
        assert not array.flags.writeable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-0.0", -0.0),
        ("-0", 0.0),  # an integer has no negative zero
        ("5e-324", 5e-324),
        ("2.2250738585072011e-308", 2.2250738585072011e-308),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("0.30000000000000004", 0.30000000000000004),
        ("1e-999", 0.0),
        ("9007199254740993", 9007199254740992.0),  # between two doubles: to the even one
        ("18446744073709551615", 2.0**64),
        ("18446744073709551616", 2.0**64),  # beyond 64 bits
        ("-123456789012345678901234567890", -1.2345678901234568e29),
        ("1" + "0" * 300, 1e300),
        ("1E+2", 100.0),
    ],
)
def test_numbers_are_read_to_the_bit(decode_json: Decode, text: str, value: float) -> None:
    array = inputs(decode_json, f"[[{text}, 1.0]]")
    assert array.tobytes() == np.array([[value, 1.0]]).tobytes()


@EACH_WAY
@given(
    array=stnp.arrays(
        np.float64, stnp.array_shapes(max_dims=4, min_side=0), elements=st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_what_python_prints_comes_back_to_the_bit(decode_json: Decode, array: np.ndarray[Any, Any]) -> None:
    assert array.size == 0 or inputs(decode_json, json.dumps(array.tolist())).tobytes() == array.tobytes()


def test_long_rows_are_read_whole(decode_json: Decode) -> None:
    numbers = np.random.default_rng(0).normal(size=(3, 2_000))
    assert inputs(decode_json, json.dumps(numbers.tolist())).tobytes() == numbers.tobytes()


def test_all_array_places_hold_arrays_and_all_else_is_plain(decode_json: Decode) -> None:
    document = decode_json("""{
        "network": {"layers": [{"type": "dense", "units": 1, "kernel": [1, 2.5]}]},
        "weights": {"a.b": {"query/kernel": [[1]], "bias": [2]}},
        "state": {"norm": {"moving_mean": [3]}},
        "batch": {"inputs": [[4]], "targets": [5], "sample_weights": [6], "output_gradients": [[7]], "labels": [8]},
        "loss": {"type": "mse", "weights": [1, 2]},
        "options": {"seed": 18446744073709551615, "training": false, "include": ["norms"], "note": null}
    }""")
    assert document["network"] == {"layers": [{"type": "dense", "units": 1, "kernel": [1, 2.5]}]}
    assert isinstance(document["weights"]["a.b"]["query/kernel"], np.ndarray)
    assert isinstance(document["weights"]["a.b"]["bias"], np.ndarray)
    assert isinstance(document["state"]["norm"]["moving_mean"], np.ndarray)
    batch = document["batch"]
    assert [name for name in batch if isinstance(batch[name], np.ndarray)] == [
        "inputs",
        "targets",
        "sample_weights",
        "output_gradients",
    ]
    assert batch["labels"] == [8]
    assert document["loss"] == {"type": "mse", "weights": [1, 2]}
    assert document["options"] == {"seed": 2**64 - 1, "training": False, "include": ["norms"], "note": None}


def test_a_network_of_several_inputs_has_an_array_for_each(decode_json: Decode) -> None:
    named = inputs(decode_json, '{"left": [[1]], "shape": [[2, 3]]}')
    assert {name: array.shape for name, array in named.items()} == {"left": (1, 1), "shape": (1, 2)}


def test_what_is_no_object_where_one_belongs_is_left_to_the_schemas(decode_json: Decode) -> None:
    document = decode_json('{"weights": 5, "state": [[1, 2]], "batch": {"inputs": {}}}')
    assert document == {"weights": 5, "state": [[1, 2]], "batch": {"inputs": {}}}


def test_a_byte_order_mark_is_ignored(decode_json: Decode) -> None:
    assert decode_json(b'\xef\xbb\xbf{"loss": "mse"}') == {"loss": "mse"}


def test_two_byte_order_marks_are_no_json(faults_of: Faults) -> None:
    assert [one.code for one in faults_of(b'\xef\xbb\xbf\xef\xbb\xbf{"loss": "mse"}')] == ["malformed_json"]


def test_texts_keep_all_their_characters(decode_json: Decode) -> None:
    document = decode_json('{"a": "\\u00e9\\ud83d\\ude00 \\"\\\\\\/\\b\\n \\u0000é😀", "\\u0000b": 1, "": {}}')
    assert document == {"a": 'é😀 "\\/\b\n \0é😀', "\0b": 1, "": {}}


@pytest.mark.parametrize(
    ("lists", "pointer", "detail"),
    [
        ("[[1.0, 2.0], [3.0]]", "/1", "expected a list of 2, as the ones before, got a list of 1"),
        ("[[1, 2], [3, 4], [5, 6, 7]]", "/2", "expected a list of 2, as the ones before, got a list of 3"),
        ("[[1.0, 2.0], 3.0]", "/1", "expected a list, as the ones before, got the number 3.0"),
        ("[1, [2]]", "/1", "expected a number, as in the lists before, got a list"),
        ("[[], [1]]", "/1", "expected a list of 0, as the ones before, got a list of 1"),
        ("[[1], []]", "/1", "expected a list of 1, as the ones before, got a list of 0"),
        ("[[], 1]", "/1", "expected a list, as the ones before, got the number 1"),
        ("[[], [[]]]", "/1/0", "expected a number, as in the lists before, got a list"),
        ("[[[1], [2]], [[3], [4, 5]]]", "/1/1", "expected a list of 1, as the ones before, got a list of 2"),
        ("[[[1], [2]], [[3]]]", "/1", "expected a list of 2, as the ones before, got a list of 1"),
        ("[[1, [2, 3]], [], 4]", "/0/1", "expected a number, as in the lists before, got a list"),
        ("[[1, 2], [[3, 4]]]", "/1/0", "expected a number, as in the lists before, got a list"),
    ],
)
def test_ragged_lists_are_refused_at_the_first_that_differs(
    faults_of: Faults, lists: str, pointer: str, detail: str
) -> None:
    (fault,) = faults_of(f'{{"batch": {{"inputs": {lists}}}}}')
    assert (fault.code, fault.pointer, fault.detail) == ("ragged_array", f"/batch/inputs{pointer}", detail)


@pytest.mark.parametrize(
    ("element", "came"),
    [
        ("true", "true"),
        ("false", "false"),
        ("null", "null"),
        ('"1.5"', '"1.5": numbers have no quotes'),
        ('"one"', '"one"'),
        ("{}", "an object"),
        ('{"a": [1, {"b": 2}]}', "an object"),
    ],
)
def test_what_is_not_a_number_is_refused_where_it_stands(faults_of: Faults, element: str, came: str) -> None:
    for lists, pointer in ((f"[[1.0, {element}], [3.0, 4.0]]", "/0/1"), (f"[{element}]", "/0")):
        (fault,) = faults_of(f'{{"batch": {{"inputs": {lists}}}}}')
        assert (fault.code, fault.pointer) == ("not_a_number", f"/batch/inputs{pointer}")
        assert fault.detail == f"expected a number, got {came}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e400", "1" + "0" * 400])
def test_numbers_that_are_not_finite_are_refused_where_they_stand(faults_of: Faults, number: str) -> None:
    for lists, pointer in (
        (f"[[1.0, 2.0], [3.0, {number}]]", "/1/1"),
        (f"[1, 2, {number}, 3, 4]", "/2"),
        (f"[{number}, 1]", "/0"),
        (number, ""),
    ):
        (fault,) = faults_of(f'{{"batch": {{"inputs": {lists}}}}}')
        assert (fault.code, fault.pointer) == ("non_finite_input", f"/batch/inputs{pointer}")
        assert fault.detail.startswith("expected a finite number, got ")
        assert number[:70] in fault.detail


def test_the_place_is_exact_behind_many_good_numbers(faults_of: Faults) -> None:
    good = ", ".join(["1.25"] * 1_300)
    (fault,) = faults_of(f'{{"batch": {{"inputs": [[{good}, 1.0], [{good}, 1e999]]}}}}')
    assert fault.pointer == "/batch/inputs/1/1300"
    (fault,) = faults_of(f'{{"batch": {{"inputs": [0, {good}, true, {good}]}}}}')
    assert fault.pointer == "/batch/inputs/1301"


@pytest.mark.parametrize("value", ["null", "true", '"[[1]]"', '{"a": [1]}', "{}", '{"query": {"kernel": [[1]]}}'])
def test_an_array_place_holds_an_array(faults_of: Faults, value: str) -> None:
    (fault,) = faults_of(f'{{"weights": {{"a/b": {{"c~d": {value}}}}}}}')
    assert (fault.code, fault.pointer) == ("not_a_number", "/weights/a~1b/c~0d")
    assert fault.detail.startswith(
        "expected an array as nested lists of numbers, or as an object of dtype, shape and base64"
    )


def test_faults_of_several_arrays_are_told_at_once_one_each(faults_of: Faults) -> None:
    faults = faults_of("""{
        "weights": {"a": {"kernel": [[1, 2], [3]], "bias": [NaN, Infinity, true]}, "b": {"k": [[1]], "bias": ["x"]}},
        "batch": {"inputs": {"left": null, "right": [[1], 2], "good": [[1]]}},
        "options": {"epsilon": 1e999}
    }""")
    assert [(fault.code, fault.pointer) for fault in faults] == [
        ("ragged_array", "/weights/a/kernel/1"),
        ("non_finite_input", "/weights/a/bias/0"),
        ("not_a_number", "/weights/b/bias/0"),
        ("not_a_number", "/batch/inputs/left"),
        ("ragged_array", "/batch/inputs/right/1"),
        ("non_finite_input", "/options/epsilon"),
    ]


def test_ten_faults_are_enough(faults_of: Faults) -> None:
    weights = ", ".join(f'"w{index}": [null]' for index in range(50))
    faults = faults_of(f'{{"weights": {{"layer": {{{weights}}}}}}}')
    assert [fault.pointer for fault in faults] == [f"/weights/layer/w{index}/0" for index in range(10)]


def test_broken_text_outweighs_faulty_numbers(faults_of: Faults) -> None:
    (fault,) = faults_of('{"batch": {"inputs": [[NaN, true]')
    assert fault.code == "malformed_json"
