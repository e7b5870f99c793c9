from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chainrule.core import pooling
from chainrule.core.arrays import size_of
from chainrule.core.windows import Window
from tests.tolerances import assert_close

Numbers = NDArray[np.float64]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window that sees more than padding wherever it stands."""
    length, size = draw(st.integers(1, 9)), draw(st.integers(1, 12))
    before, after = draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))
    window = Window(length, size, draw(st.integers(1, 4)), before=before, after=after)
    return window if window.count > 0 else Window(length, 1)


@st.composite
def images(draw: st.DrawFn) -> tuple[Numbers, dict[int, Window]]:
    """An array with many equal numbers, and windows on two of its axes, or on one."""
    first, axes = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    sliding = {axis: draw(windows()) for axis in range(first, first + axes)}
    shape = [sliding[axis].length if axis in sliding else 2 for axis in range(4)]
    return np.random.default_rng(draw(st.integers(0, 99))).integers(-3, 3, shape).astype(float), sliding


def seen(sliding: dict[int, Window], y_shape: tuple[int, ...]) -> Iterator[tuple[Any, list[Any]]]:
    """For each window the places that it sees, in row-major order, padding left out."""
    for at in product(*map(range, y_shape)):
        each = [
            range(max(0, i * sliding[axis].stride - sliding[axis].before), _stop(sliding[axis], i))
            if axis in sliding
            else [i]
            for axis, i in enumerate(at)
        ]
        yield at, list(product(*each))


def _stop(window: Window, index: int) -> int:
    return min(window.length, index * window.stride - window.before + window.size)


@pytest.fixture(params=["as it comes", "windows made of narrower ones"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test takes both ways."""
    if request.param != "as it comes":
        monkeypatch.setattr(pooling, "MOST_PLACES", 0)


@given(images())
def test_the_first_of_the_largest_numbers_gets_what_its_window_sends(given: tuple[Numbers, dict[int, Window]]) -> None:
    x, sliding = given
    y = pooling.largest(x, sliding)
    grad = np.arange(1.0, y.size + 1).reshape(y.shape)
    slow, dx = np.zeros_like(y), np.zeros_like(x)
    for at, places in seen(sliding, y.shape):
        slow[at] = max(x[place] for place in places)
        dx[next(place for place in places if x[place] == slow[at])] += grad[at]
    np.testing.assert_array_equal(y, slow)
    np.testing.assert_array_equal(pooling.send_to_largest(grad, x, y, sliding), dx)


@given(images())
def test_a_sum_is_sent_back_to_all_that_were_added(given: tuple[Numbers, dict[int, Window]]) -> None:
    x, sliding = given
    y = pooling.sums(x, sliding)
    grad = np.arange(1.0, y.size + 1).reshape(y.shape)
    slow, dx = np.zeros_like(y), np.zeros_like(x)
    for at, places in seen(sliding, y.shape):
        for place in places:
            slow[at] += x[place]
            dx[place] += grad[at]
    assert_close(y, slow)
    assert_close(pooling.spread(grad, sliding), dx)


@given(windows())
def test_places_are_counted_without_padding(window: Window) -> None:
    assert pooling.seen(window).tolist() == [len(places) for _, places in seen({0: window}, (window.count,))]


@given(images())
def test_what_came_is_not_written_into(given: tuple[Numbers, dict[int, Window]]) -> None:
    x, sliding = given
    before = x.copy()
    y = pooling.largest(x, sliding)
    pooling.sums(x, sliding)
    pooling.send_to_largest(y, x, y, sliding)
    pooling.spread(y, sliding)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    "sliding",
    [
        (Window(300, 2, 2), Window(200, 2, 2)),
        (Window(300, 3, 1, before=1, after=1), Window(200, 3, 2)),
        (Window(300, 150), Window(200, 90)),
        (Window(300, 150, 150), Window(200, 3)),
        (Window(10, 30_000, before=29_995, after=29_995),),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_is_held_for_a_while_is_counted(sliding: tuple[Window, ...], dtype: str) -> None:
    x = np.random.default_rng(0).normal(size=[one.length for one in sliding]).astype(dtype)
    by_axis = dict(enumerate(sliding))
    tracemalloc.start()
    y = pooling.largest(x, by_axis)
    pooling.spread(pooling.sums(x, by_axis), by_axis)
    pooling.send_to_largest(y, x, y, by_axis)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # beside what is counted: the output, and the gradients at both ends
    numbers = x.size + 2 * size_of(y.shape) + pooling.memory_needed(1, sliding)
    assert peak <= x.itemsize * numbers * 1.1 + 200_000
