"""Whatever is sent, the answer is 200 or a problem of the contract, and the next honest request is answered.

``CHAINRULE_FUZZ_EXAMPLES`` says how many bodies are tried; a longer run is ``make fuzz``.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any, get_args

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.codec import decode
from chainrule.errors import ErrorCode
from chainrule.schemas.examples import BACKWARD
from chainrule_client._encodings import encode
from tests.api.bodies import JSON, NEURON_BODY

SAFETENSORS = {"Content-Type": "application/vnd.safetensors"}
EXAMPLES = int(os.environ.get("CHAINRULE_FUZZ_EXAMPLES", "500"))
BODIES = [json.dumps(example["value"]).encode() for example in BACKWARD.values()]
FILES = [encode(decode(body, "application/json"), "safetensors") for body in BODIES]

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def check(client: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
    response = client.post("/backward", content=body, headers=headers)
    if response.status_code != 200:
        problem = response.json()
        assert 400 <= response.status_code < 500, (response.status_code, problem)
        assert response.headers["content-type"] == "application/problem+json"
        assert problem["type"].removeprefix("/problems/") in get_args(ErrorCode)
        assert len(problem["errors"]) <= 10


@pytest.fixture(autouse=True)
def honest(client: httpx.Client) -> Any:
    """After each test's bodies an honest request is answered, with the right number."""
    yield
    answer = client.post("/backward", content=NEURON_BODY, headers=JSON)
    assert answer.json()["gradients"]["inputs"] == [[-3.0, -1.0, 2.0]]


@fuzzed
@given(body=st.binary(max_size=2_000), headers=st.sampled_from([JSON, SAFETENSORS]))
def test_any_bytes_get_an_answer_of_the_contract(client: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
    check(client, body, headers)


@fuzzed
@given(body=st.sampled_from(BODIES), seed=st.integers(0, 2**32))
def test_a_damaged_json_body_gets_an_answer_of_the_contract(client: httpx.Client, body: bytes, seed: int) -> None:
    check(client, damaged(body, random.Random(seed)), JSON)


@fuzzed
@given(body=st.sampled_from(FILES), seed=st.integers(0, 2**32))
def test_a_damaged_safetensors_body_gets_an_answer_of_the_contract(
    client: httpx.Client, body: bytes, seed: int
) -> None:
    check(client, damaged(body, random.Random(seed)), SAFETENSORS)


@fuzzed
@given(data=st.data())
def test_any_value_anywhere_gets_an_answer_of_the_contract(client: httpx.Client, data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(BODIES)))
    for _ in range(data.draw(st.integers(1, 3))):
        replace_somewhere(document, data)

    check(client, json.dumps(document).encode(), JSON)


def damaged(body: bytes, choice: random.Random) -> bytes:
    """Change, cut out or insert a few bytes; digits and brackets more often than chance would."""
    damaged = bytearray(body)
    for _ in range(choice.randint(1, 4)):
        at = choice.randrange(len(damaged) + 1)
        new = choice.choice(
            [choice.randbytes(choice.randint(0, 4)), choice.choice([b"[", b"]", b"{", b'"', b"9", b"-", b"e9"])]
        )
        damaged[at : at + choice.randint(0, 4)] = new
    return bytes(damaged)


def replace_somewhere(document: Any, data: st.DataObject) -> None:
    """Put any value at a place chosen at random, or take what stands there away, or add a name."""
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and data.draw(st.booleans()):
            here = here[key]
            continue
        what = data.draw(st.sampled_from(["replace", "remove", "add"]))
        if what == "remove":
            del here[key]
        elif what == "add" and isinstance(here, dict):
            here[data.draw(st.text(max_size=10))] = data.draw(values)
        else:
            here[key] = data.draw(values)
        return
