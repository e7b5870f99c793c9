"""Plays the conformance cases over real HTTP, in every encoding, compressed and not, and mixed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.forms import Compressed, Mixed, Plain
from tests.conformance.kit import KIT
from tests.server import Server

HERE = Path(__file__).parent
ENCODINGS = ("json", "base64", "safetensors")
FORMS: dict[str, Any] = {
    **{encoding: partial(Plain, encoding=encoding) for encoding in ENCODINGS},
    **{f"{encoding}, compressed": partial(Compressed, encoding=encoding) for encoding in ENCODINGS},
    "mixed": Mixed,
}

Case = dict[str, Any]


FILES = {path.stem: json.loads(path.read_text())["cases"] for path in sorted((HERE / "cases").glob("*.json"))}
CASES = {f"{stem}-{case['name']}": case for stem, cases in FILES.items() for case in cases}


@pytest.fixture(scope="module", params=FORMS)
def service(server: Server, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The service, spoken to in one of the forms."""
    service = FORMS[request.param](server.url)
    with service.client:
        yield service


@pytest.mark.parametrize("name", CASES)
def test_the_service_answers_as_the_case_says(service: Any, name: str) -> None:
    KIT.check(service, CASES[name])


def test_a_wrong_number_fails_a_case(service: Any) -> None:
    case = json.loads(json.dumps(CASES["seed_chapter-neuron_backward"]))
    case["expect"]["gradients"]["inputs"][0][1] += 1e-6

    with pytest.raises(KIT.Failure, match="largest difference"):
        KIT.check(service, case)


def test_every_kind_of_case_is_played() -> None:
    kinds = {
        "property" if "property" in one else "error" if "status" in one["expect"] else "golden"
        for one in CASES.values()
    }

    assert kinds == {"golden", "error", "property"}
