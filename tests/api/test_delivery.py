"""Answers wait for callers that read slowly, but not for those that do not read, and not any number of them."""

from __future__ import annotations

import json
import socket
import time

import httpx
import numpy as np
import safetensors.numpy

from chainrule.codec import SAFETENSORS
from tests.api.bodies import NEURON, connected, head
from tests.conftest import Serve
from tests.server import Server, wait_for

# Four million zeros: 16 MB of JSON, for a request of a hundred bytes.
LARGE = json.dumps(
    {"network": {"layers": [{"type": "zero_padding2d", "padding": 1000}]}, "batch": {"inputs": [[[[0.0]]]]}}
).encode()


def ask(connection: socket.socket, connection_header: str = "close") -> None:
    length = f"Content-Length: {len(LARGE)}"
    headers = ("Content-Type: application/json", f"Connection: {connection_header}", length)
    connection.sendall(head("/forward", *headers) + LARGE)


def read_slowly(connection: socket.socket, pause: float) -> int:
    size = 0
    while received := connection.recv(1 << 20):
        size += len(received)
        time.sleep(pause)
    return size


def refused(server: Server) -> bool:
    return any(event.get("problem") == "overloaded" for event in server.events("request"))


def test_answers_that_nobody_reads_hold_no_more_than_they_may(serve: Serve) -> None:
    server = serve(MAX_UNSENT_BYTES=20_000_000, SEND_TIMEOUT_SECONDS=600)
    with connected(server) as first, connected(server) as second, server.client() as client:
        ask(first)
        ask(second)
        wait_for(lambda: refused(server))
        assert client.post("/backward", json=NEURON).status_code == 200  # small ones still leave
        assert read_slowly(first, 0) + read_slowly(second, 0) > 16_000_000
        assert client.post("/forward", content=LARGE, headers={"Content-Type": "application/json"}).status_code == 200


def test_one_that_is_alone_has_room_whatever_its_size(serve: Serve) -> None:
    with serve(MAX_UNSENT_BYTES=1).client() as client:
        for _ in range(2):
            answer = client.post("/forward", content=LARGE, headers={"Content-Type": "application/json"})
            assert answer.status_code == 200
            assert len(answer.content) > 16_000_000


def test_a_large_answer_in_safetensors_is_the_file_that_the_codec_writes(client: httpx.Client) -> None:
    numbers = np.arange(200_000.0).reshape(1, -1)
    request = {"network": {"layers": [{"type": "relu"}]}, "batch": {"inputs": numbers.tolist()}}
    asked = {**request, "options": {"include": ["activations"]}}
    answer = client.post("/forward", json=asked, headers={"Accept": SAFETENSORS})
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    tensors = safetensors.numpy.load(answer.content)
    assert tensors.keys() == {"outputs", "activations.relu_0"}
    assert all((tensor == numbers).all() for tensor in tensors.values())


def test_a_caller_that_does_not_read_is_cut_off_and_one_that_reads_slowly_is_not(serve: Serve) -> None:
    server = serve(SEND_TIMEOUT_SECONDS=0.5)
    with connected(server) as slow, connected(server) as stalled, server.client() as client:
        ask(stalled, "keep-alive")
        ask(slow)
        assert read_slowly(slow, 0.1) > 16_000_000  # in some two seconds, and always on the way
        wait_for(lambda: "chainrule_requests_in_flight 1.0" in client.get("/metrics").text)  # this one
        assert is_cut(stalled)


def is_cut(connection: socket.socket) -> bool:
    """Whether the connection ends before the whole answer."""
    try:
        return 0 < read_slowly(connection, 0) < 16_000_000
    except ConnectionResetError:
        return True
