"""Bits that are the same everywhere, for ever: a function of seed, layer and row."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.random_bits import RandomBits

FIRST_DAY = [
    ["e1e9589fbf7f6f1d", "5e794bda66c92f56", "845eadf36d56f2f7"],
    ["b7da48af1eff8048", "b79da30c1f72c516", "61f741c3a01f37ce"],
]


def test_the_bits_are_those_of_the_first_day() -> None:
    words = RandomBits(seed=7, layer=1).words(2, 3)
    assert [[f"{word:016x}" for word in row] for row in words] == FIRST_DAY


@pytest.mark.parametrize("row_size", [1, 3, 4, 5, 9])
def test_a_batch_sent_in_pieces_has_the_bits_of_the_whole(row_size: int) -> None:
    whole = RandomBits(7, 1).words(5, row_size)
    pieces = [RandomBits(7, 1, row_offset=at).words(count, row_size) for at, count in ((0, 2), (2, 1), (3, 2))]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_seeds_layers_and_rows_have_bits_of_their_own() -> None:
    drawn = [
        RandomBits(seed, layer).words(2, 4).tobytes() for seed in (0, 1, 2**63, 2**64 - 1) for layer in (0, 1, 999)
    ]
    assert len(set(drawn)) == len(drawn)
    words = RandomBits(0, 0).words(50, 7)
    assert len(np.unique(words)) == words.size


def test_rows_far_out_in_a_batch_have_bits_too() -> None:
    assert RandomBits(7, 1, row_offset=2**53 - 1).words(2, 1000).shape == (2, 1000)


def test_half_of_the_bits_are_ones() -> None:
    words = RandomBits(3, 0).words(100, 100)
    ones = sum(int(word).bit_count() for word in words.ravel()) / (64 * words.size)
    assert abs(ones - 0.5) < 4 * 0.5 / np.sqrt(64 * words.size)
