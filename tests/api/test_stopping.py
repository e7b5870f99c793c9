"""How a service ends: seen coming, with nothing lost; and what happens when a part of it is killed."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.bodies import JSON, NEURON_BODY, connected, slow
from tests.conftest import Serve
from tests.server import Server, wait_for

BOTH = pytest.mark.parametrize("workers", [1, 2])


def readiness(server: Server) -> int:
    """What a load balancer sees, on a connection of its own."""
    with server.client() as client:
        return client.get("/health/ready").status_code


@BOTH
def test_told_to_stop_it_says_so_and_serves_on_until_the_listener_closes(serve: Serve, workers: int) -> None:
    server = serve(WORKERS=workers, DRAIN_SECONDS=3)
    server.process.send_signal(signal.SIGTERM)
    wait_for(lambda: readiness(server) == 503)
    with server.client() as client:
        assert client.get("/health/live").status_code == 200
    answer = httpx.post(f"{server.url}/backward", content=NEURON_BODY, headers=JSON, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["Connection"] == "close" or workers > 1  # another worker may not have begun to drain
    assert server.process.wait(60) == 0
    with pytest.raises(ConnectionRefusedError), connected(server):
        pass


@BOTH
def test_what_is_in_flight_when_it_stops_is_answered(serve: Serve, workers: int) -> None:
    server, body = serve(WORKERS=workers, THREADS=1), slow(layers=60)
    with ThreadPoolExecutor(6) as callers, server.client() as client:
        asked = [callers.submit(client.post, "/forward", content=body, headers=JSON) for _ in range(6)]
        wait_for(lambda: "chainrule_requests_in_flight 7.0" in client.get("/metrics").text)
        assert server.stop() == 0
        assert [one.result().status_code for one in asked] == [200] * 6


def test_a_second_signal_ends_the_draining(serve: Serve) -> None:
    server = serve(DRAIN_SECONDS=3600)
    server.process.send_signal(signal.SIGTERM)
    wait_for(lambda: readiness(server) == 503)
    assert server.stop() == 0


def test_from_the_keyboard_it_ends_without_draining(serve: Serve) -> None:
    assert serve(DRAIN_SECONDS=3600).stop(signal.SIGINT) == 0


def test_a_worker_that_is_killed_is_replaced(serve: Serve) -> None:
    server = serve(WORKERS=2)
    first = server.events("worker_started")[0]["pid"]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(server.events("worker_started")) == 3)
    assert server.events("worker_died")[0]["pid"] == first
    for _ in range(10):
        with server.client() as client:
            assert client.post("/backward", content=NEURON_BODY, headers=JSON).status_code == 200
    assert server.stop() == 0


def test_workers_end_with_their_supervisor(serve: Serve) -> None:
    server = serve(WORKERS=2)
    server.process.kill()
    server.process.wait()
    workers = [event["pid"] for event in server.events("worker_started")]
    wait_for(lambda: not any(map(is_running, workers)))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
