from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chainrule.core.lanes import WIDTH, Lanes
from tests.tolerances import assert_close


@st.composite
def arrays(draw: st.DrawFn) -> tuple[NDArray[np.float64], int]:
    """An array, and the axis of its channels, in any order of memory."""
    shape = draw(st.lists(st.integers(1, 7), min_size=2, max_size=5))
    order = draw(st.permutations(range(len(shape))))
    x = np.random.default_rng(draw(st.integers(0, 9))).normal(size=[shape[axis] for axis in order])
    return x.transpose(np.argsort(order)), draw(st.integers(1 - len(shape), len(shape) - 1).filter(bool))


@given(arrays(), st.booleans())
def test_sums_are_over_everything_but_the_channels(given: tuple[NDArray[np.float64], int], together: bool) -> None:
    x, axis = given
    y = np.cos(x)
    lanes = Lanes.of(x, axis, together=together)
    rows, others = (np.moveaxis(one, axis, 1).reshape(len(one), one.shape[axis], -1) for one in (x, y))
    expected, dots = rows.sum(axis=2), (rows * others).sum(axis=2)
    if together:
        expected, dots = expected.sum(axis=0, keepdims=True), dots.sum(axis=0, keepdims=True)
    assert_close(lanes.sums(lanes.view(x)), expected)
    assert_close(lanes.dots(lanes.view(x), lanes.view(y)), dots)
    assert lanes.count * expected.size == x.size


@pytest.mark.parametrize(
    ("shape", "axis"), [((2, 3), 1), ((2, 3, 1), 1), ((2, 3, 2), 1), ((2, 2, 3), 2), ((2, 3, 2, 2), 1)]
)
def test_sums_and_products_of_small_numbers(shape: tuple[int, ...], axis: int) -> None:
    x = np.arange(float(np.prod(shape))).reshape(shape)
    lanes, others = Lanes.of(x, axis, together=False), tuple(one for one in range(1, len(shape)) if one != axis)
    np.testing.assert_array_equal(lanes.sums(lanes.view(x)), x.sum(axis=others))
    np.testing.assert_array_equal(lanes.dots(lanes.view(x), lanes.view(x)), (x * x).sum(axis=others))
    assert lanes.count == x.size // (shape[0] * 3)


@given(arrays(), st.booleans())
def test_a_number_for_each_channel_is_laid_over_the_view(
    given: tuple[NDArray[np.float64], int], together: bool
) -> None:
    x, axis = given
    lanes = Lanes.of(x, axis, together=together)
    values = np.arange(1.0, (1 if together else len(x)) * x.shape[axis] + 1).reshape(-1, x.shape[axis])
    found = lanes.restore(lanes.view(x) * lanes.spread(values))
    np.testing.assert_array_equal(found, _scaled(x, axis, values))


def _scaled(x: NDArray[np.float64], axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same, one channel of one sample after the other."""
    result = np.empty_like(x)
    source, target = (np.moveaxis(one, axis, 1) for one in (x, result))
    for sample in range(len(x)):
        for channel in range(x.shape[axis]):
            target[sample, channel] = source[sample, channel] * values[sample % len(values), channel]
    return result


def test_what_lies_in_memory_with_its_channels_last_is_not_copied() -> None:
    x = np.moveaxis(np.ones((2, 5, 5, 3)), -1, 1)
    lanes = Lanes.of(x, 1, together=True)
    assert np.shares_memory(lanes.view(x), x)
    assert np.shares_memory(lanes.restore(lanes.view(x)), x)


@pytest.mark.parametrize(("rows", "channels"), [(1000, 3), (997, 3), (64, 512), (64, 513), (2, 1)])
def test_rows_get_as_wide_as_they_can(rows: int, channels: int) -> None:
    width = Lanes.of(np.ones((rows, channels)), -1, together=True).shape[2]
    wider = [channels * repeat for repeat in range(2, rows + 1) if rows % repeat == 0 and channels * repeat <= WIDTH]
    assert width == max(wider, default=channels)


def test_long_sums_keep_their_digits() -> None:
    x = np.random.default_rng(0).normal(3, 1, (400_000, 2)).astype(np.float32)
    lanes = Lanes.of(x, -1, together=True)
    exact = x.astype(np.float64).sum(axis=0)
    np.testing.assert_allclose(lanes.sums(lanes.view(x))[0], exact, rtol=1e-6)
