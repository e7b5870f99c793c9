"""JSON is read in two ways; both are tested by the same tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chainrule.codec import JSON, Document, decode, json_fast
from chainrule.errors import Fault, InputError

Decode = Callable[[str | bytes], Document]
Faults = Callable[[str | bytes], list[Fault]]


@pytest.fixture(params=["the fast way first", "the exact way alone"])
def decode_json(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Decode:
    """Reads a request in JSON, each test once in either way."""
    if request.param == "the exact way alone":

        def refuse(*_: Any) -> Any:
            raise json_fast.UnprovenError

        monkeypatch.setattr(json_fast, "read", refuse)
    return lambda text: decode(text.encode() if isinstance(text, str) else text, JSON)


@pytest.fixture
def faults_of(decode_json: Decode) -> Faults:
    """All that is wrong with a request in JSON."""

    def faults(text: str | bytes) -> list[Fault]:
        with pytest.raises(InputError) as caught:
            decode_json(text)
        return list(caught.value.faults)

    return faults
