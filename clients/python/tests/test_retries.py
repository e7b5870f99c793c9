"""When a request is sent again, how long the client waits, and what comes out in the end. Nothing really sleeps."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from chainrule_client import ChainruleError, Client, OverloadedError, ServerError, TransportError

Connect = Callable[..., Any]

ASKED: dict[str, Any] = {"network": [{"type": "relu"}], "inputs": [[1.0]]}
DONE = httpx.Response(200, json={"outputs": [[1.0]], "loss": None})
PROBLEM = {"content-type": "application/problem+json"}


def overloaded(**headers: str) -> httpx.Response:
    body = {"type": "/problems/overloaded", "status": 503, "detail": "the queue is full", "retryable": True}
    return httpx.Response(503, json=body, headers=PROBLEM | headers)


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.CloseError("closed"),
        httpx.RemoteProtocolError("server disconnected"),
        httpx.ConnectTimeout("slow"),
        httpx.Response(429),
        httpx.Response(502, html="<h1>Bad Gateway</h1>"),
        httpx.Response(503, html="<h1>No server is available</h1>"),
        httpx.Response(504, html="<h1>Gateway Time-out</h1>"),
        overloaded(),
    ],
    ids=str,
)
def test_passing_trouble_is_got_over(connect: Connect, trouble: Any) -> None:
    connection = connect(trouble, trouble, DONE)
    assert connection.forward(**ASKED).outputs == 1.0
    assert len(connection.requests) == 3
    assert connection.slept == [0.25, 0.5]


@pytest.mark.parametrize(
    "trouble",
    [
        *(httpx.Response(status, json={}, headers=PROBLEM) for status in (400, 401, 404, 406, 413, 415, 422, 500, 504)),
        httpx.Response(502, json={}, headers=PROBLEM),
        httpx.Response(503, json={"retryable": False}, headers=PROBLEM),
        httpx.Response(307),
        httpx.Response(500, html="<h1>Internal Server Error</h1>"),
        httpx.Response(200, html="<h1>Welcome</h1>"),
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.UnsupportedProtocol("gopher"),
        httpx.DecodingError("not gzip"),
    ],
    ids=str,
)
def test_what_would_fail_again_is_sent_once(connect: Connect, trouble: Any) -> None:
    connection = connect(trouble)
    with pytest.raises(ChainruleError):
        connection.forward(**ASKED)
    assert len(connection.requests) == 1
    assert connection.slept == []


def test_every_try_sends_the_same_request_under_the_same_id(connect: Connect) -> None:
    connection = connect(httpx.ReadError(""), overloaded(), DONE)
    connection.forward(**ASKED)
    assert len({request.content for request in connection.requests}) == 1
    assert len({request.headers["x-request-id"] for request in connection.requests}) == 1


def test_the_last_problem_is_raised_once_the_tries_are_used_up(connect: Connect) -> None:
    connection = connect(httpx.ConnectError("refused"), overloaded(), max_retries=2)
    with pytest.raises(OverloadedError, match="the queue is full"):
        connection.forward(**ASKED)
    assert len(connection.requests) == 3
    assert connection.slept == [0.25, 0.5]


def test_the_last_connection_error_is_raised_once_the_tries_are_used_up(connect: Connect) -> None:
    connection = connect(overloaded(), httpx.ConnectError("refused"), max_retries=1)
    with pytest.raises(TransportError, match="ConnectError: refused"):
        connection.forward(**ASKED)
    assert len(connection.requests) == 2


def test_without_retries_there_is_one_try(connect: Connect) -> None:
    connection = connect(httpx.Response(502), max_retries=0)
    with pytest.raises(ServerError):
        connection.forward(**ASKED)
    assert len(connection.requests) == 1


def test_waits_double_up_to_eight_seconds(connect: Connect) -> None:
    connection = connect(*[overloaded()] * 8, DONE, max_retries=8)
    connection.forward(**ASKED)
    assert connection.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_retry_after_is_obeyed_and_only_ever_exceeded(connect: Connect) -> None:
    connection = connect(overloaded(**{"Retry-After": "2"}), overloaded(**{"Retry-After": "0"}), DONE)
    connection.forward(**ASKED)
    assert connection.slept == [2.5, 0.0]


def test_retry_after_may_be_a_date(connect: Connect) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    connection = connect(overloaded(**{"Retry-After": date}), DONE)
    connection.forward(**ASKED)
    (slept,) = connection.slept
    assert 8 * 1.25 < slept <= 10 * 1.25


def test_a_retry_after_that_passed_is_no_wait(connect: Connect) -> None:
    connection = connect(overloaded(**{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), DONE)
    connection.forward(**ASKED)
    assert connection.slept == [0.0]


@pytest.mark.parametrize("text", ["soon", "nan", "inf", ""])
def test_a_retry_after_that_says_nothing_is_passed_over(connect: Connect, text: str) -> None:
    connection = connect(overloaded(**{"Retry-After": text}), DONE)
    connection.forward(**ASKED)
    assert connection.slept == [0.25]


def test_a_wait_of_minutes_is_the_callers_to_decide(connect: Connect) -> None:
    connection = connect(overloaded(**{"Retry-After": "300"}), DONE)
    with pytest.raises(OverloadedError) as caught:
        connection.forward(**ASKED)
    assert caught.value.retry_after == 300
    assert connection.slept == []


class FirstRequestKills(BaseHTTPRequestHandler):
    """A service whose first request is its replica's last."""

    requests = 0

    def do_POST(self) -> None:
        FirstRequestKills.requests += 1
        if FirstRequestKills.requests == 1:
            self.close_connection = True
            return
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(DONE.content)))
        self.end_headers()
        self.wfile.write(DONE.content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parameter's name
        """Say nothing."""


class Impatient(Client):
    def _sleep(self, seconds: float) -> None:
        """Go on at once."""


def test_a_connection_that_really_breaks_is_got_over() -> None:
    FirstRequestKills.requests = 0
    with HTTPServer(("127.0.0.1", 0), FirstRequestKills) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            with Impatient(base_url=f"http://127.0.0.1:{server.server_port}") as client:
                assert client.forward(**ASKED).outputs == 1.0
        finally:
            server.shutdown()
    assert FirstRequestKills.requests == 2


def test_waits_are_spread_at_random() -> None:
    jitters = {Client()._jitter() for _ in range(20)}
    assert len(jitters) == 20
    assert all(0 <= jitter < 1 for jitter in jitters)


def test_each_decision_is_logged_at_debug(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    connection = connect(httpx.ReadError(""), overloaded(**{"Retry-After": "2"}), max_retries=1)
    with caplog.at_level(logging.DEBUG, "chainrule_client"), pytest.raises(OverloadedError):
        connection.forward(**ASKED, request_id="4f1c")
    assert [record.getMessage() for record in caplog.records if record.name == "chainrule_client"] == [
        "4f1c /forward, try 1: ReadError, worth another",
        "4f1c /forward, try 1: the next in 0.250 s",
        "4f1c /forward, try 2: status 503, worth another",
        "4f1c /forward, try 2: given up",
    ]


def test_nothing_is_logged_above_debug(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "chainrule_client"):
        connect(overloaded(), DONE).forward(**ASKED)
    assert [record for record in caplog.records if record.name == "chainrule_client"] == []
