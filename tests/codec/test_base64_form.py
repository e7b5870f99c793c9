"""Arrays as bytes in base64, in JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from chainrule.codec import JSON, encode
from tests.codec.conftest import Decode, Faults

DTYPES = ["float64", "float32", "int64", "int32", "int16", "int8", "uint8"]


def form(array: Any, **changes: Any) -> dict[str, Any]:
    """An array in base64, made with the standard library; members may be changed, or left out with None."""
    array = np.asarray(array)
    text = base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()
    members = {"dtype": array.dtype.name, "shape": list(array.shape), "base64": text, **changes}
    return {key: value for key, value in members.items() if value is not None}


def request(inputs: Any, **more: Any) -> str:
    return json.dumps({"batch": {"inputs": inputs, **more}})


def test_bytes_are_little_endian_and_in_c_order(decode_json: Decode) -> None:
    document = decode_json(request({"dtype": "int16", "shape": [2, 2], "base64": "AQACAAMAAAE="}))
    np.testing.assert_array_equal(document["batch"]["inputs"], [[1, 2], [3, 256]])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3,), (2, 3, 4)])
def test_type_and_shape_are_kept(decode_json: Decode, dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape, dtype=int)) % 100).astype(dtype).reshape(shape)
    read = decode_json(request(form(array)))["batch"]["inputs"]
    assert read.dtype == array.dtype
    assert read.dtype.isnative
    assert read.flags.aligned
    assert not read.flags.writeable
    np.testing.assert_array_equal(read, array)


def test_lists_and_base64_may_be_mixed(decode_json: Decode) -> None:
    document = decode_json(
        request({"left": form(np.array([[1.5]], np.float32)), "right": [[2]]}, targets=form(np.array([3], np.int32)))
    )
    assert document["batch"]["inputs"]["left"].dtype == np.float32
    assert document["batch"]["inputs"]["right"].dtype == np.float64
    assert document["batch"]["targets"].dtype == np.int32


def test_names_of_inputs_may_be_those_of_the_form(decode_json: Decode) -> None:
    inputs = decode_json(request({"dtype": [[1]], "base64": form(np.eye(2)), "shape": [[2]]}))["batch"]["inputs"]
    assert {name: array.shape for name, array in inputs.items()} == {"dtype": (1, 1), "base64": (2, 2), "shape": (1, 1)}


@pytest.mark.parametrize(
    ("changes", "member", "detail"),
    [
        (
            {"dtype": "complex64"},
            "dtype",
            'expected one of float64, float32, int64, int32, int16, int8, uint8, got "complex64"',
        ),
        ({"dtype": "<f8"}, "dtype", 'expected one of float64, float32, int64, int32, int16, int8, uint8, got "<f8"'),
        ({"dtype": 8}, "dtype", "expected one of float64, float32, int64, int32, int16, int8, uint8, got 8"),
        ({"dtype": None}, "dtype", "missing: an array in base64 has dtype, shape, base64"),
        ({"shape": None}, "shape", "missing: an array in base64 has dtype, shape, base64"),
        ({"base64": None}, "base64", "missing: an array in base64 has dtype, shape, base64"),
        ({"order": "F"}, "order", "unknown member of an array in base64: known are base64, dtype, shape"),
        ({"shape": [2]}, "base64", "expected 24 characters for 16 bytes, got 32: do dtype and shape fit it?"),
        ({"shape": [3, 1, 2]}, "base64", "expected 64 characters for 48 bytes, got 32: do dtype and shape fit it?"),
        ({"dtype": "float32"}, "base64", "expected 16 characters for 12 bytes, got 32: do dtype and shape fit it?"),
        ({"shape": 3}, "shape", "expected a list of lengths, whole numbers from 0, got 3"),
        ({"shape": [3.0]}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"shape": [True, 3]}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"shape": [-3]}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"shape": ["3"]}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"shape": [1] * 65}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"shape": [2**32, 2**32]}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"shape": [0, 2**70]}, "shape", "expected a list of lengths, whole numbers from 0, got a list"),
        ({"base64": "!" * 32}, "base64", None),
        ({"base64": "AAAA\n" * 6 + "AA"}, "base64", None),
        ({"base64": "é" * 32}, "base64", None),
        ({"base64": "A" * 31 + "="}, "base64", "expected 24 bytes, got 23: do dtype and shape fit it?"),
        ({"base64": "=" * 32}, "base64", None),
        ({"base64": ["AAAA"]}, "base64", "expected a text, got a list"),
        ({"base64": 5}, "base64", "expected a text, got 5"),
    ],
)
def test_a_damaged_form_is_refused_at_its_member(
    faults_of: Faults, changes: dict[str, Any], member: str, detail: str | None
) -> None:
    (fault,) = faults_of(request(form(np.zeros(3), **changes)))
    assert (fault.code, fault.pointer) == ("malformed_encoding", f"/batch/inputs/{member}")
    alphabet = "expected base64 of A-Z, a-z, 0-9, + and /, padded with =, got "
    assert fault.detail == detail if detail else fault.detail.startswith(alphabet)
    assert len(fault.detail) < 200


def test_a_damaged_form_does_not_hide_other_faults(faults_of: Faults) -> None:
    faults = faults_of(request({"shape": [True], "base64": "", "dtype": "int8"}, targets=[[1], 2]))
    assert [(fault.code, fault.pointer) for fault in faults] == [
        ("malformed_encoding", "/batch/inputs/shape"),
        ("ragged_array", "/batch/targets/1"),
    ]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numbers_that_are_not_finite_are_refused_at_the_array(faults_of: Faults, value: float, dtype: str) -> None:
    array = np.ones((2, 3), dtype)
    array[1, 2] = value
    (fault,) = faults_of(request([[1]], targets=form(array)))
    assert (fault.code, fault.pointer) == ("non_finite_input", "/batch/targets")
    assert fault.detail == f"expected finite numbers, got {value} at [1, 2]"


def test_the_largest_numbers_are_finite(decode_json: Decode) -> None:
    for array in (np.array([1e308, -1e308], np.float64), np.array([3e38, 3e38], np.float32)):
        np.testing.assert_array_equal(decode_json(request(form(array)))["batch"]["inputs"], array)


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1.5, -0.0], [1e-45, 3.4e38]], np.float32),
        np.arange(6, dtype=np.int64).reshape(2, 3).T,
        np.arange(3, dtype=">f8"),
        np.zeros((2, 0)),
        np.arange(10, dtype=np.uint8)[::-3],
    ],
)
def test_what_is_written_is_read_again(decode_json: Decode, array: Any) -> None:
    written = json.loads(encode({"outputs": array}, JSON, base64=True))["outputs"]
    assert list(written) == ["dtype", "shape", "base64"]
    read = decode_json(request(written))["batch"]["inputs"]
    assert read.dtype.name == array.dtype.name
    assert read.tobytes() == np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    assert read.shape == array.shape
