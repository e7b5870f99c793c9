"""Which requests are computed at once, and which by a thread."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import httpx
import numpy as np
import pytest

from chainrule.api import service
from chainrule.api.company import Company
from chainrule.api.computation import SMALL_BODY, SMALL_COUNTS, Computation
from chainrule.api.media_types import Form
from chainrule.api.timing import Stopwatch
from chainrule.app import create_app
from chainrule.calls import prepare_backward
from chainrule.codec import JSON, SAFETENSORS
from chainrule.errors import go_on
from chainrule.settings import Settings
from chainrule_client._encodings import encode
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


def in_safetensors(units: int, samples: int = 64, accept: str = SAFETENSORS, **more: Any) -> Computation:
    """A request for a dense layer of as many units and inputs, which fills units² · 8 bytes."""
    arrays = {"kernel": np.zeros((units, units)), "inputs": np.zeros((samples, units))}
    layers = [{"type": "dense", "units": units, "use_bias": False}]
    request = {
        "network": {"layers": layers},
        "weights": {"dense_0": {"kernel": arrays["kernel"]}},
        "batch": {"inputs": arrays["inputs"], "output_gradients": arrays["inputs"]},
        **more,
    }
    body = encode(request, "safetensors")
    return Computation(body, Form(SAFETENSORS, None, accept, None), prepare_backward, Settings(), Stopwatch())


def test_who_is_alone_has_more_computed_at_once() -> None:
    assert not in_safetensors(300).is_small()
    assert in_safetensors(300).is_small(alone=True)
    assert not in_safetensors(700).is_small(alone=True)  # the body is too large
    assert not in_safetensors(300, samples=700).is_small(alone=True)  # it takes too long
    for accept in (JSON, SAFETENSORS):  # text takes long to be written
        assert in_safetensors(300, accept=accept).is_small(alone=True) == (accept == SAFETENSORS)
    assert not computation(NEURON_BODY + b" " * SMALL_BODY).is_small(alone=True)  # text takes long to be read


def test_who_is_alone_has_no_long_header_read_at_once() -> None:
    assert not in_safetensors(300, options={"include": ["x" * SMALL_BODY]}).is_small(alone=True)


def test_a_caller_is_alone_after_a_second_without_others() -> None:
    company, one, other = Company(), ("::1", 1), ("::1", 2)
    assert [company.is_alone(one, now) for now in (0.0, 0.5, 1.0, 5.0)] == [False, False, True, True]
    assert not company.is_alone(other, 5.1)
    assert [company.is_alone(one, now) for now in (5.2, 6.1, 6.2)] == [False, False, True]
    assert not any(company.is_alone(None, now) for now in (7.0, 9.0, 11.0))


async def test_a_training_loop_is_soon_computed_without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings())
    kernel, batch = np.zeros((300, 300)), {"inputs": np.ones((64, 300)), "output_gradients": np.ones((64, 300))}
    network = {"layers": [{"type": "dense", "units": 300, "use_bias": False}]}
    body = encode({"network": network, "weights": {"dense_0": {"kernel": kernel}}, "batch": batch}, "safetensors")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for now, admitted in ((0.0, 1), (0.5, 2), (1.5, 2), (3.0, 2)):
            monkeypatch.setattr(service, "monotonic", partial(float, now))
            answer = await client.post("/backward", content=body, headers={"Content-Type": SAFETENSORS})
            assert answer.status_code == 200
            assert app.state.service.workers.admissions == admitted
    app.state.service.workers.close()
