"""What may be said for each axis: which form is meant, and what a fault says."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from chainrule.core.sizes import _one_or, _one_or_pairs

Form = Annotated[int, Tag("all")] | Annotated[list[Any], Tag("each")] | Annotated[str, Tag("name")]

SIZES = "must be a whole number, or a list of 2, as in [3, 5]"
MARGINS = 'must be "valid", "same", a whole number, or [before, after] for each axis, as in [[1, 0], [2, 2]]'


def read(value: Any, discriminator: Discriminator) -> Any:
    return TypeAdapter[Any](Annotated[Form, discriminator]).validate_python(value)


def sizes() -> Discriminator:
    return _one_or(2, "[3, 5]")


def margins() -> Discriminator:
    return _one_or_pairs(2, "[[1, 0], [2, 2]]", "valid", "same")


@pytest.mark.parametrize("value", [3, [3, 5]])
def test_a_size_is_one_number_or_one_for_each_axis(value: Any) -> None:
    assert read(value, sizes()) == value


@pytest.mark.parametrize("value", [0, 3, "valid", "same", [[1, 0], [2, 2]]])
def test_padding_is_a_rule_or_one_number_or_a_pair_for_each_axis(value: Any) -> None:
    assert read(value, margins()) == value


@pytest.mark.parametrize("value", [True, None, 1.5, "3", [], [3], [3, 5, 7], {}])
def test_what_is_no_size_is_told_what_would_be(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        read(value, sizes())
    assert [(one["type"], one["msg"]) for one in refused.value.errors()] == [("sizes", SIZES)]


@pytest.mark.parametrize("value", [False, None, 1.5, "full", [], [1, 2], [[1, 0]], [[1, 0], [1]], [[1, 0], "ab"], {}])
def test_what_is_no_padding_is_told_what_would_be(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        read(value, margins())
    assert [(one["type"], one["msg"]) for one in refused.value.errors()] == [("margins", MARGINS)]
