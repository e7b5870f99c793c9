"""Requests and answers as safetensors files, held against the official package."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp
from safetensors import SafetensorError

from chainrule.codec import SAFETENSORS, NonFiniteAnswerError, decode, encode
from chainrule.errors import Fault, InputError

REST = {"network": {"layers": [{"type": "relu"}]}, "options": {"seed": 7}}


def request(tensors: dict[str, Any], rest: Any = REST) -> bytes:
    """A request, written by the official package."""
    return safetensors.numpy.save(tensors, metadata={"request": rest if isinstance(rest, str) else json.dumps(rest)})


def file(header: Any, data: bytes = b"", *, length: int | None = None) -> bytes:
    """A file by hand, with whatever header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(begin: int, end: int, **changes: Any) -> dict[str, Any]:
    return {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end], **changes}


METADATA = {"request": "{}"}


def faults_of(body: bytes) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        decode(body, SAFETENSORS)
    return list(caught.value.faults)


def test_bytes_are_those_of_the_format() -> None:
    answer = {"outputs": np.array([[1.0, 2.0]]), "loss": 0.5, "gradients": {"weights": {}, "inputs": None}}
    header = (
        b'{"__metadata__":{"response":"{\\"loss\\":0.5,\\"gradients\\":{\\"weights\\":{},\\"inputs\\":null}}"},'
        b'"outputs":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]}}'
    )
    header += b" " * (-len(header) % 8)
    assert encode(answer, SAFETENSORS, base64=False) == file(header, struct.pack("<2d", 1.0, 2.0))


def test_tensors_go_where_their_names_say() -> None:
    document = decode(
        request(
            {
                "weights.block.1/query/kernel": np.array([[1, 2]], np.float32),
                "state.block.1/moving_mean": np.array([3], np.float64),
                "batch.inputs": np.array([[4]], np.float64),
                "batch.targets": np.array([5], np.int32),
                "batch.sample_weights": np.array([6], np.float64),
                "batch.output_gradients": np.array([[7]], np.float64),
            }
        ),
        SAFETENSORS,
    )
    assert document["network"] == REST["network"]
    assert document["options"] == REST["options"]
    assert document["weights"]["block.1"]["query/kernel"].dtype == np.float32
    assert document["batch"]["targets"].dtype == np.int32
    assert {name: array.tolist() for name, array in document["batch"].items()} == {
        "inputs": [[4]],
        "targets": [5],
        "sample_weights": [6],
        "output_gradients": [[7]],
    }
    assert document["state"]["block.1"]["moving_mean"].tolist() == [3]


def test_a_network_of_several_inputs_has_a_tensor_for_each() -> None:
    document = decode(request({"batch.inputs.left": np.eye(2), "batch.inputs.right.1": np.ones(3)}), SAFETENSORS)
    assert {name: array.shape for name, array in document["batch"]["inputs"].items()} == {
        "left": (2, 2),
        "right.1": (3,),
    }


def test_a_request_without_tensors_is_its_rest() -> None:
    assert decode(request({}), SAFETENSORS) == REST


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32", "int16", "int8", "uint8"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3, 4)])
def test_the_official_package_and_ours_understand_each_other(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape, dtype=int)) % 100).astype(dtype).reshape(shape)
    read = decode(request({"batch.inputs": array}), SAFETENSORS)["batch"]["inputs"]
    assert (read.dtype, read.shape, read.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert not read.flags.writeable
    if shape:
        written = safetensors.numpy.load(encode({"outputs": array}, SAFETENSORS, base64=False))["outputs"]
        assert (written.dtype, written.shape, written.tobytes()) == (array.dtype, array.shape, array.tobytes())


@settings(max_examples=100, deadline=None)
@given(
    arrays=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=5),
        stnp.arrays(
            st.sampled_from([np.float64, np.float32, np.int64, np.int32, np.int16, np.int8, np.uint8]),
            stnp.array_shapes(min_side=0),
            elements={"allow_nan": False, "allow_infinity": False},
        ),
        max_size=4,
    )
)
def test_whatever_is_written_is_aligned_and_read_alike(arrays: dict[str, Any]) -> None:
    body = encode({"activations": arrays, "loss": None}, SAFETENSORS, base64=False)
    official = safetensors.numpy.load(body)
    assert set(official) == {f"activations.{name}" for name in arrays}
    for name, array in arrays.items():
        assert official[f"activations.{name}"].tobytes() == array.tobytes()
    (length,) = struct.unpack("<Q", body[:8])
    assert length % 8 == 0
    header = json.loads(body[8 : 8 + length])
    for name, array in arrays.items():
        assert header[f"activations.{name}"]["data_offsets"][0] % array.itemsize == 0


def test_tensors_across_the_words_of_the_machine_are_copied_into_place() -> None:
    header = {
        "__metadata__": METADATA,
        "batch.targets": entry(0, 3),
        "batch.inputs": entry(3, 19, dtype="F64", shape=[2]),
    }
    batch = decode(file(header, b"abc" + struct.pack("<2d", 1.5, 2.5)), SAFETENSORS)["batch"]
    assert batch["inputs"].tolist() == [1.5, 2.5]
    assert batch["inputs"].flags.aligned
    assert not batch["inputs"].flags.writeable
    assert batch["targets"].tolist() == list(b"abc")


def test_tensors_in_place_are_not_copied() -> None:
    body = np.frombuffer(request({"batch.inputs": np.eye(3)}), np.uint8)
    for held in (body.tobytes(), bytearray(body), memoryview(body.tobytes())):
        array = decode(held, SAFETENSORS)["batch"]["inputs"]
        assert np.shares_memory(array, np.frombuffer(held, np.uint8))


VALID = {"__metadata__": METADATA, "batch.inputs": entry(0, 2), "batch.targets": entry(2, 6, dtype="F32", shape=[1])}


def changed(name: str, **changes: Any) -> dict[str, Any]:
    return {**VALID, name: {**VALID[name], **changes}}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "expected 8 bytes with the length of the header, got 0"),
        (b"\1" * 7, "expected 8 bytes with the length of the header, got 7"),
        (file(b"{}", length=2**40), "expected a header of at most 2 bytes, got a length of 1099511627776"),
        (file(b"{}", length=2**63), "expected a header of at most 2 bytes, got a length of 9223372036854775808"),
        (file(b""), "expected a header that begins with {"),
        (file(b"not json"), "expected a header that begins with {"),
        (file(b"[]"), "expected a header that begins with {"),
        (file(b' {"__metadata__": {}}'), "expected a header that begins with {"),
        (file(b'{"a": '), "in the header: expected a value at line 1, column 7"),
        (file(b'{"a": {}} x'), "in the header: expected the end of the text at line 1, column 11"),
        (file(b'{"\xff": {}}'), "in the header: expected UTF-8"),
        (file(b'{"a": {}, "a": {}}'), "in the header: expected each name once in an object"),
        (file(b'{"a": ' + b"[" * 100_000), "in the header: expected at most 64 lists and objects"),
        (file(b'{"a":' + b"[" * 300 + b"]" * 300 + b"}"), "in the header: expected at most 64 lists and objects"),
        (file(b'{"a": NaN}'), "in the header: expected a finite number"),
        (file({"__metadata__": []}), "expected an object under __metadata__, got a list"),
        (file({"__metadata__": {"request": {}}}), 'expected a text under __metadata__, "request", got an object'),
        (file({"batch.inputs": entry(0, 0)}), "expected the rest of the request as a JSON object in the metadata"),
        (request({}, "[1]"), "expected the rest of the request as a JSON object in the metadata"),
        (file({**VALID, "batch.inputs": 5}, bytes(6)), 'tensor "batch.inputs": expected an object of dtype, shape'),
        (file(changed("batch.inputs", more=1), bytes(6)), 'tensor "batch.inputs": expected an object of dtype, shape'),
        (file(changed("batch.inputs", dtype="F16"), bytes(6)), 'tensor "batch.inputs": expected a dtype of F64, F32, '),
        (
            file(changed("batch.inputs", dtype=["U8"]), bytes(6)),
            'tensor "batch.inputs": expected a dtype of F64, F32, ',
        ),
        (file(changed("batch.inputs", shape=[3]), bytes(6)), 'tensor "batch.inputs": expected 3 bytes for dtype and '),
        (file(changed("batch.inputs", shape=[2.0]), bytes(6)), 'tensor "batch.inputs": expected a shape of lengths'),
        (file(changed("batch.inputs", shape=[-1, -2]), bytes(6)), 'tensor "batch.inputs": expected a shape of lengths'),
        (file(changed("batch.inputs", shape=[2**32] * 2), bytes(6)), 'tensor "batch.inputs": expected a shape of'),
        (file(changed("batch.inputs", data_offsets=[0]), bytes(6)), 'tensor "batch.inputs": expected two data_offsets'),
        (file(changed("batch.inputs", data_offsets=[0.0, 2]), bytes(6)), 'tensor "batch.inputs": expected two data_'),
        (file(changed("batch.inputs", data_offsets=[2, 0]), bytes(6)), 'tensor "batch.inputs": expected 2 bytes for '),
        (file(changed("batch.inputs", data_offsets=[-2, 0]), bytes(6)), "expected tensors one behind the other in 6 "),
        (file(changed("batch.inputs", data_offsets=[1, 3]), bytes(6)), "expected tensors one behind the other in 6 "),
        (file(changed("batch.targets", data_offsets=[4, 8]), bytes(8)), "expected tensors one behind the other in 8 "),
        (file(VALID, bytes(5)), "expected tensors one behind the other in 5 bytes"),
        (file(VALID, bytes(7)), "expected tensors one behind the other in 7 bytes"),
    ],
)
def test_a_damaged_file_is_refused(body: bytes, detail: str) -> None:
    (fault,) = faults_of(body)
    assert (fault.code, fault.pointer) == ("malformed_safetensors", "")
    assert fault.detail.startswith(detail)
    assert len(fault.detail) < 300


def test_tensors_may_be_listed_in_any_order() -> None:
    for header in (VALID, dict(reversed(VALID.items()))):
        batch = decode(file(header, b"ab" + bytes(4)), SAFETENSORS)["batch"]
        assert batch["inputs"].tolist() == list(b"ab")
        assert batch["targets"].tolist() == [0.0]


def test_a_rest_that_is_not_json_is_malformed_json() -> None:
    (fault,) = faults_of(request({}, '{"network": '))
    assert fault.code == "malformed_json"


def test_metadata_beside_the_rest_is_unknown() -> None:
    (fault,) = faults_of(safetensors.numpy.save({}, metadata={"request": "{}", "format": "np"}))
    assert (fault.code, fault.pointer) == ("unknown_field", "/__metadata__/format")
    (fault,) = faults_of(safetensors.numpy.save({}, metadata={"requests": "{}"}))
    assert fault.detail == 'unknown metadata: did you mean "request"?'


def test_unknown_tensors_are_named_with_the_nearest_known() -> None:
    faults = faults_of(request({"batch.target": np.ones(1), "weights.hidden": np.ones(1), "batch.inputs": np.ones(1)}))
    assert {(fault.code, fault.pointer, fault.detail) for fault in faults} == {
        ("unknown_field", "/batch/target", 'unknown tensor: did you mean "batch.targets"?'),
        ("unknown_field", "/weights/hidden", 'expected "weights.<layer>/<weight>", which has a slash'),
    }


@pytest.mark.parametrize(
    "rest",
    [
        {"weights": {}},
        {"weights": {"a": {}}, "state": {}},
        {"batch": {"inputs": {}}},
        {"batch": {}},
        {"weights": {"b": {}}},
    ],
)
def test_objects_without_their_arrays_may_stand_in_the_rest(rest: dict[str, Any]) -> None:
    document = decode(request({"weights.a/kernel": np.ones(1), "batch.inputs.left": np.ones(1)}, rest), SAFETENSORS)
    assert document["weights"]["a"]["kernel"] == [1]
    assert document["batch"]["inputs"]["left"] == [1]
    assert set(rest) <= set(document)


@pytest.mark.parametrize(
    ("rest", "code", "pointer"),
    [
        ({"batch": {"targets": [1, 2]}}, "unknown_field", "/batch/targets"),
        ({"batch": {"targets": None}}, "unknown_field", "/batch/targets"),
        ({"weights": {"a": {"bias": [1]}}}, "unknown_field", "/weights/a/bias"),
        ({"batch": {"inputs": [[1]]}}, "conflicting_fields", "/batch/inputs"),
        ({"weights": {"a": {"kernel": [[1]]}}}, "conflicting_fields", "/weights/a/kernel"),
        ({"weights": 5}, "conflicting_fields", "/weights"),
        ({"weights": {"a": [1]}}, "conflicting_fields", "/weights/a"),
        ({"batch": {"inputs": {}}}, "conflicting_fields", "/batch/inputs"),
    ],
)
def test_arrays_do_not_stand_in_the_rest(rest: dict[str, Any], code: str, pointer: str) -> None:
    (fault,) = faults_of(request({"weights.a/kernel": np.ones(1), "batch.inputs": np.ones(1)}, rest))
    assert (fault.code, fault.pointer) == (code, pointer)


def test_unknown_members_of_the_rest_are_left_to_the_schemas() -> None:
    document = decode(request({"batch.inputs": np.ones(1)}, {"batch": {"labels": [1]}, "weights": 5}), SAFETENSORS)
    assert document["batch"]["labels"] == [1]
    assert document["weights"] == 5


def test_one_array_of_inputs_and_named_ones_conflict() -> None:
    for first, second in (("batch.inputs", "batch.inputs.left"), ("batch.inputs.left", "batch.inputs")):
        header = {"__metadata__": METADATA, first: entry(0, 1), second: entry(1, 2)}
        (fault,) = faults_of(file(header, bytes(2)))
        assert (fault.code, fault.pointer) == ("conflicting_fields", "/batch/inputs")


def test_numbers_that_are_not_finite_are_refused_at_the_array() -> None:
    faults = faults_of(
        request({"batch.inputs": np.array([[1, np.inf]]), "weights.a/b": np.array([np.nan], np.float32)})
    )
    assert {(fault.code, fault.pointer, fault.detail) for fault in faults} == {
        ("non_finite_input", "/batch/inputs", "expected finite numbers, got inf at [0, 1]"),
        ("non_finite_input", "/weights/a/b", "expected finite numbers, got nan at [0]"),
    }


def test_a_whole_answer_has_the_names_of_the_contract() -> None:
    answer = {
        "outputs": np.ones((1, 2)),
        "loss": np.array(0.25),
        "fused": True,
        "gradients": {
            "weights": {"a.b": {"query/kernel": np.array([1, 2], np.float32).T, "bias": np.zeros(2)}},
            "inputs": None,
        },
        "state": {},
        "activations": {"a.b": np.ones((2, 2))[:, ::-1]},
        "sample_losses": np.ones(1),
        "norms": {"layers": {"a.b": {"bias": 0.5}}, "global": [0.5, 1.0]},
        "warnings": [{"code": "double_softmax"}],
    }
    body = encode(answer, SAFETENSORS, base64=True)
    assert body == encode(answer, SAFETENSORS, base64=False)
    assert set(safetensors.numpy.load(body)) == {
        "outputs",
        "gradients.weights.a.b/query/kernel",
        "gradients.weights.a.b/bias",
        "activations.a.b",
        "sample_losses",
    }
    (length,) = struct.unpack("<Q", body[:8])
    assert json.loads(json.loads(body[8 : 8 + length])["__metadata__"]["response"]) == {
        "loss": 0.25,
        "fused": True,
        "gradients": {"inputs": None},
        "state": {},
        "norms": {"layers": {"a.b": {"bias": 0.5}}, "global": [0.5, 1.0]},
        "warnings": [{"code": "double_softmax"}],
    }


def test_answers_that_are_not_finite_are_never_written() -> None:
    for answer in ({"gradients": {"inputs": np.array([np.inf])}}, {"gradients": {"inputs": [np.inf]}}):
        with pytest.raises(NonFiniteAnswerError, match=r"^the answer holds inf at /gradients/inputs/0$"):
            encode(answer, SAFETENSORS, base64=False)


def test_what_ours_accepts_the_official_package_accepts() -> None:
    for body in (file(VALID, bytes(6)), file({"__metadata__": METADATA}), request({"batch.inputs": np.zeros((0, 2))})):
        decode(body, SAFETENSORS)
        safetensors.deserialize(body)
    with pytest.raises(SafetensorError):
        safetensors.deserialize(file(VALID, bytes(7)))
