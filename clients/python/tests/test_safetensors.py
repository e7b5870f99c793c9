"""Our safetensors functions against the format's own package."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from chainrule_client._safetensors import deserialize, serialize

Array = npt.NDArray[Any]

dtypes = st.sampled_from(["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?"]).map(np.dtype)
shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda name: name != "__metadata__")
tensors = st.dictionaries(names, arrays.arrays(dtypes, shapes), max_size=5)


def same(left: dict[str, Array], right: dict[str, Array]) -> bool:
    """Equal to the bit, NaN included."""
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype
        and left[name].shape == right[name].shape
        and left[name].tobytes() == right[name].tobytes()
        for name in left
    )


@given(tensors)
def test_what_is_written_is_read_by_the_package(sent: dict[str, Array]) -> None:
    assert same(safetensors.numpy.load(serialize(sent, {})), sent)


@given(tensors)
def test_what_the_package_writes_is_read(sent: dict[str, Array]) -> None:
    received, metadata = deserialize(safetensors.numpy.save(sent, {"by": "package"}))
    assert same(received, sent)
    assert metadata == {"by": "package"}


@given(
    tensors,
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    ),
)
def test_a_round_trip_keeps_every_bit_and_the_metadata(sent: dict[str, Array], metadata: dict[str, str]) -> None:
    received, said = deserialize(serialize(sent, metadata))
    assert same(received, sent)
    assert said == metadata


@given(tensors)
def test_arrays_are_read_aligned_and_read_only(sent: dict[str, Array]) -> None:
    received, _ = deserialize(serialize(sent, {}))
    assert all(array.flags.aligned and not array.flags.writeable for array in received.values())


def test_the_package_finds_the_metadata_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "written").write_bytes(serialize({"x": np.zeros(2)}, {"request": '{"loss": "ü"}'}))
    with safetensors.safe_open(tmp_path / "written", framework="numpy") as file:
        assert file.metadata() == {"request": '{"loss": "ü"}'}


@pytest.mark.parametrize("sent", [np.arange(6.0).reshape(2, 3).T, np.arange(6.0)[::-2], np.arange(3, dtype=">f8")])
def test_any_layout_in_memory_is_written_in_order(sent: Array) -> None:
    np.testing.assert_array_equal(deserialize(serialize({"x": sent}, {}))[0]["x"], sent)


def file_of(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(**changes: Any) -> dict[str, Any]:
    return {"dtype": "F64", "shape": [1], "data_offsets": [0, 8], **changes}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x01\x00",
        (2**63).to_bytes(8, "little"),
        file_of(b"\xff"),
        file_of(b"[1]"),
        file_of({"x": 5}),
        file_of({"x": entry(dtype="F8")}, bytes(8)),
        file_of({"x": entry(dtype=[])}, bytes(8)),
        file_of({"x": entry(shape=[2])}, bytes(8)),
        file_of({"x": entry(shape=[-1, -1])}, bytes(8)),
        file_of({"x": entry(shape=[1.0])}, bytes(8)),
        file_of({"x": entry()}, bytes(7)),
        file_of({"x": entry()}, bytes(9)),
        file_of({"x": entry(), "y": entry()}, bytes(8)),
        file_of({"x": entry(), "y": entry(data_offsets=[16, 24])}, bytes(24)),
        file_of({"x": entry(data_offsets=[8, 0])}, bytes(8)),
        file_of({"x": entry(data_offsets=[-8, 0])}, bytes(8)),
    ],
    ids=range(17),
)
def test_damaged_files_are_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="safetensors"):
        deserialize(body)


@given(tensors, st.data())
def test_a_file_cut_short_is_a_value_error(sent: dict[str, Array], data: st.DataObject) -> None:
    body = serialize(sent, {})
    with pytest.raises(ValueError, match="safetensors"):
        deserialize(body[: data.draw(st.integers(0, len(body) - 1))])
