"""Whatever is sent to the service, it answers with 200 or with a problem of the contract, and goes on.

``ANY_BODIES=20000 pytest tests/api/test_any_bytes.py`` makes it a longer run.
"""

from __future__ import annotations

import copy
import json
import os
import struct
from typing import Any, get_args

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.errors import ErrorCode
from chainrule.schemas.examples import BACKWARD
from tests.api.bodies import JSON, NEURON_BODY

COUNT = int(os.environ.get("ANY_BODIES", "500"))

SAFETENSORS = {"Content-Type": "application/vnd.safetensors"}
HONEST = [json.dumps(example["value"]).encode() for example in BACKWARD.values()]
TENSORS = {
    "__metadata__": {"request": json.dumps({"network": {"layers": [{"type": "relu"}]}})},
    "batch.inputs": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 32]},
    "batch.output_gradients": {"dtype": "F64", "shape": [2, 2], "data_offsets": [32, 64]},
}

numbers = st.integers() | st.floats() | st.sampled_from([0, -1, 2**53, 2**64, 10**400, 1e308, 5e-324, True, None])
words = st.sampled_from(["dense", "relu", "softmax", "cross_entropy", "inputs", "hidden", "", "x" * 200, "é", "\ud800"])
scalars = numbers | words | st.text(max_size=10)
trees: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=5), inner, max_size=4)
)


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every container in a tree with each of its keys."""
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    return [(tree, key) for key in keys] + [place for key in keys for place in places(tree[key])]


@st.composite
def nearly_honest(draw: st.DrawFn) -> bytes:
    """An example with a few places overwritten, taken out or added."""
    request = copy.deepcopy(draw(st.sampled_from([example["value"] for example in BACKWARD.values()])))
    for _ in range(draw(st.integers(1, 3))):
        if not (choice := places(request)):
            break
        container, key = draw(st.sampled_from(choice))
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "replace":
            container[key] = draw(trees)
        elif change == "remove":
            del container[key]
        elif isinstance(container, dict):
            container[draw(words)] = draw(trees)
        else:
            container.append(draw(trees))
    return json.dumps(request).encode()


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with a piece of it overwritten, taken out or said twice."""
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, min(len(body), start + 20)))
    return body[:start] + draw(st.binary(max_size=8) | st.just(body[start:end] * 2)) + body[end:]


def safetensors_file(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header + struct.pack("<8d", *range(8))


json_bodies = st.one_of(
    st.binary(max_size=200),
    trees.map(lambda tree: json.dumps(tree).encode()),
    nearly_honest(),
    st.sampled_from(HONEST).flatmap(damaged),
)
safetensors_bodies = st.one_of(
    st.binary(max_size=200),
    damaged(safetensors_file(json.dumps(TENSORS).encode())),
    damaged(json.dumps(TENSORS).encode()).map(safetensors_file),
)
requests = st.tuples(json_bodies, st.just(JSON)) | st.tuples(safetensors_bodies, st.just(SAFETENSORS))


def is_answered(client: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
    answer = client.post("/backward", content=body, headers=headers)
    if answer.status_code != 200:
        problem = answer.json()
        assert 400 <= answer.status_code < 500, problem
        assert problem["type"].removeprefix("/problems/") in get_args(ErrorCode)
        assert len(answer.content) < 32_000
    else:
        assert b"NaN" not in answer.content


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(request_=requests)
def test_any_bytes_are_answered(client: httpx.Client, request_: tuple[bytes, dict[str, str]]) -> None:
    body, headers = request_
    is_answered(client, body, headers)


def test_the_next_honest_request_is_answered(client: httpx.Client) -> None:
    for headers in (JSON, SAFETENSORS):
        is_answered(client, b"{", headers)
    assert client.post("/backward", content=NEURON_BODY, headers=JSON).status_code == 200
