"""Random bits that follow from a seed, a layer and a row or a weight: the same on every machine and NumPy version.

A row's bits do not depend on how many rows are drawn, nor on what other layers draw, so that a batch sent in pieces
(each with its ``row_offset``) gets the masks of the whole. Only raw bits of the Philox generator are used: NumPy
promises those, and not the streams of its distributions.

A weight's bits start at a counter that follows from its name, far beyond those of all rows: no weight sees another's,
nor what dropout draws with the same seed, and a weight's bits do not depend on which others the layer has.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

WORDS_PER_BLOCK = 4
"""A Philox counter gives four words of 64 bits."""


@dataclass(frozen=True, slots=True)
class RandomBits:
    """The random bits of one layer, for the rows of one batch."""

    seed: int
    layer: int
    """The layer's place in the network: each draws from a stream of its own."""
    row_offset: int = 0
    """The first row's place in the whole batch."""

    def after(self, rows: int) -> RandomBits:
        """Give the bits of the rows that come after so many."""
        return replace(self, row_offset=self.row_offset + rows)

    def words(self, rows: int, row_size: int) -> NDArray[np.uint64]:
        """Draw ``(rows, row_size)`` words of 64 random bits.

        Each row starts at a counter of its own, ``row * ceil(row_size / 4)``.
        """
        blocks = -(-row_size // WORDS_PER_BLOCK)
        generator = np.random.Philox(key=np.array([self.seed, self.layer], np.uint64), counter=0)
        generator.advance(self.row_offset * blocks)
        words = generator.random_raw(rows * blocks * WORDS_PER_BLOCK)
        return words.reshape(rows, blocks * WORDS_PER_BLOCK)[:, :row_size]


NO_SEED = RandomBits(0, 0)
"""The bits of a run in which nobody draws any."""


@dataclass(frozen=True, slots=True)
class WeightBits:
    """The random bits of one weight."""

    seed: int
    layer: int
    """The layer's place in the network."""
    name: str
    """The weight's name in the layer."""

    def generator(self) -> np.random.Philox:
        """Give a generator that draws them one after the other."""
        words = np.frombuffer(hashlib.sha256(self.name.encode()).digest(), "<u8")
        counter = np.array([0, 0, words[0], words[1]], np.uint64)  # the rows' counters have two zeros there
        return np.random.Philox(key=np.array([self.seed, self.layer], np.uint64), counter=counter)

    def part(self, name: str) -> WeightBits:
        """Give the bits of a part that is drawn by itself."""
        return WeightBits(self.seed, self.layer, f"{self.name} {name}")
