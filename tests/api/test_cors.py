"""Pages of other origins may call where the operator says so, and nowhere else."""

from __future__ import annotations

import httpx
import pytest

from tests.api.bodies import NEURON
from tests.conftest import Serve
from tests.server import Server

OURS = "https://lessons.example.org"


@pytest.fixture(scope="module")
def open_to_one(serve: Serve) -> Server:
    return serve(CORS_ORIGINS=f"{OURS}, http://localhost:5173", API_KEYS="secret")


def preflight(client: httpx.Client, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    return client.options("/backward", headers=headers)


def test_a_page_of_a_known_origin_may_ask_without_a_key_whether_it_may_call(open_to_one: Server) -> None:
    with open_to_one.client() as client:
        answer = preflight(client, OURS)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("key", ["secret", "wrong"])
def test_its_answers_are_for_it_to_read_errors_too(open_to_one: Server, key: str) -> None:
    headers = {"Origin": OURS, "Authorization": f"Bearer {key}"}
    with open_to_one.client() as client:
        answer = client.post("/backward", json=NEURON, headers=headers)
        assert answer.status_code == (200 if key == "secret" else 401)
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]


def test_a_page_of_another_origin_may_not(open_to_one: Server) -> None:
    with open_to_one.client() as client:
        assert preflight(client, "https://elsewhere.example").status_code == 400
        headers = {"Origin": "https://elsewhere.example", "Authorization": "Bearer secret"}
        assert "Access-Control-Allow-Origin" not in client.post("/backward", json=NEURON, headers=headers).headers


def test_nobody_may_unless_it_is_set(client: httpx.Client) -> None:
    assert preflight(client, OURS).status_code == 405
    answer = client.post("/backward", json=NEURON, headers={"Origin": OURS})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_any_page_may_where_the_setting_is_a_star(serve: Serve) -> None:
    with serve(CORS_ORIGINS="*").client() as client:
        answer = client.post("/backward", json=NEURON, headers={"Origin": "https://anywhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
