"""The rest of a body, read by the kernel straight into the memory that it is to stay in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chainrule.api.problems import Refusal

PIECE = 256 * 1024
"""Bytes that are read at once, at the most: as many as stay in the cache while the parser steps over them."""

Arrived = Callable[[int], None]
"""Told how many bytes have come; a ``Refusal`` ends the reading."""


class Filling(asyncio.BufferedProtocol):
    """Stands in for the protocol of a connection until a buffer is full.

    On the ordinary way each byte of a body is copied five times between the kernel and whoever reads it, and the
    application's task is woken for every piece.

    Parameters
    ----------
    protocol
        What it stands in for.
    step_over
        Told every piece, for the parser, which has to know where the next request begins.
    buffer
        Where the next bytes go. There must not be fewer of them in the body.
    arrived
        Told of every piece.
    """

    def __init__(
        self, protocol: HttpToolsProtocol, step_over: Callable[[memoryview], None], buffer: memoryview, arrived: Arrived
    ) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._step_over = step_over
        self._buffer = buffer
        self._arrived = arrived
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

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Where the next piece goes."""
        return self._buffer[:PIECE]

    def buffer_updated(self, count: int) -> None:
        """A piece is there."""
        piece, self._buffer = self._buffer[:count], self._buffer[count:]
        self._step_over(piece)
        try:
            self._arrived(count)
        except Refusal as refusal:
            self._finish(refusal)
        else:
            if not self._buffer:
                self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has gone."""
        self._protocol.connection_lost(exc)
        self._finish(ConnectionResetError())

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
