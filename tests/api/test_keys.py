"""Who may call."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.api.bodies import NEURON
from tests.conftest import Serve
from tests.server import Server, wait_for

HASH = sha256(b"third-secret").hexdigest()


@pytest.fixture(scope="module")
def locked(serve: Serve) -> Server:
    return serve(API_KEYS=f"first-key, second-key, sha256:{HASH.upper()}")


@pytest.mark.parametrize("key", ["first-key", "second-key", "third-secret"])
def test_whoever_has_one_of_the_keys_is_let_in(locked: Server, key: str) -> None:
    with locked.client() as client:
        assert client.post("/backward", json=NEURON, headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert client.post("/forward", json={}, headers={"Authorization": f"bearer {key}"}).status_code == 422


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer third-key",
        "Basic first-key",
        "first-key",
        "Bearer first-key2",
        "Bearer é",
        f"Bearer sha256:{HASH}",
        f"Bearer {HASH}",
    ],
)
def test_whoever_has_none_is_told_what_to_send(locked: Server, header: str | None) -> None:
    headers = [] if header is None else [(b"Authorization", header.encode("latin-1"))]
    with locked.client() as client:
        answer = client.post("/backward", json=NEURON, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json()["type"] == "/problems/unauthorized"
    assert "third-key" not in answer.text


def test_health_metrics_and_documentation_are_open(locked: Server) -> None:
    with locked.client() as client:
        for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json", "/problems/unauthorized"):
            assert client.get(path).status_code == 200


def test_no_key_is_ever_logged(locked: Server) -> None:
    with locked.client() as client:
        client.post("/backward", json=NEURON, headers={"Authorization": "Bearer first-key"})
    wait_for(lambda: locked.events("request"))
    assert "first-key" not in locked.log_text()


def test_the_description_says_that_a_key_is_needed(locked: Server, server: Server) -> None:
    with locked.client() as client:
        described = client.get("/openapi.json").json()
    assert described["paths"]["/backward"]["post"]["security"] == [{"key": []}]
    assert "401" in described["paths"]["/backward"]["post"]["responses"]
    with server.client() as client:
        described = client.get("/openapi.json").json()
    assert "security" not in described["paths"]["/backward"]["post"]
    assert "401" not in described["paths"]["/backward"]["post"]["responses"]
