"""What a process and a connection do beneath the application."""

from __future__ import annotations

import asyncio
import os
import platform
import socket
from functools import partial
from pathlib import Path
from typing import cast

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from chainrule.cores import available_cores, blas_threads, part_threads
from chainrule.serving.joining import JoiningTransport
from chainrule.serving.listener import duplicated, open_listener, url_of
from chainrule.serving.process import BLAS_THREADS, keep_heap, share_cores
from chainrule.serving.protocol import protocol_class
from chainrule.serving.turns import Turns


class Wire(asyncio.Transport):
    """A transport that notes what it is asked to send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[list[bytes]] = []
        self.closed = False

    def writelines(self, list_of_data: object) -> None:
        assert not self.closed
        self.sent.append(list(cast(list[bytes], list_of_data)))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, name: str, default: object = None) -> object:
        return f"the {name}" if name == "peername" else default


async def test_head_and_body_leave_together() -> None:
    wire = Wire()
    transport = JoiningTransport(wire, asyncio.get_running_loop())
    transport.write(b"head")
    transport.write(b"body")
    assert wire.sent == []
    await asyncio.sleep(0)
    assert wire.sent == [[b"head", b"body"]]


async def test_what_was_written_is_sent_before_the_connection_closes() -> None:
    wire = Wire()
    transport = JoiningTransport(wire, asyncio.get_running_loop())
    transport.write(b"head")
    transport.close()
    await asyncio.sleep(0)
    assert (wire.sent, wire.closed) == ([[b"head"]], True)


async def test_nothing_is_sent_on_a_connection_that_has_gone() -> None:
    wire = Wire()
    transport = JoiningTransport(wire, asyncio.get_running_loop())
    transport.write(b"head")
    wire.closed = True
    await asyncio.sleep(0)
    assert wire.sent == []


async def test_everything_else_is_asked_of_the_transport_itself() -> None:
    assert JoiningTransport(Wire(), asyncio.get_running_loop()).get_extra_info("peername") == "the peername"


async def test_an_answer_has_left_when_the_application_is_told_that_it_is_complete() -> None:
    wire, seen = Wire(), []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"bo", "more_body": True})
        assert wire.sent == []
        await send({"type": "http.response.body", "body": b"dy"})
        seen.extend(wire.sent)

    config = uvicorn.Config(app, lifespan="off", log_config=None)
    protocol = protocol_class(10, 10)(config=config, server_state=ServerState(), app_state={})
    protocol.connection_made(wire)
    protocol.data_received(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: keep-alive\r\n\r\n")
    await asyncio.gather(*protocol.tasks)
    protocol.connection_lost(None)
    (pieces,) = seen
    assert b"".join(pieces).endswith(b"\r\n\r\nbody")


async def test_one_request_begins_in_each_turn_of_the_event_loop() -> None:
    turns, begun = Turns(), list[int]()
    for number in range(3):
        turns.take(partial(begun.append, number))
    assert begun == [0]  # at once, since nothing waited
    await asyncio.sleep(0)
    assert begun == [0, 1]
    turns.take(partial(begun.append, 3))
    assert begun == [0, 1]  # not before those that wait
    for _ in range(3):
        await asyncio.sleep(0)
    assert begun == [0, 1, 2, 3]
    turns.take(partial(begun.append, 4))
    assert begun == [0, 1, 2, 3, 4]


async def test_a_health_check_begins_before_all_requests_that_wait() -> None:
    served = list[str]()

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        served.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, lifespan="off")
    config.load()
    make, state, loop = protocol_class(10, 10), ServerState(), asyncio.get_running_loop()
    for path in ("/forward", "/backward", "/summary", "/health/live"):
        protocol = make(config=config, server_state=state, app_state={}, _loop=loop)
        protocol.connection_made(Wire())
        protocol.data_received(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    for _ in range(10):
        await asyncio.sleep(0)
    assert served == ["/forward", "/health/live", "/backward", "/summary"]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these switches")
def test_glibc_is_told_to_keep_its_heap() -> None:
    assert keep_heap()


def test_duplicated_workers_get_one_blas_thread_each_unless_the_operator_said_otherwise() -> None:
    environment = {"OMP_NUM_THREADS": "3"}
    share_cores(2, 2, environment)
    assert environment == dict.fromkeys(BLAS_THREADS, "1") | {"OMP_NUM_THREADS": "3"}


def test_one_worker_shares_its_cores_among_its_threads() -> None:
    alone: dict[str, str] = {}
    crowded: dict[str, str] = {}
    share_cores(1, 1, alone)
    share_cores(1, 1000, crowded)
    assert alone == dict.fromkeys(BLAS_THREADS, str(available_cores()))
    assert crowded == dict.fromkeys(BLAS_THREADS, "1")


@pytest.mark.parametrize("workers", [1, 2, 1000])
@pytest.mark.parametrize("threads", [1, 2, 1000])
def test_parts_of_a_batch_and_blas_share_the_cores(workers: int, threads: int) -> None:
    taken = workers * part_threads(workers, threads) * blas_threads(workers, threads)
    assert 1 <= taken <= max(available_cores(), workers)


@pytest.mark.parametrize(
    ("content", "cores"), [("50000 100000", 1), ("100000 100000", 1), ("nonsense", None), ("max 1", None)]
)
def test_a_containers_quota_limits_the_cores(tmp_path: Path, content: str, cores: int | None) -> None:
    limit = tmp_path / "cpu.max"
    limit.write_text(content)
    assert available_cores(limit) == (cores or available_cores(tmp_path / "missing"))


@pytest.mark.parametrize(("host", "start"), [("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")])
def test_the_listener_says_where_it_is(host: str, start: str) -> None:
    if ":" in host and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with open_listener(host, 0) as listener:
        url = url_of(listener)
    assert url.startswith(start)
    assert int(url.rpartition(":")[2]) > 0


def test_a_listener_is_duplicated_and_none_of_them_ever_waits() -> None:
    with open_listener("127.0.0.1", 0) as listener:
        there = socket.socket(fileno=os.dup(listener.fileno()))  # as another process gets it
        first, *again = duplicated([there])
        assert first is there  # what is closed has to be the one that there was
        assert len(again) >= 3
        assert {one.getsockname() for one in again} == {listener.getsockname()}
        assert not os.get_blocking(listener.fileno())
        for one in (first, *again):
            assert one.gettimeout() == 0
            one.close()
