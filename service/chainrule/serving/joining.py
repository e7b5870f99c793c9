"""Head and body of an answer in one write."""

from __future__ import annotations

import asyncio
from typing import Any


class JoiningTransport:
    """A transport that sends what is written in one turn of the event loop by one system call, and copies nothing.

    Whoever knows that nothing more comes flushes it before the turn ends.

    uvicorn writes head and body apart. A process killed between the two leaves a 200 without a body, which no load
    balancer tries again.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pending: list[bytes] = []
        self._ended = False

    def write(self, data: bytes) -> None:
        """Send soon; nothing, after the end."""
        if self._ended:
            return
        if not self._pending:
            self._loop.call_soon(self.flush)
        self._pending.append(data)

    def flush(self) -> None:
        """Send now."""
        pending, self._pending = self._pending, []
        if pending and not self._transport.is_closing():
            self._transport.writelines(pending)

    def end(self) -> None:
        """Send what is left, and say that nothing more comes. What the other side has to say can still be read."""
        self.flush()
        self._ended = True
        if not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """Send what is left, and close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
