"""uvicorn's HTTP protocol, and what it leaves open: answers in one write, heads in time and of reasonable size.

And no other protocol: whoever offers one is answered in this one, body included.
"""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Any, cast

import structlog
from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from chainrule.api.body import READ_INTO
from chainrule.api.health import PREFIX as HEALTH
from chainrule.api.problems import NO_PAGE, PROBLEM_JSON, Kind, document
from chainrule.serving.in_place import Arrived, Filling
from chainrule.serving.joining import JoiningTransport
from chainrule.serving.turns import Turns

log = structlog.get_logger()

LARGEST_HEAD = 64 * 1024
"""Bytes of a request's first line and headers together; the parser itself would take any number."""

SLOWEST = 16 * 1024
"""Bytes a second of an answer that a caller has to take."""

STEP = 256 * 1024
"""Bytes that the parser is given at once of what was read without it: it copies them."""

LINGER_SECONDS = 1.0
"""How long a caller that was refused may go on sending: closed at once, it would find its connection reset, and no
answer."""

NO_REQUEST = Kind(400, "Bad Request")
LATE_HEAD = Kind(408, "Request Timeout")
LARGE_HEAD = Kind(431, "Request Header Fields Too Large")
"""What is wrong with what came: the contract's codes are for requests, and this is none."""

FRAMING = 8
"""Bytes of chunk sizes that are let through for each byte of a body: a body may come in chunks of one byte."""


class RefusedError(Exception):
    """Ends the parsing of what has been answered already."""


class Parser(HttpRequestParser):
    """Stays with HTTP/1.1 where a caller offers another protocol.

    Java's client and ``curl --http2`` offer HTTP/2 with every request. httptools takes what follows such a head for the
    other protocol, and the body would be lost: the head is parsed a second time, without the offer.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._begin()

    def _begin(self) -> None:
        super().__init__(self._protocol)
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as in uvicorn

    def feed_data(self, data: Any) -> None:
        """Parse what came, and once more what was taken for another protocol."""
        while True:
            try:
                super().feed_data(data)
            except HttpParserUpgrade as offer:
                head = self._protocol.head_without_offer()
                if not head:
                    raise
                self._begin()  # after a head that also said `Connection: close`, nothing more would be parsed
                data = head + data[offer.args[0] :]
            else:
                return


class Protocol(HttpToolsProtocol):
    """One connection, of which nothing is awaited for ever."""

    header_timeout_seconds = 10.0
    send_timeout_seconds = 30.0
    turns: Turns
    """All of them are set on a subclass by `protocol_class`, since uvicorn makes the instances."""

    _refused = False
    """Whether this connection has had its last answer. What comes now is not read."""
    _in_place = False
    """Whether the parser is given what is in its place already."""
    _around_body = 0
    """Bytes of the current request that are not of its body."""
    _offering: list[tuple[bytes, bytes]] | None = None
    """The headers of a head that offered another protocol, until it is parsed again without the offer."""
    _timer: asyncio.TimerHandle | None = None
    """Runs while a head is awaited, or the rest of a body whose answer has already gone out."""
    _send_timer: asyncio.TimerHandle | None = None
    """Runs while an answer waits for the caller to take it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wrap the transport, and wait for the first head."""
        super().connection_made(JoiningTransport(transport, self.loop))  # type: ignore[arg-type]  # by duck typing
        self.parser = Parser(self)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_timer()
        self._stop_send_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The caller is slower than we are: look from time to time whether it takes anything at all."""
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        """The caller has taken nearly everything."""
        self._stop_send_timer()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and look at how much of a head or of trailers it has swallowed."""
        if self._refused:
            return
        if self._timer is None and self._between_requests():
            self._expect_head()
        self._around_body += len(data)
        super().data_received(data)
        if self._around_body > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse_head()

    def on_message_begin(self) -> None:
        """A request begins, perhaps right behind another one."""
        super().on_message_begin()
        self.scope["extensions"] = {READ_INTO: {"call": self._read_into}}
        if self._timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is here. The body has a deadline of its own, where it is read."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._refuse_head()
            raise RefusedError
        if self.parser.should_upgrade() and any(name == b"upgrade" for name, _ in self.headers):
            self._offering = self.headers
            return
        self._stop_timer()
        self._around_body = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count a piece of the body out, with the framing that it may have."""
        self._around_body = max(self._around_body - (1 + FRAMING) * len(body), 0)
        if not self._in_place:
            super().on_body(body)

    def on_response_complete(self) -> None:
        """The answer is out. If the body was refused unread, the rest of it is read and thrown away for a while."""
        cast(JoiningTransport, self.transport).flush()  # the caller has it before it is logged and counted
        super().on_response_complete()
        answered = self.cycle.response_complete  # else it is that of the next request, which has come behind this one
        if answered and self.cycle.more_body and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.header_timeout_seconds, self.transport.close)

    def on_message_complete(self) -> None:
        """The request is here to its end; if it has been answered before, the connection is idle only now."""
        if self._offering is not None:
            return
        super().on_message_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            self._stop_timer()
            self.cycle.more_body = False
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def head_without_offer(self) -> bytes:
        """The head that has just offered another protocol, as it is without that; nothing if there is none."""
        offering, self._offering = self._offering, None
        if offering is None:
            return b""
        version = self.parser.get_http_version().encode()
        first = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)
        return b"\r\n".join([first, *(b"%s: %s" % one for one in offering if one[0] != b"upgrade"), b"", b""])

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed."""
        self._refuse(NO_REQUEST, "what came on this connection is not an HTTP/1.1 request")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        begin = partial(super()._start_asgi_task, cycle, app)
        if cycle.scope["path"].startswith(HEALTH):  # an orchestrator ends what answers late
            begin()
        else:
            self.turns.take(begin)

    async def _read_into(self, buffer: memoryview, arrived: Arrived) -> None:
        """Fill a buffer with the rest of a body; see `api.body`."""
        self.flow.resume_reading()  # a first piece that is large pauses it
        await Filling(self, buffer, arrived, self._catch_up).done()

    def _catch_up(self, filling: Filling) -> None:
        """Bring the parser, which has seen nothing of what was read in place, to where the connection is."""
        if filling.full:
            self.parser = Parser(self)  # what comes now is another request
            self.on_message_complete()
            return
        if self.transport.is_closing():
            return
        self._in_place = True
        for start in range(0, len(filling.filled), STEP):
            self.data_received(filling.filled[start : start + STEP])  # type: ignore[arg-type]  # it takes any buffer
        self._in_place = False

    def _between_requests(self) -> bool:
        cycle = cast(RequestResponseCycle | None, self.cycle)  # None before the first request, which its type hides
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def _expect_head(self) -> None:
        self._around_body = 0
        self._timer = self.loop.call_later(self.header_timeout_seconds, self._head_is_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch_sending(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._send_timer = self.loop.call_later(self.send_timeout_seconds, self._check_sending, waiting)

    def _check_sending(self, before: int) -> None:
        taken = before - self.transport.get_write_buffer_size()
        if taken < SLOWEST * self.send_timeout_seconds:
            self.transport.abort()  # closing would wait for what is left to be taken
        else:
            self._watch_sending()

    def _stop_send_timer(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _head_is_late(self) -> None:
        self._timer = None
        seconds = f"{self.header_timeout_seconds:g}"
        self._refuse(LATE_HEAD, f"the head of a request did not arrive within {seconds} seconds")

    def _refuse_head(self) -> None:
        self._refuse(LARGE_HEAD, f"the headers may have {LARGEST_HEAD} bytes together")

    def _refuse(self, kind: Kind, detail: str) -> None:
        """Give this connection its last answer, if there is room for one, and close it."""
        if self._refused:
            return
        self._refused = True
        self._stop_timer()
        if not self._between_requests() and self.cycle.response_started:
            self.transport.close()
            return
        request_id = uuid.uuid4().hex  # of its own: no head was read to its end that could say one
        body = document(kind, NO_PAGE, detail, request_id)
        head = (
            f"content-type: {PROBLEM_JSON}\r\ncontent-length: {len(body)}\r\n"
            f"x-request-id: {request_id}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[kind.status] + head.encode() + body)
        cast(JoiningTransport, self.transport).end()
        self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)
        log.info("refused_connection", status=kind.status, detail=detail, request_id=request_id)


def protocol_class(header_timeout_seconds: float, send_timeout_seconds: float) -> type[Protocol]:
    """The protocol with these deadlines for heads, and for callers that do not read."""
    seconds = {"header_timeout_seconds": header_timeout_seconds, "send_timeout_seconds": send_timeout_seconds}
    return type("Protocol", (Protocol,), {**seconds, "turns": Turns()})
