"""The rest of a body, read by the kernel straight into the memory that it is to stay in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chainrule.api.problems import Refusal

Arrived = Callable[[int], None]
"""Told how many bytes have come; a ``Refusal`` ends the reading."""


class Filling(asyncio.BufferedProtocol):
    """Stands in for the protocol of a connection until the rest of a body is in its buffer.

    On the ordinary way each byte of a body is copied five times between the kernel and whoever reads it, and the
    application's task is woken for every piece.

    Parameters
    ----------
    protocol
        What it stands in for.
    buffer
        Where the rest of the body goes, as long as it.
    arrived
        Told of every piece.
    stood_back
        Told when it is the protocol's turn again, before anything else arrives.
    """

    def __init__(
        self, protocol: HttpToolsProtocol, buffer: memoryview, arrived: Arrived, stood_back: Callable[[Filling], None]
    ) -> None:
        self._protocol = protocol
        self._stood_back = stood_back
        self._transport = protocol.transport
        self._buffer = buffer
        self._arrived = arrived
        self._filled = 0
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def done(self) -> None:
        """Read until the buffer is full.

        Raises
        ------
        ConnectionError
            If the caller leaves before.
        Refusal
            If `arrived` refuses.
        """
        self._transport.set_protocol(self)
        try:
            await self._end
        finally:
            self._stand_back()
            del self._end  # what it raised knows of all frames below, and so of the body: it would live until collected

    @property
    def full(self) -> bool:
        """Whether the body is there to its end."""
        return self._filled == len(self._buffer)

    @property
    def filled(self) -> memoryview:
        """What is there of it."""
        return self._buffer[: self._filled]

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Where the next piece goes."""
        return self._buffer[self._filled :]

    def buffer_updated(self, count: int) -> None:
        """A piece is there."""
        self._filled += count
        try:
            self._arrived(count)
        except Refusal as refusal:
            self._finish(refusal)
        else:
            if self.full:
                self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has gone."""
        self._finish(ConnectionResetError())
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._protocol.resume_writing()

    def _finish(self, error: Exception | None = None) -> None:
        self._stand_back()
        if self._end.done():
            return
        if error is None:
            self._end.set_result(None)
        else:
            self._end.set_exception(error)

    def _stand_back(self) -> None:
        if self._transport.get_protocol() is self:
            self._transport.set_protocol(self._protocol)
            self._stood_back(self)
            self._buffer = memoryview(b"")  # uvloop keeps us until the next body that is read in place
