"""What happens to every request, whatever it asks for: an id, safe headers, a log line, a place in the metrics.

Plain ASGI, one small class a subject; `create_app` puts them around the router in the order in which they stand here.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainrule.api import tracing
from chainrule.api.metrics import UNMATCHED
from chainrule.api.problems import unforeseen
from chainrule.api.service import Service

log = structlog.get_logger()

REQUEST_ID = "X-Request-ID"
_ACCEPTABLE_ID = re.compile(r"[\x20-\x7e]{1,128}")

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""On every answer that does not say otherwise: data is neither guessed at, nor framed, nor run."""

QUIET_ROUTES = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds by machines; their lines are for debugging."""


class RequestId:
    """Gives every request an id, the caller's own if it has one, and sends it back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        _state(scope)["request_id"] = request_id
        tracing.tell("request_id", request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)


class Observation:
    """Tells the log and the metrics what became of a request, and the caller where the time went."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.metrics = service.metrics
        self.traces = service.settings.traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, state = perf_counter(), _state(scope)
        status, sent = 0, 0

        async def send_observed(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                if "problem_code" in state:
                    tracing.tell("problem", state["problem_code"])
                if "stopwatch" in state:
                    MutableHeaders(scope=message)["Server-Timing"] = state["stopwatch"].header()
            else:
                sent += len(message.get("body", b""))
            await send(message)

        self.metrics.request_began()
        try:
            await self.app(scope, receive, send_observed)
        finally:
            self._record(scope, state, status, perf_counter() - start, sent)

    def _record(self, scope: Scope, state: MutableMapping[str, Any], status: int, seconds: float, sent: int) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        problem, received = state.get("problem_code", ""), state.get("received_bytes", 0)
        self.metrics.request_ended(route, status, problem, seconds, received, sent)
        if "stopwatch" in state:
            self.metrics.phases(state["stopwatch"].seconds)
            if self.traces:
                tracing.record_phases(state["stopwatch"].spans)
        write = log.debug if route in QUIET_ROUTES else log.warning if status >= 500 else log.info
        write(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(1000 * seconds, 3),
            received_bytes=received,
            sent_bytes=sent,
            request_id=state["request_id"],
            **({"problem": problem} if problem else {}),
            **({"trace_id": trace_id} if (trace_id := self._trace_id(scope)) else {}),
        )

    def _trace_id(self, scope: Scope) -> str | None:
        """The trace that a request belongs to: ours, or that of the caller who traces on its own."""
        if self.traces:
            return tracing.trace_id()
        parent = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
        return parent["trace"] if parent else None


class SafeHeaders:
    """Adds the headers that keep browsers careful, and asks callers to leave while the process drains."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                if self.service.draining:  # the next request on this connection might meet a closed one
                    headers["Connection"] = "close"
            await send(message)

        await self.app(scope, receive, send_safely)


class LastResort:
    """Answers a problem where the code itself is at fault, and leaves the stack in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except Exception:  # whatever it is, the caller gets an answer and the process goes on
            log.exception("unforeseen", request_id=_state(scope).get("request_id"))
            if started or scope["type"] != "http":
                raise
            await unforeseen(Request(scope))(scope, receive, send)


def _state(scope: Scope) -> MutableMapping[str, Any]:
    """Starlette's ``request.state`` of a request, as the mapping that it wraps."""
    state: MutableMapping[str, Any] = scope.setdefault("state", {})
    return state
