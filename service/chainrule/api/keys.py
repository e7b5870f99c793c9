"""API keys: ``Authorization: Bearer <key>``, compared by hash and in constant time, named nowhere."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256

from pydantic import SecretBytes
from starlette.requests import Request

from chainrule.api.problems import Refusal


def key_required(hashes: Iterable[SecretBytes]) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets in whoever has a key with one of these SHA-256 hashes.

    Raises
    ------
    Refusal
        ``unauthorized``, with ``WWW-Authenticate``.
    """
    known = [one.get_secret_value() for one in hashes]

    async def check(request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise _unauthorized("an API key is required: send it as `Authorization: Bearer <key>`", "")
        sent = sha256(key.strip().encode("latin-1")).digest()
        # Every key is compared, so that the time tells nothing about which one it was.
        if not sum(hmac.compare_digest(sent, one) for one in known):
            raise _unauthorized("the API key is not a known one", ', error="invalid_token"')

    return check


def _unauthorized(detail: str, error: str) -> Refusal:
    return Refusal("unauthorized", detail, {"WWW-Authenticate": f'Bearer realm="chainrule"{error}'})
