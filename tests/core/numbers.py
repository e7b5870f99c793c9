"""Numbers for examples: away from everything where a function has no derivative."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Shape, size_of

GAP = 0.02
"""How far numbers keep from whole numbers: the kinks of functions lie at 0, 1, 3, 6."""


def scattered(
    shapes: Sequence[Shape], span: tuple[float, float], generator: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Arrays of numbers across a span: no two of them are equal, so that a maximum has one place, and none is whole."""
    sizes = [size_of(shape) for shape in shapes]
    grid = np.linspace(*span, sum(sizes))
    whole = np.round(grid)
    grid = whole + np.where(grid < whole, -GAP, GAP) + (1 - 2 * GAP) * (grid - whole)
    pieces = np.split(generator.permutation(grid), np.cumsum(sizes)[:-1])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]


def frozen(array: NDArray[np.generic]) -> None:
    """Let nobody write into an array."""
    array.flags.writeable = False
