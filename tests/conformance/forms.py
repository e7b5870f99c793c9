"""The kit's service, spoken to in more forms than the kit has: compressed both ways, and several encodings at once."""

from __future__ import annotations

import copy
import json
import sys
import zlib
from typing import Any

import httpx

from chainrule.calls import CALLS
from tests.codec.test_compression import COMPRESS
from tests.conformance.kit import KIT

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WITH_ARRAYS = {call.path for call in CALLS if call.has_arrays}

Service: Any = KIT.Service


def dice(content: bytes, sides: int) -> int:
    """A number that looks random, and is the same for the same content."""
    return zlib.crc32(content) % sides


class Plain(Service):  # type: ignore[misc]  # the kit is loaded from its file, and has no types
    """One encoding, and nothing compressed that the case does not say."""

    def __init__(self, url: str, encoding: str) -> None:
        super().__init__(url, encoding, timeout=60.0)
        self.client.headers["Accept-Encoding"] = "identity"


class Compressed(Plain):
    """One encoding, each body compressed, and each answer that is worth it: by gzip or by zstd."""

    def call(self, method: str, endpoint: str, content: bytes | None = None, headers: object = ()) -> Any:
        sent = httpx.Headers(headers)  # type: ignore[arg-type]  # as the kit has them
        name = list(COMPRESS)[dice(content or b"", len(COMPRESS))]
        if method == "POST" and content and "Content-Encoding" not in sent:
            content, sent["Content-Encoding"] = COMPRESS[name](content), name
        sent.setdefault("Accept-Encoding", name)
        answer = super().call(method, endpoint, content, sent)
        if answer.headers.get("Content-Encoding") != "zstd":
            return answer
        kept = {"Content-Type": answer.headers["Content-Type"]}  # httpx knows no zstd
        return httpx.Response(answer.status_code, headers=kept, content=zstd.decompress(answer.content))


class Mixed(Plain):
    """Several encodings in one request: lists beside base64, and an answer of another type than the body."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "json")

    def send(self, endpoint: str, request: Any, **how: Any) -> Any:
        if endpoint not in WITH_ARRAYS or any(how.values()):
            return super().send(endpoint, request, **how)
        request = KIT.as_plain(request)  # what came back as arrays may be sent on
        form = dice(json.dumps(request).encode(), 4)
        if form == 0:
            return super().send(endpoint, request, encoding="safetensors", headers={"Accept": KIT.JSON_TYPE})
        accept = (KIT.SAFETENSORS_TYPE, KIT.JSON_TYPE)[form % 2]
        return super().send(endpoint, partly_base64(request, form % 2), headers={"Accept": accept})


def partly_base64(request: Any, first: int) -> Any:
    """A request in which every second array is base64, from the first or the second one on."""
    mixed, whole = copy.deepcopy(request), KIT.with_base64(request)
    for path, _ in list(KIT.arrays_of(request))[first::2]:
        KIT.put(mixed, path, KIT.follow(whole, path))
    return mixed
