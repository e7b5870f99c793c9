"""Faults that are really injected into a running service, each checked for what its caller gets.

A function here does its fault once, or for as long as it takes; it is called again and again while somebody else looks
at the health of the service.
"""

from __future__ import annotations

import itertools
import json
import socket
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx

from tests.api.bodies import JSON, NEURON_BODY, connected, head, read_answer, read_to_end, slow
from tests.server import Server

TYPE = "Content-Type: application/json"
LENGTH = f"Content-Length: {len(NEURON_BODY)}"

Request = tuple[str, bytes]
"""A path and a body."""

LONG = slow(layers=150)
SHORTER = slow(layers=40)
CROWDING = slow(layers=100, samples=200)

MIXED: tuple[Request, ...] = (("/forward", SHORTER), ("/backward", NEURON_BODY))

NESTED = b"[" * 100_000 + b"]" * 100_000
DEEP_BODIES = (NESTED, b'{"batch": {"inputs": ' + NESTED + b"}}", b'{"network": ' + NESTED + b"}")

_MEMBERS = b"{" + b",".join(b'"key%d":%d' % (number, number) for number in range(1_000_000)) + b"}"
MANY_KEYS = (_MEMBERS, b'{"weights": ' + _MEMBERS + b"}", b'{"network": ' + _MEMBERS + b"}")

BOMB_SIZE = 256 * 2**20


def byte_by_byte(server: Server) -> None:
    """Twenty callers send a body in pieces of one byte, half of them in chunks; every one is answered rightly."""
    plain = head("/backward", TYPE, LENGTH)
    chunked = head("/backward", TYPE, "Transfer-Encoding: chunked")
    with ExitStack() as stack:
        callers = [stack.enter_context(connected(server)) for _ in range(20)]
        for caller, start in zip(callers, (plain, chunked) * 10, strict=True):
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            caller.sendall(start)
        for byte in NEURON_BODY:
            for caller, piece in zip(callers, (b"%c" % byte, b"1\r\n%c\r\n" % byte) * 10, strict=True):
                caller.sendall(piece)
        for caller in callers[1::2]:
            caller.sendall(b"0\r\n\r\n")
        answers = [read_answer(caller) for caller in callers]
    assert {status for status, _ in answers} == {200}
    assert json.loads(answers[0][1])["outputs"] == [[6.0]]
    assert len({body for _, body in answers}) == 1


def headers_never_finished(server: Server) -> None:
    """Two hundred callers begin a head and say nothing more; each is told so in the end."""
    with ExitStack() as stack:
        callers = [stack.enter_context(connected(server)) for _ in range(200)]
        for caller in callers:
            caller.sendall(b"POST /backward HTTP/1.1\r\nHost: te")
        assert all(read_to_end(caller).startswith(b"HTTP/1.1 408 ") for caller in callers)


def lengths_that_lie(server: Server) -> None:
    """Bodies shorter than their length, given up or broken off, and longer than it."""
    too_long = head("/backward", TYPE, f"Content-Length: {len(NEURON_BODY) + 10}") + NEURON_BODY
    too_short = head("/backward", TYPE, f"Content-Length: {len(NEURON_BODY) - 1}") + NEURON_BODY
    with ExitStack() as stack:
        waiting = [stack.enter_context(connected(server)) for _ in range(20)]
        for caller in waiting:
            caller.sendall(too_long)
        for _ in range(20):
            with connected(server) as leaving:
                leaving.sendall(too_long)
            with connected(server) as cheat:
                cheat.sendall(too_short)
                assert read_to_end(cheat).startswith(b"HTTP/1.1 400 ")
        assert all(read_to_end(caller).startswith(b"HTTP/1.1 504 ") for caller in waiting)


def callers_that_leave(server: Server) -> None:
    """Each asks for a long computation and goes away in the middle of it."""
    with ExitStack() as stack:
        for _ in range(4):
            caller = stack.enter_context(connected(server))
            caller.sendall(head("/forward", TYPE, f"Content-Length: {len(LONG)}") + LONG)
        time.sleep(0.25)


def refused(server: Server, body: bytes, status: int, **headers: str) -> None:
    """Two at once send a body that is refused with a problem of the contract."""
    sent = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    with server.client() as client, ThreadPoolExecutor(2) as callers:
        for answer in callers.map(lambda _: client.post("/backward", content=body, headers=sent), range(2)):
            assert answer.status_code == status
            assert answer.headers["Content-Type"] == "application/problem+json"


def sixty_four_at_once(server: Server) -> None:
    """Sixty-four clients against a queue of eight: every answer is 200 or 503, none is lost, none is wrong."""
    limits = httpx.Limits(max_connections=64)
    with server.client(limits=limits) as client, ThreadPoolExecutor(64) as callers:
        expected = client.post("/forward", content=CROWDING, headers=JSON)
        answers = list(callers.map(lambda _: client.post("/forward", content=CROWDING, headers=JSON), range(64)))
    assert expected.status_code == 200
    assert {answer.status_code for answer in answers} == {200, 503}
    assert all(answer.content == expected.content for answer in answers if answer.status_code == 200)
    assert all(answer.json()["retryable"] for answer in answers if answer.status_code == 503)


def callers_without_a_key(server: Server) -> None:
    """Eight callers who have none, or a wrong one, with small bodies and large ones."""
    keys: list[dict[str, str]] = [{}, {"Authorization": "Bearer wrong"}]
    with server.client() as client, ThreadPoolExecutor(8) as callers:

        def ask(number: int) -> int:
            body = (NEURON_BODY, LONG)[number // 2 % 2]
            return client.post("/backward", content=body, headers=JSON | keys[number % 2]).status_code

        assert set(callers.map(ask, range(64))) == {401}


class Load:
    """Callers that ask on and on, on a new connection each time, until told to stop; counts what became of it."""

    def __init__(self, server: Server, requests: Sequence[Request], callers: int = 6) -> None:
        self._client = server.client(limits=httpx.Limits(max_keepalive_connections=0))
        self._requests = [(*request, self._ask(*request).content) for request in requests]
        self._pool = ThreadPoolExecutor(callers)
        self._ended = False
        self._running = [self._pool.submit(self._go_on, number) for number in range(callers)]

    def stop(self) -> Counter[str]:
        """How many requests came to which end, once the last one has."""
        self._ended = True
        outcomes = sum((running.result() for running in self._running), Counter[str]())
        self._pool.shutdown()
        self._client.close()
        return outcomes

    def _go_on(self, number: int) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        for request in itertools.islice(itertools.cycle(self._requests), number, None):
            if self._ended:
                break
            outcomes[self._outcome(*request)] += 1
        return outcomes

    def _outcome(self, path: str, body: bytes, expected: bytes) -> str:
        try:
            answer = self._ask(path, body)
        except httpx.TransportError:
            return "lost"
        if answer.status_code != 200:
            return str(answer.status_code)
        return "right" if answer.content == expected else "wrong"

    def _ask(self, path: str, body: bytes) -> httpx.Response:
        return self._client.post(path, content=body, headers=JSON)
