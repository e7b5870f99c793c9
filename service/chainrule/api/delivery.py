"""An answer on its way: it counts until its caller has taken it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import groupby

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chainrule.api.computation import Answer
from chainrule.api.room import Room
from chainrule.codec import Bytes

PROMPT = 64 * 1024
"""Bytes that the connection's own buffer takes in at once."""


class Delivery(Response):
    """An answer that holds its place among those that have not left until the connection has taken nearly all of it.

    A caller that reads slowly would otherwise pile up answers, as many as it likes to ask for. One that does not read
    at all is cut by ``serving.protocol``.
    """

    def __init__(self, answer: Answer, media_type: str, unsent: Room) -> None:
        self._size = sum(map(len, answer.pieces))
        prompt = self._size <= PROMPT
        self._pieces = [] if prompt else together(answer.pieces)
        self._unsent = unsent
        super().__init__(
            b"".join(answer.pieces) if prompt else b"", headers=_headers(answer, self._size), media_type=media_type
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer.

        Raises
        ------
        Refusal
            ``overloaded``, if too many answers wait for their callers already.
        """
        if not self._pieces:
            await super().__call__(scope, receive, send)
            return
        with self._unsent.hold() as hold:
            hold.grow(self._size)
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while self._pieces:  # so that nothing but the connection holds what it has
                await send({"type": "http.response.body", "body": self._pieces.pop(0), "more_body": True})
            await asyncio.sleep(0)  # now the connection has it, and says in the next line when it is through
            await send({"type": "http.response.body", "body": b""})


def together(pieces: Iterable[Bytes]) -> list[Bytes]:
    """The same bytes with neighbours joined that are small: each piece passes through all of the middleware alone.

    >>> together([b"head", b"bias", bytes(PROMPT), b"tail"]) == [b"headbias", bytes(PROMPT), b"tail"]
    True
    """
    runs = groupby(pieces, key=lambda piece: len(piece) < PROMPT)
    return [piece for small, run in runs for piece in ([b"".join(run)] if small else run)]


def _headers(answer: Answer, size: int) -> dict[str, str]:
    compressed = {"Content-Encoding": answer.compression, "Vary": "Accept-Encoding"} if answer.compression else {}
    return {"Content-Length": str(size), **compressed}
