"""Orthogonal matrices: they keep lengths, and all of them are equally likely."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from chainrule.core.initializers.orthogonal import SLOWNESS
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Abandoned
from tests.core.discovery import made


def drawn(shape: tuple[int, ...], seed: int = 0, gain: float = 1.0) -> NDArray[np.float64]:
    values: NDArray[np.float64] = made("initializer", "orthogonal", gain=gain).values(
        shape, WeightBits(seed, 0, "recurrent_kernel")
    )
    return values


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (7, 7), (64, 64), (300, 300), (50, 7), (1, 5), (5, 1), (64, 256)])
def test_the_shorter_side_is_orthonormal(shape: tuple[int, int]) -> None:
    matrix = drawn(shape)
    assert matrix.shape == shape
    tall = matrix if shape[0] >= shape[1] else matrix.T
    np.testing.assert_allclose(tall.T @ tall, np.eye(tall.shape[1]), rtol=0, atol=1e-14)


def test_all_axes_but_the_last_are_rows() -> None:
    kernel = drawn((3, 4, 5, 6))
    assert kernel.shape == (3, 4, 5, 6)
    matrix = kernel.reshape(-1, 6)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(6), rtol=0, atol=1e-14)


def test_gain_is_a_factor() -> None:
    np.testing.assert_array_equal(drawn((4, 4), gain=-2.0), -2 * drawn((4, 4)))


def test_signs_are_both_as_likely() -> None:
    determinants = [np.linalg.det(drawn((3, 3), seed)) for seed in range(400)]
    assert 160 < sum(one > 0 for one in determinants) < 240


def test_every_entry_is_one_coordinate_of_a_random_direction() -> None:
    """In three dimensions, Archimedes: a coordinate of a point on the sphere is uniform from -1 to 1."""
    matrices = np.array([drawn((3, 3), seed) for seed in range(2_000)])
    for entry in matrices.reshape(-1, 9).T:
        assert stats.kstest(entry, stats.uniform(-1, 2).cdf).pvalue > 0.01


def test_eigenvalues_lie_on_the_whole_circle() -> None:
    """A factorization whose signs were not mended would have them crowd on one side."""
    angles = np.concatenate([np.angle(np.linalg.eigvals(drawn((20, 20), seed))) for seed in range(100)])
    mixed = angles[(np.abs(angles) > 0.2) & (np.abs(angles) < math.pi - 0.2)]  # away from the real ones
    assert abs(np.cos(mixed).mean()) < 0.03


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, 7), (20, 20), (2, 3, 4)])
def test_it_counts_every_number_that_a_reflection_moves(shape: tuple[int, ...]) -> None:
    rows, columns = sorted((math.prod(shape[:-1]), shape[-1]), reverse=True)
    moved = sum((rows - index) * (columns - index) for index in range(columns))
    assert made("initializer", "orthogonal").flops(shape) == 4 * SLOWNESS * moved


def test_the_work_of_a_matrix_that_nobody_could_draw_is_counted_to_the_last_number() -> None:
    huge = 10**12
    moved = huge * (huge + 1) * (2 * huge + 1) // 6  # 1² + 2² + … + huge²
    assert made("initializer", "orthogonal").flops((huge, huge)) == 4 * SLOWNESS * moved


def test_it_asks_whether_to_go_on() -> None:
    def nobody_waits() -> None:
        raise Abandoned

    with pytest.raises(Abandoned):
        made("initializer", "orthogonal").values((8, 8), WeightBits(0, 0, "kernel"), nobody_waits)
