"""Matrices that keep lengths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from chainrule.core.arrays import Shape, size_of
from chainrule.core.draws import Numbers, draw, normal
from chainrule.core.examples import Example
from chainrule.core.initializers import Initializer
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Proceed, go_on

AT_ONCE = 2**16
"""How many numbers are reflected at once, so that they stay in the cache over all reflections."""

SLOWNESS = 16
"""How many times as long an operation takes as one of a matrix product."""


class Orthogonal(Initializer):
    """Starts with a random orthogonal matrix times ``gain``: ``wᵀ w = gain²`` for its columns, or its rows.

    All axes but the last are rows. If there are no more columns than rows, the columns are orthogonal to each other
    and have the length ``gain``; otherwise the rows are. All such matrices are equally likely.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "orthogonal_": "PyTorch's orthogonal_",
        "orthogonal_initializer": "Keras's OrthogonalInitializer",
    }
    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"gain": 2.0}))
    fewest_axes: ClassVar[int] = 2

    type: Literal["orthogonal"] = "orthogonal"
    gain: float = 1.0
    """Factor of the matrix."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        rows, columns = size_of(shape[:-1]), shape[-1]
        numbers = draw((min(rows, columns), max(rows, columns)), bits, normal)
        matrix = orthogonal(numbers, proceed)
        return ((matrix if rows >= columns else matrix.T) * self.gain).reshape(shape)

    def flops(self, shape: Shape) -> int:
        """Count four for each number that each of the reflections moves, as slow as they are."""
        rows, columns = sorted((size_of(shape[:-1]), shape[-1]), reverse=True)
        moved = columns * (columns + 1) * (3 * rows - columns + 1) // 6  # Σ (rows - i) · (columns - i)
        return 4 * SLOWNESS * moved


def orthogonal(numbers: Numbers, proceed: Proceed = go_on) -> Numbers:
    """Turn independent normal numbers into a matrix with orthonormal columns, all of which are equally likely.

    Stewart (1980): the ``Q`` of a random matrix is a product of reflections, each of which turns a column of fresh
    normal numbers, one shorter than the last, into an axis. So nothing has to be factorized: the reflections are
    applied to the axes. As in Keras, signs are such that the other factor would have a positive diagonal.

    Parameters
    ----------
    numbers
        Normal numbers, ``(columns, rows)`` with no more columns than rows; they are used up. Those below the diagonal
        do not count.
    proceed
        Called between blocks of columns; raises to stop.

    Returns
    -------
    Numbers
        ``(rows, columns)``.
    """
    columns, rows = numbers.shape
    vectors, factors, signs = _reflections(numbers)
    result = np.zeros((rows, columns))
    result[np.diag_indices(columns)] = signs
    width = max(1, AT_ONCE // rows)
    for start in range(0, columns, width):
        proceed()
        block = result[:, start : start + width]
        kept = np.ascontiguousarray(block)
        room = np.empty_like(kept)
        # an axis that comes before a reflection's first is orthogonal to its vector, and stays
        for index in reversed(range(min(start + width, columns))):
            _reflect(kept[index:], vectors[index], factors[index], room[index:])
        block[:] = kept
    return result


def _reflections(numbers: Numbers) -> tuple[list[Numbers], list[float], list[float]]:
    """Make each row a reflection ``1 - factor · v vᵀ``, with the sign that its column gets."""
    vectors, factors, signs = [], [], []
    for index, row in enumerate(numbers):
        vector = row[index:]
        first = float(vector[0])
        length = math.copysign(math.sqrt(float(_sum(vector * vector))), first)
        vector[0] += length  # of the same sign, so that no digit is lost
        vectors.append(vector)
        factors.append(1 / (length * float(vector[0])))
        signs.append(-math.copysign(1.0, first))
    return vectors, factors, signs


def _reflect(columns: Numbers, vector: Numbers, factor: float, room: Numbers) -> None:
    """Reflect each column, in place, with room for as many numbers: new arrays would take as long again."""
    upright = vector[:, np.newaxis]
    along = _sum(np.multiply(columns, upright, out=room)) * factor
    columns -= np.multiply(upright, along, out=room)


def _sum(terms: Numbers) -> Numbers:
    """Sum over the first axis, halves onto halves, in place: NumPy's own sums may add in any order."""
    count = len(terms)
    while count > 1:
        half = count // 2
        terms[:half] += terms[count - half : count]
        count -= half
    return terms[0]
