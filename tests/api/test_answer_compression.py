"""Answers are compressed for those who ask for it from afar, and only where that is worth while."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from chainrule.app import create_app
from chainrule.codec import SAFETENSORS, decompress
from chainrule.settings import Settings

AFAR = ("203.0.113.5", 4711)
LARGE = {"network": {"layers": [{"type": "sigmoid"}]}, "batch": {"inputs": [[float(n) for n in range(5000)]]}}
SMALL = {"network": {"layers": [{"type": "sigmoid"}]}, "batch": {"inputs": [[1.0, 2.0]]}}


@pytest.fixture
async def afar() -> AsyncIterator[httpx.AsyncClient]:
    """A client on another machine, as far as the application can tell."""
    app = create_app(Settings())
    transport = httpx.ASGITransport(app, client=AFAR)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client
    app.state.service.workers.close()


async def raw(client: httpx.AsyncClient, accepts: str | None, document: object = LARGE) -> tuple[httpx.Response, bytes]:
    """An answer, and its bytes as they were sent."""
    headers = {"Content-Type": "application/json", "Accept-Encoding": accepts or ""}
    if accepts is None:
        del headers["Accept-Encoding"], client.headers["Accept-Encoding"]
    async with client.stream("POST", "/forward", content=orjson.dumps(document), headers=headers) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("accepts", "compression"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.9", "gzip"),
        ("GZIP;q=0.1", "gzip"),
    ],
)
async def test_who_asks_for_it_gets_a_large_answer_compressed(
    afar: httpx.AsyncClient, accepts: str, compression: str
) -> None:
    _, plain = await raw(afar, "identity")
    answer, body = await raw(afar, accepts)
    assert answer.headers["Content-Encoding"] == compression
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(body) < len(plain) / 2
    if compression == "gzip":
        assert zlib.decompress(body, wbits=31) == plain
    else:
        assert bytes(decompress(body, "zstd", len(plain))) == plain


@pytest.mark.parametrize("accepts", [None, "", "identity", "br", "gzip;q=0, zstd;q=0", "*"])
async def test_who_does_not_gets_it_as_it_is(afar: httpx.AsyncClient, accepts: str | None) -> None:
    answer, body = await raw(afar, accepts)
    assert "Content-Encoding" not in answer.headers
    assert orjson.loads(body)["outputs"]


async def test_small_answers_and_binary_numbers_are_not_worth_it(afar: httpx.AsyncClient) -> None:
    answer, _ = await raw(afar, "gzip, zstd", SMALL)
    assert "Content-Encoding" not in answer.headers
    answer, _ = await raw(afar, "gzip, zstd", LARGE | {"options": {"encoding": "base64"}})
    assert "Content-Encoding" not in answer.headers
    headers = {"Accept": SAFETENSORS, "Accept-Encoding": "gzip"}
    assert "Content-Encoding" not in (await afar.post("/forward", json=LARGE, headers=headers)).headers


def test_on_the_same_machine_it_is_never_worth_it(client: httpx.Client) -> None:
    answer = client.post("/forward", json=LARGE, headers={"Accept-Encoding": "gzip, zstd"})
    assert "Content-Encoding" not in answer.headers
