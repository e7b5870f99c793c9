"""Where windows meet the places of an axis, and how many numbers they hold for a while, counted by hand."""

from __future__ import annotations

import pytest

from chainrule.core import pooling
from chainrule.core.windows import Window


@pytest.mark.parametrize(
    ("windows", "numbers"),
    [
        # what is left after each axis, and places, comparisons and indices for each window
        ([Window(4, 2, 2), Window(6, 2, 2)], 2 * 6 + 4 * 6),
        ([Window(1_000, 1_000)], 1 + 4),
        ([Window(72, 9)], 64 + 4 * 64),
        ([Window(72, 9), Window(72, 9)], 64 * 72 + 4 * 64 * 64),
        # windows made of narrower ones: three arrays as long as the padded axis, of complex numbers
        ([Window(1_001, 1_001)], 12 * 1_001 + 4),
        ([Window(71, 9, before=1, after=1)], 12 * 73 + 4 * 65),
        ([Window(100, 50, before=10, after=5)], 12 * 115 + 4 * 66),
        ([Window(6, 2, 2), Window(100, 50)], 12 * 3 * 100 + 4 * 3 * 51),
        # more places than are compared one by one: a place for each number, in complex ones
        ([Window(100, 40, 40), Window(100, 40, 40)], 4 * 100 * 100 + 4 * 2 * 2),
    ],
)
def test_what_windows_hold_is_counted_by_hand(windows: list[Window], numbers: int) -> None:
    assert pooling.memory_needed(1, windows) == numbers
    assert pooling.memory_needed(7, windows) == 7 * numbers


@pytest.mark.parametrize(
    "window",
    [
        Window(5, 3),
        Window(5, 3, 2, before=1, after=1),
        Window(2, 4, 3, before=3, after=3),
        Window(1, 3, 1, before=2, after=2),
        Window(4, 2, 5, before=1, after=2),
        Window(7, 9, 2, before=8, after=5),
    ],
)
def test_a_place_of_the_windows_meets_what_is_no_padding(window: Window) -> None:
    for place in range(window.size):
        seen = [(at, at * window.stride + place - window.before) for at in range(window.count)]
        inside = [(at, found) for at, found in seen if 0 <= found < window.length]
        windows, places = pooling._meet(window, place)
        assert list(range(window.count)[windows]) == [at for at, _ in inside]
        assert list(range(window.length)[places]) == [found for _, found in inside]
