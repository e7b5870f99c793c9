"""Dropout: which words of random bits leave a number out, and when nothing is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chainrule.core.layer import Run
from chainrule.core.layers.dropout import Dropout, kept_factors
from chainrule.core.random_bits import RandomBits


class Chosen(RandomBits):
    """Bits that a test has chosen: around the word that stands for a quarter."""

    def words(self, rows: int, row_size: int) -> NDArray[np.uint64]:
        return np.array([[0, 2**62 - 1, 2**62, 2**62 + 1, 2**64 - 1]], np.uint64)


def test_a_number_is_left_out_where_its_word_is_below_the_rate() -> None:
    factors = kept_factors(Chosen(0, 0), 0.25, (1, 5), np.dtype("float64"))
    assert factors.tolist() == [[0.0, 0.0, 4 / 3, 4 / 3, 4 / 3]]


def test_a_rate_of_zero_draws_nothing_and_needs_no_seed() -> None:
    x = np.ones((2, 3))
    step = Dropout(rate=0.0).forward(x, {}, Run(training=True))
    assert not Dropout(rate=0.0).needs_seed()
    assert Dropout(rate=0.1).needs_seed()
    assert step.output is x
    assert step.cache is None
