"""An answer on its way: it counts until its caller has taken it."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chainrule.api.computation import Answer
from chainrule.api.room import Room

PROMPT = 64 * 1024
"""Bytes that the connection's own buffer takes in at once."""


class Delivery(Response):
    """An answer that holds its place among those that have not left until the connection has taken nearly all of it.

    A caller that reads slowly would otherwise pile up answers, as many as it likes to ask for. One that does not read
    at all is cut by ``serving.protocol``.
    """

    def __init__(self, answer: Answer, media_type: str, unsent: Room) -> None:
        super().__init__(answer.content, headers=_headers(answer), media_type=media_type)
        self._unsent = unsent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer.

        Raises
        ------
        Refusal
            ``overloaded``, if too many answers wait for their callers already.
        """
        if len(self.body) <= PROMPT:
            await super().__call__(scope, receive, send)
            return
        with self._unsent.hold() as hold:
            hold.grow(len(self.body))
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
            self.body = b""
            await asyncio.sleep(0)  # now the connection has it, and says in the next line when it is through
            await send({"type": "http.response.body", "body": b""})


def _headers(answer: Answer) -> dict[str, str]:
    return {"Content-Encoding": answer.compression, "Vary": "Accept-Encoding"} if answer.compression else {}
