"""API keys: ``Authorization: Bearer <key>``, compared in constant time, named nowhere."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable

from pydantic import SecretStr
from starlette.requests import Request

from chainrule.api.problems import Refusal


def key_required(keys: Iterable[SecretStr]) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets in whoever has one of the keys.

    Raises
    ------
    Refusal
        ``unauthorized``, with ``WWW-Authenticate``.
    """
    known = [key.get_secret_value().encode() for key in keys]

    async def check(request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise _unauthorized("an API key is required: send it as `Authorization: Bearer <key>`", "")
        sent = key.strip().encode("latin-1")
        # Every key is compared, so that the time tells nothing about which one it was.
        if not sum(hmac.compare_digest(sent, one) for one in known):
            raise _unauthorized("the API key is not a known one", ', error="invalid_token"')

    return check


def _unauthorized(detail: str, error: str) -> Refusal:
    return Refusal("unauthorized", detail, {"WWW-Authenticate": f'Bearer realm="chainrule"{error}'})
