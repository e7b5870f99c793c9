"""A request's body, read with a limit on its size, on its time, and counted among all bodies that are held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from starlette.requests import Request

from chainrule.api.problems import Refusal
from chainrule.api.room import Hold
from chainrule.codec import Bytes
from chainrule.errors import Abandoned
from chainrule.settings import Settings

CLOSE = {"Connection": "close"}
"""Sent where the rest of the body is not worth waiting for."""


READ_INTO = "chainrule.read_into"
"""An extension of ASGI that our protocol has: ``call(buffer, arrived)`` reads the rest of a body into a buffer of its
length, tells `arrived` of every piece, and raises ``ConnectionError`` if the caller leaves."""

LARGE = 64 * 1024
"""Bytes from which on it is worth while to read a body in place."""


async def read_body(request: Request, hold: Hold, settings: Settings) -> Bytes:
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

    def arrived(count: int) -> None:
        hold.grow(count)
        if hold.size > limit:
            raise too_large(limit)

    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, declared, arrived)
    except TimeoutError:
        raise Refusal("deadline_exceeded", f"the body did not arrive within {seconds:g} seconds", CLOSE) from None


async def _collect(request: Request, declared: int, arrived: Callable[[int], None]) -> Bytes:
    chunk, last = await _receive(request)
    arrived(len(chunk))
    if last:
        return chunk  # all of it at once, as a small body comes: nothing to put together
    extension = request.scope.get("extensions", {}).get(READ_INTO)
    if extension and declared >= LARGE:
        body = np.empty(declared, np.uint8).data  # no page of it is touched before bytes arrive
        body[: len(chunk)] = chunk
        try:
            await extension["call"](body[len(chunk) :], arrived)
        except ConnectionError:
            raise Abandoned from None
        return body
    pieces = bytearray(chunk)
    while not last:
        chunk, last = await _receive(request)
        arrived(len(chunk))
        pieces += chunk
    return pieces


async def _receive(request: Request) -> tuple[bytes, bool]:
    """The next piece of the body, and whether it is the last."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise Abandoned
    return message.get("body", b""), not message.get("more_body", False)


def too_large(limit: int, more: str = "") -> Refusal:
    """The refusal of a body beyond the limit, said the same way wherever it is noticed."""
    return Refusal("body_too_large", f"a body may have {limit} bytes, counted after decompression{more}")
