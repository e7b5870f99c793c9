"""How convolutions are cut into blocks, what a block takes, and what it lies over."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.convolution import Windows, adjoint, matrices
from chainrule.core.convolution.blocks import (
    LEAST_POSITIONS,
    Block,
    Memory,
    block_shape,
    memory_of,
    numbers_of_a_position,
    positions_in_a_block,
)
from chainrule.core.convolution.fields import Field
from chainrule.core.windows import Window

FOUR_BY_SIX = Window(4, 1), Window(6, 1)

STEPPING = Window(50, 5, stride=2), Window(60, 3)
"""Windows at 23 rows and 58 columns."""


@pytest.mark.parametrize(
    ("windows", "numbers"),
    [
        pytest.param((Window(9, 3, 2), Window(9, 2, 2)), 5 * 3 * 2, id="what a window sees"),
        pytest.param((Window(9, 1, 3), Window(9, 2, 4)), 5 * 3 * 4, id="what lies before the next one"),
    ],
)
def test_a_position_takes_what_its_window_sees_or_what_lies_before_the_next(windows: Windows, numbers: int) -> None:
    assert numbers_of_a_position(5, windows) == numbers


@pytest.mark.parametrize(
    ("positions", "shape"),
    [
        pytest.param(1_000, (3, 4, 6), id="everything"),
        pytest.param(71, (2, 4, 6), id="whole samples"),
        pytest.param(24, (1, 4, 6), id="one sample"),
        pytest.param(23, (1, 3, 6), id="whole rows"),
        pytest.param(6, (1, 1, 6), id="one row"),
        pytest.param(5, (1, 1, 5), id="a piece of a row"),
        pytest.param(1, (1, 1, 1), id="one position"),
    ],
)
def test_a_block_has_whole_samples_or_whole_rows_or_a_piece_of_a_row(
    positions: int, shape: tuple[int, int, int]
) -> None:
    assert block_shape(3, FOUR_BY_SIX, positions) == shape


@pytest.mark.parametrize(
    ("most", "shape"),
    [
        ((2, None), (3, 2, 6)),
        ((None, 5), (3, 4, 5)),
        ((2, 5), (3, 2, 5)),
        ((2, 50), (3, 2, 6)),
        ((50, 5), (3, 4, 5)),
    ],
)
def test_a_block_has_no_more_rows_and_columns_than_it_may(
    most: tuple[int | None, int | None], shape: tuple[int, int, int]
) -> None:
    assert block_shape(3, FOUR_BY_SIX, 1_000, most) == shape
    assert block_shape(3, FOUR_BY_SIX, 2 * shape[1] * shape[2], most) == (2, *shape[1:])


@pytest.mark.parametrize("length", [0, 1])
def test_one_window_or_none_at_all_makes_a_block_of_one_position(length: int) -> None:
    windows = Window(length, 1), Window(length, 1)
    assert block_shape(3, windows, 2) == (2, 1, 1)


def test_a_block_takes_numbers_for_its_positions_and_all_that_its_windows_lie_over() -> None:
    windows = Window(40, 3, 2), Window(50, 2, 4, 3)
    height, width = 2 * 2 + 3, 3 * 4 + 4
    assert memory_of((2, 3, 4), 5, 7, windows) == 2 * 3 * 4 * 7 + 2 * 5 * height * width


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_memory_is_of_the_type_that_is_computed_with(dtype: str) -> None:
    memory = Memory(np.dtype(dtype))
    assert memory.array((2, 3)).dtype == memory.zeros((4, 5)).dtype == dtype


def test_memory_is_used_again_and_cleared_where_zeros_are_needed() -> None:
    memory = Memory(np.dtype(float))
    first = memory.array((4, 5))
    first[...] = 7
    again = memory.zeros((2, 3))
    assert np.shares_memory(first, again)
    assert not again.any()
    assert not np.shares_memory(first, memory.array((5, 5)))


@pytest.mark.parametrize(("groups", "channels", "viewed"), [(1, 2, True), (2, 1, True), (2, 2, False), (1, 1, True)])
def test_a_field_is_a_view_where_each_groups_channels_stand_together(groups: int, channels: int, viewed: bool) -> None:
    x = np.arange(2.0 * 4 * 6 * groups * channels).reshape(2, 4, 6, groups * channels)
    block = Block(slice(0, 2), slice(0, 4), slice(0, 6))
    field = Field.of(block, FOUR_BY_SIX).take(x, groups, Memory(x.dtype))
    assert np.shares_memory(field, x) == viewed
    assert viewed or field[:, :, :, 0].flags.c_contiguous
    np.testing.assert_array_equal(field, x.reshape(2, 4, 6, groups, channels))


def test_blocks_of_large_windows_have_enough_positions_for_a_matrix_product() -> None:
    assert positions_in_a_block(10**9) == LEAST_POSITIONS
    assert positions_in_a_block(10**9, 16) == 16


def test_of_a_kernel_with_very_many_channels_an_entry_at_a_time_is_counted() -> None:
    windows, channels = (Window(5, 3), Window(6, 3)), 2 * matrices.MOST_NUMBERS
    positions = 2 * 3 * 4
    assert matrices.memory_needed(2, channels, windows) == positions * channels + 2 * channels * 3 * 4


@pytest.mark.parametrize(
    ("channels", "filters", "numbers"),
    [
        # a phase has 25 rows and 60 columns, and sees six filters by windows of three by three
        pytest.param(8, 6, 25 * 60 * 9 * 6 + 6 * 27 * 62, id="phases"),
        # 14 rows of 58 columns send 80 channels by a tile of two entries
        pytest.param(80, 6, 14 * 58 * 80 * 2 + 80 * (13 * 2 + 5) * 60, id="tiles"),
        # of 600 filters windows of two by three are enough at once, and two rows make a block
        pytest.param(8, 600, 2 * 60 * 6 * 600 + 600 * 3 * 62, id="many filters"),
    ],
)
def test_whichever_way_a_gradient_is_sent_back_what_it_takes_is_counted(
    channels: int, filters: int, numbers: int
) -> None:
    assert adjoint.memory_needed(2, channels, filters, STEPPING) == numbers


def test_the_ways_of_sending_a_gradient_back_are_chosen_by_their_effort() -> None:
    waste = (25 / 23) * (60 / 58)
    assert adjoint.Effort.of(STEPPING) == adjoint.Effort(entries=5 * 3, tiles=3 * 3, phases=2, waste=waste)
    apart = Window(21, 2, stride=4, dilation=6), Window(9, 8)
    assert adjoint.Effort.of(apart) == adjoint.Effort(entries=2 * 8, tiles=1, phases=2, waste=(6 / 4) * (9 / 2))
