"""Faults: how many are told, where they point, and how little of what came is repeated."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import pytest

from chainrule.errors import LONGEST_ECHO, Fault, InputError, did_you_mean, excerpt, pointer, refuse


def faults(told: list[int]) -> Iterator[Fault]:
    """Faults without end, each of which notes that it was made."""
    while True:
        told.append(len(told))
        yield Fault("unknown_field", f"/{len(told) - 1}", "unknown")


def test_no_more_faults_are_made_than_are_told() -> None:
    told: list[int] = []
    with pytest.raises(InputError) as error:
        refuse(faults(told))
    assert len(error.value.faults) == len(told) == 10


def test_no_fault_is_no_error() -> None:
    refuse(iter(()))


def test_the_first_of_several_faults_names_the_error() -> None:
    error = InputError.of([Fault("missing_weight", "/weights/a", "missing"), Fault("empty_batch", "/batch", "empty")])
    assert str(error) == "missing_weight at /weights/a: missing"
    assert [fault.code for fault in error.faults] == ["missing_weight", "empty_batch"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), ""),
        (("",), "/"),
        (("weights", "a~b", "c/d"), "/weights/a~0b/c~1d"),
        (("layers", 0, "units"), "/layers/0/units"),
        (("~1",), "/~01"),
        (("weights", "x" * LONGEST_ECHO), "/weights/" + "x" * LONGEST_ECHO),
        (("weights", "x" * (LONGEST_ECHO + 1), "kernel"), "/weights"),
    ],
)
def test_pointers_are_those_of_rfc_6901_and_end_above_a_key_that_is_too_long(
    keys: tuple[str | int, ...], expected: str
) -> None:
    assert pointer(*keys) == expected


def test_a_long_value_is_cut() -> None:
    assert excerpt("relu") == '"relu"'
    assert excerpt("x" * 78) == '"' + "x" * 78 + '"'
    assert len(excerpt("x" * 1000)) == len(excerpt([1] * 1000)) == LONGEST_ECHO


def test_the_nearest_word_is_named_or_all_are_listed() -> None:
    assert did_you_mean("Dens", ["dense", "relu"]) == ': did you mean "dense"?'
    assert did_you_mean("xyz", ["relu", "dense"]) == ": known are dense, relu"
    assert did_you_mean("xyz", []) == ""
    assert did_you_mean("q" * 1000, [f"name{index}" for index in range(100)]) == ""


def test_the_nearest_of_many_words_is_among_those_that_begin_like_it() -> None:
    words = [f"layer_{index:04d}_weight" for index in range(1000)]
    assert did_you_mean("layer_0777_weigth", words) == ': did you mean "layer_0777_weight"?'


def test_no_more_than_a_hundred_words_are_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def watched(word: str, possibilities: list[str], **_: float) -> list[str]:
        compared.extend(possibilities)
        return []

    monkeypatch.setattr(difflib, "get_close_matches", watched)
    did_you_mean("layer", [f"layer_{index:04d}" for index in range(1000)])
    assert len(compared) == 100
