"""Forward and backward take little more memory than backward must keep. What is traced is the same in every run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks._cases import CASES, GRU, Case
from benchmarks._memory import measure

MOST = 1.2
"""How many times as much is allowed."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_pass_takes_little_more_than_backward_must_keep(case: Case) -> None:
    memory = measure(case, "float64")

    assert memory.kept > 1e6
    assert 1 <= memory.ratio <= MOST


def test_a_longer_sequence_takes_no_more_in_between() -> None:
    def between(case: Case) -> int:
        memory = measure(case, "float64")
        return memory.peak - memory.kept

    longer = replace(GRU, inputs=(32, 128, 64))
    assert between(longer) < 2.5 * between(GRU)
