"""A request's body, read with a limit on its size, on its time, and counted among all bodies that are held."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from chainrule.api.problems import Refusal
from chainrule.api.room import Hold
from chainrule.errors import Abandoned
from chainrule.settings import Settings

CLOSE = {"Connection": "close"}
"""Sent where the rest of the body is not worth waiting for."""


async def read_body(request: Request, hold: Hold, settings: Settings) -> bytes | bytearray:
    """The body as it was sent, still compressed if it came so.

    Raises
    ------
    Refusal
        ``body_too_large``, as soon as it is known; ``deadline_exceeded`` if it does not arrive; ``overloaded``.
    Abandoned
        If the caller leaves before the end.
    """
    limit, seconds = settings.max_body_bytes, settings.read_timeout_seconds
    declared = int(request.headers.get("content-length", 0))
    if declared > limit:
        raise too_large(limit, f"; this one has {declared}")
    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, hold, limit)
    except TimeoutError:
        raise Refusal("deadline_exceeded", f"the body did not arrive within {seconds:g} seconds", CLOSE) from None


async def _collect(request: Request, hold: Hold, limit: int) -> bytes | bytearray:
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Abandoned
        chunk: bytes = message.get("body", b"")
        hold.grow(len(chunk))
        if hold.size > limit:
            raise too_large(limit)
        last = not message.get("more_body", False)
        if last and not body:
            return chunk  # all of it at once, as a small body comes: nothing to put together
        body += chunk
        if last:
            return body


def too_large(limit: int, more: str = "") -> Refusal:
    """The refusal of a body beyond the limit, said the same way wherever it is noticed."""
    return Refusal("body_too_large", f"a body may have {limit} bytes, counted after decompression{more}")
