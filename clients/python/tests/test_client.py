"""How a client is set up, and what it does with its connections."""

import asyncio
from typing import Any

import httpx
import pytest

from chainrule_client import AsyncClient, Client

CLIENTS: list[Any] = [Client, AsyncClient]
RELU: dict[str, Any] = {"network": [{"type": "relu"}], "inputs": [[1.0]]}
HTTP_CLIENTS: dict[Any, Any] = {Client: httpx.Client, AsyncClient: httpx.AsyncClient}


def authorization(client: Client | AsyncClient) -> str | None:
    return client._headers.get("Authorization")


@pytest.mark.parametrize("kind", CLIENTS)
class TestSettings:
    def test_the_service_is_local_if_nothing_is_said(self, kind: Any) -> None:
        assert repr(kind()) == f"{kind.__name__}(base_url='http://127.0.0.1:8000', encoding='safetensors')"

    def test_the_environment_says_where_it_is_and_an_argument_comes_first(
        self, kind: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CHAINRULE_URL", "http://elsewhere:9000/")
        assert kind().base_url == "http://elsewhere:9000"
        assert kind(base_url="https://here").base_url == "https://here"

    def test_an_empty_setting_is_none(self, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CHAINRULE_URL", "")
        monkeypatch.setenv("CHAINRULE_API_KEY", "")
        assert kind().base_url == "http://127.0.0.1:8000"
        assert authorization(kind()) is None

    def test_the_key_comes_from_the_environment_unless_given_or_declined(
        self, kind: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert authorization(kind()) is None
        monkeypatch.setenv("CHAINRULE_API_KEY", "secret")
        assert authorization(kind()) == "Bearer secret"
        assert authorization(kind(api_key="other")) == "Bearer other"
        assert authorization(kind(api_key=None)) is None

    def test_the_key_is_not_shown(self, kind: Any) -> None:
        assert "secret" not in repr(kind(api_key="secret"))

    def test_computations_may_take_a_minute_but_connecting_only_seconds(self, kind: Any) -> None:
        assert kind().timeout == httpx.Timeout(60, connect=5, pool=None)

    def test_a_timeout_set_on_the_http_client_is_kept_unless_another_is_given(self, kind: Any) -> None:
        assert kind(http_client=HTTP_CLIENTS[kind](timeout=3)).timeout == httpx.Timeout(3)
        assert kind(http_client=HTTP_CLIENTS[kind](timeout=3), timeout=4).timeout == 4
        assert kind(http_client=HTTP_CLIENTS[kind](timeout=3), timeout=None).timeout is None
        assert kind(http_client=HTTP_CLIENTS[kind]()).timeout == httpx.Timeout(60, connect=5, pool=None)

    def test_headers_of_the_callers_come_before_the_clients_own(self, kind: Any) -> None:
        client = kind(headers={"Accept-Encoding": "gzip", "X-Team": "seven"})
        assert client._headers["Accept-Encoding"] == "gzip"
        assert client._headers["X-Team"] == "seven"

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"base_url": "127.0.0.1:8000"}, "base_url must be like http://127.0.0.1:8000"),
            ({"base_url": "ftp://host"}, "base_url must be like"),
            ({"encoding": "pickle"}, "encoding must be one of json, base64, safetensors, got 'pickle'"),
            ({"max_retries": -1}, "max_retries must be at least 0, got -1"),
        ],
    )
    def test_a_setting_that_cannot_work_is_refused_at_once(
        self, kind: Any, settings: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            kind(**settings)

    def test_everything_is_given_by_name(self, kind: Any) -> None:
        with pytest.raises(TypeError, match="positional"):
            kind("http://127.0.0.1:8000")


def test_a_client_closes_the_connections_it_opened() -> None:
    with Client() as client:
        assert not client._http.is_closed
    assert client._http.is_closed


def test_a_client_leaves_a_given_http_client_open() -> None:
    with httpx.Client() as http_client:
        Client(http_client=http_client).close()
        assert not http_client.is_closed


def test_an_async_client_closes_the_connections_it_opened() -> None:
    async def closed() -> bool:
        async with AsyncClient() as client:
            assert not client._http.is_closed
        return client._http.is_closed

    assert asyncio.run(closed())


def test_an_async_client_leaves_a_given_http_client_open() -> None:
    async def closed() -> bool:
        async with httpx.AsyncClient() as http_client:
            await AsyncClient(http_client=http_client).aclose()
            return http_client.is_closed

    assert not asyncio.run(closed())


def test_an_async_client_has_many_calls_under_way_at_once() -> None:
    under_way, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json={"outputs": [[1.0]], "loss": None})

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http_client:
            client = AsyncClient(http_client=http_client)
            await asyncio.gather(*(client.forward(**RELU) for _ in range(8)))

    asyncio.run(main())
    assert most == 8


def test_a_call_that_is_cancelled_is_not_sent_again() -> None:
    sent = 0

    async def never(request: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += 1
        await asyncio.Event().wait()
        raise AssertionError

    async def main() -> None:
        client = AsyncClient(http_client=httpx.AsyncClient(transport=httpx.MockTransport(never)))
        call = asyncio.create_task(client.forward(**RELU))
        await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    asyncio.run(main())
    assert sent == 1
