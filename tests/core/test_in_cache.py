"""Large arrays are computed piece by piece, which nobody can tell from the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core import in_cache
from chainrule.core.in_cache import in_pieces

A = np.arange(24.0).reshape(2, 3, 4)
B = np.sin(A)


@pytest.fixture(autouse=True)
def _pieces_of_five_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_cache, "PIECE", 5)


def sizes_and_result(*arrays: Any) -> tuple[list[int], Any]:
    """How many numbers the function was given at a time, and what came out."""
    sizes: list[int] = []

    def function(x: Any, y: Any = 0) -> Any:
        sizes.append(x.size)
        return 2 * x + y

    return sizes, in_pieces(function, *arrays)


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param((A,), id="one"),
        pytest.param((A, B), id="two"),
        pytest.param((np.moveaxis(A, 0, -1),), id="axes moved"),
        pytest.param((np.moveaxis(A, 2, 0), np.moveaxis(B, 2, 0)), id="axes of both moved"),
        pytest.param((A.reshape(4, 1, 6), B.reshape(4, 1, 6)), id="an axis of one place"),
    ],
)
def test_arrays_that_lie_alike_are_computed_piece_by_piece(arrays: Any) -> None:
    sizes, result = sizes_and_result(*arrays)
    assert sizes == [5, 5, 5, 5, 4]
    np.testing.assert_array_equal(result, 2 * arrays[0] + (arrays[1] if len(arrays) > 1 else 0))
    assert result.strides == arrays[0].strides


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param((A, B[0]), id="shapes that differ"),
        pytest.param((A, np.asfortranarray(B)), id="another order of axes"),
        pytest.param((np.asfortranarray(A), B), id="another order of axes in the first"),
        pytest.param((A[:, ::-1],), id="backwards"),
        pytest.param((A[..., :3],), id="gaps"),
        pytest.param((np.broadcast_to(A[0], A.shape),), id="a row that is repeated"),
    ],
)
def test_arrays_that_do_not_lie_alike_are_computed_as_a_whole(arrays: Any) -> None:
    sizes, result = sizes_and_result(*arrays)
    assert sizes == [arrays[0].size]
    np.testing.assert_array_equal(result, 2 * arrays[0] + (arrays[1] if len(arrays) > 1 else 0))


def test_a_piece_alone_is_not_copied() -> None:
    x = np.ones(5)
    assert in_pieces(lambda one: one, x) is x
