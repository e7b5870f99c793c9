"""Which requests are computed at once, and which by a thread."""

from __future__ import annotations

import json

import pytest

from chainrule.api.computation import SMALL_BODY, SMALL_COUNTS, Computation
from chainrule.api.media_types import Form
from chainrule.api.timing import Stopwatch
from chainrule.calls import prepare_backward
from chainrule.codec import JSON
from chainrule.errors import go_on
from chainrule.settings import Settings
from tests.api.bodies import NEURON, NEURON_BODY

WIDE = json.dumps({**NEURON, "batch": {"inputs": [[1.0, -2.0, 3.0]] * 300, "output_gradients": [[1.0]] * 300}}).encode()


IN_FULL = b"-20000000000000000000"
"""-2e19, as an integer of more than 64 bits: where it stands, a text is read number by number."""


def computation(body: bytes) -> Computation:
    return Computation(body, Form(JSON, None, JSON, None), prepare_backward, Settings(), Stopwatch())


@pytest.mark.parametrize("body", [NEURON_BODY, NEURON_BODY.replace(b"-2.0", IN_FULL), WIDE])
def test_a_small_request_is_computed_at_once(body: bytes) -> None:
    assert computation(body).is_small()


@pytest.mark.parametrize(
    "body",
    [
        NEURON_BODY + b" " * SMALL_BODY,
        json.dumps({"network": {"layers": [{"type": "relu"}] * (SMALL_COUNTS[b'"type"'] + 1)}}).encode(),
        json.dumps({"weights": {f"w{index}": 0 for index in range(SMALL_COUNTS[b'"'] // 2)}}).encode(),
        json.dumps({"network": {"layers": [{}] * SMALL_COUNTS[b"{"]}}).encode(),
        json.dumps({"batch": {"inputs": [[]] * SMALL_COUNTS[b"["]}}).encode(),
        WIDE.replace(b"-2.0", IN_FULL),
    ],
)
def test_what_may_take_long_is_left_to_a_thread(body: bytes) -> None:
    assert not computation(body).is_small()


def test_what_takes_many_steps_to_read_is_read_by_the_thread() -> None:
    ordinary, exact = (computation(WIDE.replace(b"-2.0", number)) for number in (b"-2e19", IN_FULL))
    assert ordinary.is_small()
    assert not exact.is_small()
    assert ordinary(go_on) == exact(go_on)
