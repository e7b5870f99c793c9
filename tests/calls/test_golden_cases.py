"""Plays the conformance cases in this process: the same answers as over HTTP, within seconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from chainrule.calls import CALLS
from chainrule.codec import JSON, decode, encode
from chainrule.core.limits import Limits
from chainrule.errors import Fault, InputError, go_on
from tests.conformance.kit import KIT
from tests.conformance.test_cases import CASES, Case

PREPARE = {call.path: call.prepare for call in CALLS if call.has_arrays}

OF_HTTP = {"content_encoding", "content_type", "encoding", "headers", "method", "raw", "raw_base64", "raw_repeat"}
"""What a case has that says how it is sent."""


@dataclass
class Answer:
    """What the kit reads of a response."""

    status_code: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.content.decode()


Service: Any = KIT.Service


class InProcess(Service):  # type: ignore[misc]  # the kit is loaded from its file, and has no types
    """The calls, asked as the kit asks a service."""

    def __init__(self) -> None:
        self.encoding = "json"

    def call(self, method: str, endpoint: str, content: bytes = b"", headers: object = ()) -> Answer:
        try:
            job = PREPARE[endpoint](decode(content, JSON), Limits())
            answer = encode(job.compute(go_on), JSON, base64=False)
        except InputError as error:
            return Answer(422, problem(error.faults), {"content-type": KIT.PROBLEM_TYPE})
        return Answer(200, answer)


def problem(faults: Sequence[Fault]) -> bytes:
    """The faults as the kit reads them."""
    assert all(isinstance(fault.detail, str) for fault in faults)
    errors = [{"code": fault.code, "pointer": fault.pointer, "detail": fault.detail} for fault in faults]
    told = {"type": f"/problems/{errors[0]['code']}", "title": "", "status": 422, "detail": errors[0]["detail"]}
    return json.dumps(told | {"instance": "", "errors": errors}).encode()


def is_played(case: Case) -> bool:
    """Whether a case needs nothing but the call, and nothing of HTTP."""
    endpoints = {one["endpoint"] for one in case.get("requests", [case])}
    refused = case.get("expect", {}).get("status", 422)
    return bool(endpoints) and endpoints <= set(PREPARE) and not OF_HTTP & set(case) and refused == 422


PLAYED = {name: case for name, case in CASES.items() if is_played(case)}


@pytest.mark.parametrize("name", PLAYED)
def test_the_call_answers_as_the_case_says(name: str) -> None:
    KIT.check(InProcess(), PLAYED[name])


def test_a_wrong_number_fails_a_case() -> None:
    case: Any = json.loads(json.dumps(PLAYED["seed_chapter-neuron_backward"]))
    case["expect"]["gradients"]["inputs"][0][1] += 1e-6

    with pytest.raises(KIT.Failure, match="largest difference"):
        KIT.check(InProcess(), case)


def test_a_wrong_code_fails_a_case() -> None:
    refused = next(case for case in PLAYED.values() if "status" in case.get("expect", {}))
    case: Any = json.loads(json.dumps(refused))
    case["expect"]["code"] = "overloaded"

    with pytest.raises(KIT.Failure):
        KIT.check(InProcess(), case)


def test_most_cases_are_played() -> None:
    assert len(PLAYED) > 0.8 * len(CASES)
