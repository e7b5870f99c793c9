"""Answers as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from chainrule.codec import JSON, NonFiniteAnswerError, encode


def written(answer: dict[str, Any], *, base64: bool = False) -> str:
    return encode(answer, JSON, base64=base64).decode()


def test_arrays_are_nested_lists() -> None:
    answer = {"outputs": np.array([[1.0, -2.5]]), "gradients": {"inputs": None, "weights": {"a": {"b": np.array([3])}}}}
    assert written(answer) == '{"outputs":[[1.0,-2.5]],"gradients":{"inputs":null,"weights":{"a":{"b":[3]}}}}'


def test_arrays_in_base64_leave_plain_numbers_plain() -> None:
    answer = {"outputs": np.array([[1.0]]), "loss": 0.5, "norms": {"global": [0.1, 0.2]}}
    assert written(answer, base64=True) == (
        '{"outputs":{"dtype":"float64","shape":[1,1],"base64":"AAAAAAAA8D8="},"loss":0.5,"norms":{"global":[0.1,0.2]}}'
    )


@pytest.mark.parametrize("base64", [False, True])
def test_arrays_without_axes_and_numpy_numbers_are_numbers(base64: bool) -> None:
    answer = {
        "a": np.array(0.1),
        "b": np.float64(2),
        "c": np.float32(0.1),
        "d": np.array(3),
        "e": np.array(0.1, np.float32),
    }
    assert written(answer, base64=base64) == '{"a":0.1,"b":2.0,"c":0.1,"d":3,"e":0.1}'


def test_float32_is_as_short_as_it_can_be() -> None:
    array = np.array([0.1, 1 / 3, 1e-45, 16777216, 3.4028235e38, -0.0], np.float32)
    text = written({"a": array})
    assert text == '{"a":[0.1,0.33333334,1e-45,16777216.0,3.4028235e+38,-0.0]}'
    assert np.array(json.loads(text)["a"], np.float32).tobytes() == array.tobytes()


def test_float64_is_written_to_the_bit() -> None:
    array = np.random.default_rng(1).integers(0, 2**63, 20_000).view(np.float64)
    array = array[np.isfinite(array)].reshape(-1, 1)
    assert np.array(json.loads(written({"a": array}))["a"]).tobytes() == array.tobytes()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3).T,
        np.arange(12.0).reshape(3, 4)[::2, ::-1],
        np.arange(3, dtype=">f8"),
        np.broadcast_to(np.float64(7), (2, 2)),
        np.zeros((2, 0)),
        np.zeros(0),
        np.asfortranarray(np.eye(3, dtype=np.float32)),
    ],
)
def test_arrays_of_any_order_are_written_as_they_look(array: Any) -> None:
    assert json.loads(written({"a": array}))["a"] == array.tolist()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("base64", [False, True])
def test_numbers_that_are_not_finite_are_never_written(value: float, base64: bool) -> None:
    for answer, where in (
        ({"a": {"b": np.array([[1, 2], [value, 4]])}}, "/a/b/1/0"),
        ({"a": [{"b": value}]}, "/a/0/b"),
        ({"a": np.array(value)}, "/a"),
        ({"a": np.float32(value)}, "/a"),
    ):
        with pytest.raises(NonFiniteAnswerError, match=f"^the answer holds {value} at {where}$"):
            encode(answer, JSON, base64=base64)


def test_the_answer_itself_is_left_as_it_is() -> None:
    array = np.arange(6.0).reshape(2, 3).T
    answer = {"a": {"b": array}, "c": [array]}
    written(answer, base64=True)
    assert answer["a"]["b"] is array  # type: ignore[index]  # a dict of mixed members
    assert array.flags.writeable
