"""Every loss on a sequence: each step is a position of its own, with its value and its gradient."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.examples import TargetExample
from chainrule.core.loss import Loss
from tests.core.discovery import definition_of, every_example
from tests.core.losses.evaluating import evaluated
from tests.tolerances import assert_close


@pytest.mark.parametrize(("cls", "example"), every_example("loss"))
def test_a_sequence_of_positions_is_as_many_samples(cls: type[Loss], example: TargetExample) -> None:
    loss = definition_of(cls, example)
    outputs, targets = np.array(example.outputs)[:2], np.array(example.targets)[:2]
    samples, sequence = evaluated(loss, outputs, targets), evaluated(loss, outputs[None], targets[None])
    assert_close(sequence.rows, samples.rows[None])
    assert_close(sequence.gradient, samples.gradient[None])
    assert_close(sequence.loss, samples.loss)
    assert sequence.weight == samples.weight
