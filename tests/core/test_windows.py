"""Windows on an axis: how many there are, where they lie, and what is said if there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from chainrule.core.layer import Misfit
from chainrule.core.sizes import Counts2d, Margins2d, Padding1d, Padding2d, Sizes1d, Sizes2d
from chainrule.core.windows import (
    Window,
    from_channels_last,
    join_shape,
    slide,
    split_shape,
    to_channels_last,
)

ABSURD = 10**18


@pytest.mark.parametrize(
    ("length", "size", "stride", "dilation", "count"),
    [(5, 3, 1, 1, 3), (5, 3, 2, 1, 2), (6, 3, 2, 1, 2), (7, 3, 1, 2, 3), (3, 3, 9, 1, 1), (1, 1, 1, 7, 1)],
)
def test_as_many_windows_as_fit(length: int, size: int, stride: int, dilation: int, count: int) -> None:
    (window,) = slide([length], size, stride, "valid", dilation)
    assert window.count == count


@pytest.mark.parametrize("length", range(1, 9))
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(("size", "dilation"), [(1, 1), (2, 1), (3, 1), (3, 2), (5, 1)])
def test_same_gives_the_length_over_the_stride_rounded_up(length: int, stride: int, size: int, dilation: int) -> None:
    (window,) = slide([length], size, stride, "same", dilation)
    assert window.count == -(-length // stride)
    assert window.after - window.before in (0, 1)


def test_the_odd_zero_of_same_stands_at_the_end() -> None:
    (window,) = slide([4], 2, 1, "same")
    assert (window.before, window.after) == (0, 1)


def test_each_axis_has_its_own_numbers() -> None:
    rows, columns = slide([5, 9], [3, 2], [1, 4], [[1, 0], [2, 3]], [2, 1])
    assert rows == Window(5, 3, 1, 2, 1, 0)
    assert columns == Window(9, 2, 4, 1, 2, 3)


def test_a_margin_of_one_number_stands_on_all_sides() -> None:
    assert [(one.before, one.after) for one in slide([5, 5], 3, 1, 2)] == [(2, 2), (2, 2)]


def test_windows_reach_over_places_without_the_padding() -> None:
    assert Window(9, size=3, stride=2, dilation=2, before=1, after=1).reach(1, 3) == (1, 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([3], 5, 1, "valid"), "kernel_size 5 does not fit the input of 3"),
        (([3], 9, 1, 2), "kernel_size 9 does not fit the padded input of 7"),
        (([8], 3, 1, "valid", 4), "kernel_size 3 (dilated to 9) does not fit the input of 8"),
        (([4], 3, 1, "valid", 2), "kernel_size 3 (dilated to 5) does not fit the input of 4"),
        (([9, 2], [3, 4], 1, [[0, 0], [1, 0]]), "kernel_size 4 does not fit the padded input of 3"),
    ],
)
def test_a_window_that_is_too_large_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(Misfit) as refused:
        slide(*arguments)
    assert str(refused.value) == message


def test_the_size_goes_by_its_own_name() -> None:
    with pytest.raises(Misfit, match=r"^pool_size 2 does not fit the input of 1$"):
        slide([1], 2, 2, "valid", parameter="pool_size")


def test_absurd_numbers_are_counted_exactly() -> None:
    (window,) = slide([1], 3, 1, ABSURD, ABSURD // 2)
    assert window.count == 2 * ABSURD + 1 - ABSURD


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (Sizes1d, 3),
        (Sizes1d, [3]),
        (Sizes2d, 3),
        (Sizes2d, [3, 5]),
        (Counts2d, 0),
        (Counts2d, [0, 1]),
        (Margins2d, 0),
        (Margins2d, [[0, 1], [2, 0]]),
        (Padding1d, "same"),
        (Padding1d, [[0, 1]]),
        (Padding2d, "valid"),
        (Padding2d, 0),
        (Padding2d, [[0, 1], [2, 0]]),
    ],
)
def test_takes_every_form(form: Any, value: Any) -> None:
    assert TypeAdapter(form).validate_python(value, strict=True) == value


@pytest.mark.parametrize(
    ("form", "value", "message"),
    [
        (Sizes1d, [3, 3], "must be a whole number, or a list of 1, as in [3]"),
        (Sizes2d, [3], "must be a whole number, or a list of 2, as in [3, 5]"),
        (Sizes2d, "3", "must be a whole number, or a list of 2, as in [3, 5]"),
        (Sizes2d, True, "must be a whole number, or a list of 2, as in [3, 5]"),
        (Sizes2d, 2.0, "must be a whole number, or a list of 2, as in [3, 5]"),
        (Sizes2d, 0, "Input should be greater than 0"),
        (Sizes2d, [1, 0], "Input should be greater than 0"),
        (Counts2d, -1, "Input should be greater than or equal to 0"),
        (Margins2d, "same", "must be a whole number, or [before, after] for each axis, as in [[1, 0], [2, 2]]"),
        (Padding2d, -1, "Input should be greater than or equal to 0"),
        (Padding2d, [[1, -1], [0, 0]], "Input should be greater than or equal to 0"),
    ],
)
def test_refuses_what_is_no_size_and_says_which_forms_there_are(form: Any, value: Any, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(form).validate_python(value, strict=True)
    assert [one["msg"] for one in refused.value.errors()] == [message]


@pytest.mark.parametrize("value", ["full", "Same", None, [1, 2], [[1], [2, 2]], [[1, 1]]])
def test_refuses_what_is_no_padding_and_says_which_forms_there_are(value: Any) -> None:
    expected = 'must be "valid", "same", a whole number, or [before, after] for each axis, as in [[1, 0], [2, 2]]'
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Padding2d).validate_python(value, strict=True)
    assert [one["msg"] for one in refused.value.errors()] == [expected]


def test_a_shape_is_taken_apart_and_put_together_in_both_layouts() -> None:
    for data_format in ("channels_last", "channels_first"):
        shape = join_shape(2, (5, 6), 3, data_format)
        assert split_shape(shape, 2, data_format, "conv2d") == ((5, 6), 3)


def test_another_number_of_axes_is_refused_with_the_layout_that_was_expected() -> None:
    with pytest.raises(Misfit, match=r"^conv2d reads \(samples, channels, height, width\), got the shape \(2, 3\)$"):
        split_shape((2, 3), 2, "channels_first", "conv2d")
    with pytest.raises(Misfit, match=r"^conv1d reads \(samples, length, channels\), got the shape \(2, 3\)$"):
        split_shape((2, 3), 1, "channels_last", "conv1d")


def test_layouts_are_views_of_the_same_memory() -> None:
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    last = to_channels_last(x, "channels_first")
    assert last.shape == (1, 3, 4, 2)
    assert np.shares_memory(last, x)
    np.testing.assert_array_equal(from_channels_last(last, "channels_first"), x)


def test_only_a_window_that_sees_every_place_once_is_trivial() -> None:
    assert Window(5, 1).trivial
    assert Window(5, 1, dilation=3).trivial
    for changed in ({"size": 2}, {"stride": 2}, {"before": 1}, {"after": 1}, {"before": -1}, {"after": -1}):
        assert not replace(Window(5, 1), **changed).trivial


def test_a_part_of_a_window_sees_the_same_places_by_some_of_its_entries() -> None:
    window = Window(10, size=5, stride=2, dilation=3, before=2, after=7)
    part = window.part(1, 4)
    assert (part.size, part.count, part.length) == (3, window.count, window.length)
    for at, entry in np.ndindex(window.count, 3):
        place = at * window.stride + (1 + entry) * window.dilation - window.before
        assert at * part.stride + entry * part.dilation - part.before == place
