"""More than the service can do at once: it answers what it can, refuses the rest, and stays reachable."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.bodies import JSON, NEURON, NEURON_BODY, connected, head, slow
from tests.conftest import Serve
from tests.server import Server, wait_for

LONG = slow(layers=150)
SHORTER = slow(layers=40)


def test_of_many_clients_at_once_everyone_is_answered_rightly_or_told_to_come_back(serve: Serve) -> None:
    server = serve(THREADS=1, QUEUE_SIZE=2)
    with server.client(limits=httpx.Limits(max_connections=40)) as client, ThreadPoolExecutor(40) as callers:
        expected = client.post("/forward", content=SHORTER, headers=JSON)
        assert expected.status_code == 200
        asked = [callers.submit(client.post, "/forward", content=SHORTER, headers=JSON) for _ in range(40)]
        health = [client.get("/health/live").status_code for _ in range(10)]
        answers = [one.result() for one in asked]
        assert health == [200] * 10
        served = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(served) + len(refused) == 40
        assert served
        assert refused
        assert all(answer.content == expected.content for answer in served)
        assert all(answer.json()["type"] == "/problems/overloaded" for answer in refused)
        assert all(int(answer.headers["Retry-After"]) >= 1 and answer.json()["retryable"] for answer in refused)
        assert client.post("/backward", content=NEURON_BODY, headers=JSON).status_code == 200


def test_what_takes_no_longer_than_queueing_is_answered_though_the_queue_is_full(serve: Serve) -> None:
    server = serve(THREADS=1, QUEUE_SIZE=0)
    with server.client() as client, ThreadPoolExecutor(1) as caller:
        long = caller.submit(client.post, "/forward", content=LONG, headers=JSON)
        wait_for(lambda: "chainrule_computations_running 1.0" in client.get("/metrics").text)
        small = client.post("/backward", json=NEURON)
        larger = client.post("/forward", content=SHORTER, headers=JSON)
        assert not long.done()
        assert (small.status_code, larger.status_code) == (200, 503)
        assert long.result().status_code == 200


def test_an_answer_that_takes_too_long_is_given_up(serve: Serve) -> None:
    with serve(COMPUTE_TIMEOUT_SECONDS=0.02).client() as client:
        answer = client.post("/forward", content=LONG, headers=JSON)
        assert answer.status_code == 504
        assert answer.json()["type"] == "/problems/deadline_exceeded"
        assert answer.json()["retryable"] is True


@pytest.fixture(scope="module")
def single(serve: Serve) -> Server:
    """A service that computes one request at a time."""
    return serve(THREADS=1, QUEUE_SIZE=3)


def test_a_caller_who_leaves_is_not_computed_for(single: Server) -> None:
    with single.client() as client:
        for _ in range(3):
            with connected(single) as connection:
                length = f"Content-Length: {len(LONG)}"
                connection.sendall(head("/forward", "Content-Type: application/json", length) + LONG)
        gone = 'chainrule_requests_total{problem="abandoned",route="/forward",status="499"}'
        wait_for(lambda: gone in client.get("/metrics").text)
        wait_for(lambda: "chainrule_computations_running 0.0" in client.get("/metrics").text)


def test_bodies_together_hold_no_more_than_they_may(serve: Serve) -> None:
    server = serve(MAX_BODY_BYTES=1_000_000, MAX_INTAKE_BYTES=1_500_000)
    start = head("/backward", "Content-Type: application/json", "Content-Length: 900000") + b" " * 800_000
    with connected(server) as first, connected(server) as second, server.client() as client:
        first.sendall(start)
        second.sendall(start)
        answered = {first: first.makefile("rb"), second: second.makefile("rb")}
        refused = wait_for(lambda: next(iter(events("overloaded", server.events("request"))), None))
        assert refused["status"] == 503
        assert client.post("/backward", json=NEURON).status_code == 200  # small ones still find room
        for file in answered.values():
            file.close()


def events(problem: str, requests: list[dict[str, object]]) -> list[dict[str, object]]:
    return [event for event in requests if event.get("problem") == problem]


def test_what_a_bad_request_leaves_behind_is_nothing(single: Server) -> None:
    with single.client() as client:
        for body in (b"{", b"[]", b"null", json.dumps({"network": 1}).encode(), b"\x00" * 1000) * 5:
            assert 400 <= client.post("/backward", content=body, headers=JSON).status_code < 500
            assert client.post("/backward", content=NEURON_BODY, headers=JSON).status_code == 200
