"""Every way of convolving gives the numbers of the definition, link by link between a place and a position."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chainrule.core.convolution import (
    Windows,
    adjoint,
    blocks,
    channelwise,
    correlate,
    kernel_gradient,
    matrices,
    memory_needed,
    spread,
)
from chainrule.core.windows import Window, slide
from tests.tolerances import assert_close

Numbers = NDArray[np.float64]
ABSURD = 10**18


@dataclass(frozen=True)
class Problem:
    """Images, a kernel, a gradient at every position, and how the kernel slides."""

    x: Numbers
    kernel: Numbers
    grad: Numbers
    windows: Windows
    groups: int


def problem(windows: Windows, samples: int, channels: int, groups: int, filters: int) -> Problem:
    generator = np.random.default_rng(5)
    rows, columns = windows
    return Problem(
        generator.normal(size=(samples, rows.length, columns.length, groups * channels)),
        generator.normal(size=(rows.size, columns.size, channels, groups, filters)),
        generator.normal(size=(samples, rows.count, columns.count, groups * filters)),
        windows,
        groups,
    )


@st.composite
def a_window(draw: st.DrawFn) -> Window:
    window = Window(
        draw(st.integers(1, 9)),
        size=draw(st.integers(1, 5)),
        stride=draw(st.integers(1, 4)),
        dilation=draw(st.integers(1, 4)),
        before=draw(st.integers(0, 4)),
        after=draw(st.integers(-2, 4)),
    )
    return window if window.count > 0 else Window(window.length, 1)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    windows = draw(a_window()), draw(a_window())
    channels = draw(st.sampled_from([1, 2, 3, 6]))
    return problem(windows, draw(st.integers(1, 3)), channels, draw(st.integers(1, 3)), draw(st.integers(1, 3)))


def links(windows: Windows) -> Iterator[tuple[Any, Any, Any]]:
    """Each position with each entry of the kernel and the place that it sees there, padding left out."""
    rows, columns = windows
    for r, i, c, j in product(range(rows.count), range(rows.size), range(columns.count), range(columns.size)):
        h = r * rows.stride + i * rows.dilation - rows.before
        w = c * columns.stride + j * columns.dilation - columns.before
        if 0 <= h < rows.length and 0 <= w < columns.length:
            yield (slice(None), r, c), (i, j), (slice(None), h, w)


def by_definition(one: Problem) -> tuple[Numbers, Numbers, Numbers]:
    """The output, the gradient at the images and the one at the kernel."""
    y, dx, dkernel = np.zeros_like(one.grad), np.zeros_like(one.x), np.zeros_like(one.kernel)
    for position, entry, place in links(one.windows):
        seen = one.x[place].reshape(len(one.x), one.groups, -1)
        back = one.grad[position].reshape(len(one.x), one.groups, -1)
        y[position] += np.einsum("ngk,kgf->ngf", seen, one.kernel[entry]).reshape(y[position].shape)
        dx[place] += np.einsum("ngf,kgf->ngk", back, one.kernel[entry]).reshape(dx[place].shape)
        dkernel[entry] += np.einsum("ngk,ngf->kgf", seen, back)
    return y, dx, dkernel


def assert_every_way_is_right(one: Problem) -> None:
    y, dx, dkernel = by_definition(one)
    x, kernel, grad, windows, groups = one.x, one.kernel, one.grad, one.windows, one.groups
    for way in (matrices, channelwise):
        assert_close(way.correlate(x, kernel, windows), y)
        assert_close(way.kernel_gradient(x, grad, windows, groups), dkernel)
        assert_close(adjoint.by_phases(grad, kernel, windows, way.correlate), dx)
    assert_close(adjoint.by_tiles(grad, kernel, windows), dx)
    assert_close(adjoint.by_planes(grad, kernel, windows), dx)
    assert_close(correlate(x, kernel, windows), y)
    assert_close(kernel_gradient(x, grad, windows, groups), dkernel)
    assert_close(spread(grad, kernel, windows), dx)


@settings(deadline=None)
@given(problems())
def test_every_way_gives_the_numbers_of_the_definition(one: Problem) -> None:
    assert_every_way_is_right(one)


@settings(deadline=None)
@given(problems(), st.sampled_from([1, 20, 100, 400]))
def test_blocks_may_be_small(one: Problem, numbers: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_NUMBERS", numbers)
        patch.setattr(blocks, "LEAST_POSITIONS", 1)
        patch.setattr(adjoint, "LEAST_POSITIONS", 1)
        patch.setattr(channelwise, "BLOCK_NUMBERS", numbers)
        patch.setattr(channelwise, "RUN_NUMBERS", numbers // 10)
        patch.setattr(matrices, "MOST_NUMBERS", numbers // 10)
        assert_every_way_is_right(one)


@pytest.mark.parametrize(
    "windows",
    [
        pytest.param((Window(20, 3), Window(30, 3)), id="rows of one sample"),
        pytest.param((Window(1, 1), Window(2_000, 3)), id="pieces of a row"),
        pytest.param((Window(9, 9), Window(9, 9)), id="one position"),
        pytest.param((Window(20, 19), Window(20, 18)), id="few positions of a large kernel"),
        pytest.param((Window(30, 2, 7, 1, 3, 3), Window(30, 5, 5)), id="no overlap"),
    ],
)
def test_large_images_are_cut_into_blocks(windows: Windows) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_NUMBERS", 1_500)
        assert_every_way_is_right(problem(windows, samples=2, channels=2, groups=1, filters=2))


@pytest.mark.parametrize("groups", [1, 2, 6])
def test_arrays_may_lie_in_memory_in_any_order(groups: int) -> None:
    rows, columns = slide([6, 5], 3, [1, 2], "same")
    one = problem((rows, columns), samples=2, channels=6 // groups, groups=groups, filters=2)
    x, kernel, grad = (np.asfortranarray(array) for array in (one.x, one.kernel, one.grad))
    assert_every_way_is_right(Problem(x, kernel, grad, one.windows, groups))


@pytest.mark.parametrize(("channels", "groups"), [(2, 1), (2, 2), (1, 4)])
@pytest.mark.parametrize("numbers", [40, 10_000], ids=["small blocks", "one block"])
def test_what_is_given_in_float32_comes_back_in_float32(channels: int, groups: int, numbers: int) -> None:
    rows, columns = slide([6, 5], 3, [1, 2], "same")
    one = problem((rows, columns), samples=2, channels=channels, groups=groups, filters=2)
    x, kernel, grad = (array.astype(np.float32) for array in (one.x, one.kernel, one.grad))
    y, dx, dkernel = by_definition(one)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_NUMBERS", numbers)
        patch.setattr(blocks, "LEAST_POSITIONS", 1)
        patch.setattr(matrices, "MOST_NUMBERS", numbers // 10)
        found = [
            *((way.correlate(x, kernel, one.windows), y) for way in (matrices, channelwise)),
            *((way.kernel_gradient(x, grad, one.windows, groups), dkernel) for way in (matrices, channelwise)),
            *((adjoint.by_phases(grad, kernel, one.windows, way.correlate), dx) for way in (matrices, channelwise)),
            (adjoint.by_tiles(grad, kernel, one.windows), dx),
            (adjoint.by_planes(grad, kernel, one.windows), dx),
        ]
    for got, expected in found:
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("height", "columns", "channels", "groups", "run"),
    [
        pytest.param(3, Window(10_000, 3), 8, 8, channelwise.RUN_NUMBERS // 8, id="the cache"),
        pytest.param(30, Window(10_000, 20), 16, 8, blocks.BLOCK_NUMBERS // (30 * 20 * 2 * 24), id="a large kernel"),
        pytest.param(3, Window(10_000, 3), 4_096, 4_096, 1, id="many channels"),
        pytest.param(3, Window(7, 3), 8, 8, 5, id="few columns"),
    ],
)
def test_a_run_of_columns_is_as_long_as_the_cache_and_a_repeated_kernel_allow(
    height: int, columns: Window, channels: int, groups: int, run: int
) -> None:
    windows = Window(40, height), columns
    assert channelwise.columns_in_a_run(windows, channels, 3 * groups, groups) == run


@pytest.mark.parametrize(
    ("channels", "groups", "filters", "size", "stride", "dilation"),
    [
        (4, 1, 6, 3, 1, 1),
        (6, 1, 2, 3, 1, 1),
        (2, 1, 2, 5, 2, 1),
        (1, 8, 1, 3, 1, 1),
        (1, 8, 2, 3, 2, 1),
        (3, 1, 3, 2, 1, 40),
    ],
)
def test_beside_the_result_no_more_memory_is_taken_than_was_said(
    channels: int, groups: int, filters: int, size: int, stride: int, dilation: int
) -> None:
    rows, columns = slide([200, 210], size, stride, "same", dilation)
    one = problem((rows, columns), samples=2, channels=channels, groups=groups, filters=filters)
    spare = 4 * blocks.BLOCK_NUMBERS + memory_needed(2, groups * channels, groups * filters, one.windows)
    phase = one.x.nbytes // stride**2 if stride > 1 else 0  # what one phase gives, before it is put in its places
    x, kernel, grad, windows = one.x, one.kernel, one.grad, one.windows
    assert peak_of(lambda: correlate(x, kernel, windows)) <= grad.nbytes + 8 * spare
    assert peak_of(lambda: kernel_gradient(x, grad, windows, groups)) <= kernel.nbytes + 8 * spare
    assert peak_of(lambda: spread(grad, kernel, windows)) <= x.nbytes + phase + 8 * spare


def peak_of(compute: Callable[[], NDArray[Any]]) -> int:
    tracemalloc.start()
    compute()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_everyday_kernels_need_no_memory_that_is_worth_counting() -> None:
    for size, channels in ((3, 512), (7, 3), (1, 2_048), (5, 64)):
        rows, columns = slide([56, 56], size, 1, "same")
        assert memory_needed(32, channels, channels, (rows, columns)) == 0


def test_memory_for_absurd_windows_is_counted_and_not_taken() -> None:
    dilated = Window(1, 2, 1, ABSURD, ABSURD // 2, ABSURD // 2)
    assert memory_needed(1, 1, 1, (dilated, dilated)) > ABSURD
    large = Window(1, 2 * ABSURD + 1, ABSURD, 1, ABSURD, ABSURD)
    assert memory_needed(1, 1, 1, (large, large)) > ABSURD
