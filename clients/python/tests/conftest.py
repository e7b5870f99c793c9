"""Clients of both kinds that are spoken to in one way, with answers prepared instead of a service."""

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from chainrule_client import AsyncClient, Client

Answer = httpx.Response | Exception


class StillClient(Client):
    """A client whose waits are written down instead of waited for, and never random."""

    slept: list[float]

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def _jitter(self) -> float:
        return 1.0


class StillAsyncClient(AsyncClient):
    slept: list[float]

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def _jitter(self) -> float:
        return 1.0


@dataclass
class Prepared:
    """Stands for a service: gives its answers one after the other, the last of them for ever."""

    answers: list[Answer]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        # A copy: httpx writes the request into the answer, and an answer can come twice.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@dataclass
class Connection:
    """A client, what it was asked to send, and how long it slept in between."""

    client: StillClient | StillAsyncClient
    requests: list[httpx.Request]

    @property
    def slept(self) -> list[float]:
        return self.client.slept

    @property
    def request(self) -> httpx.Request:
        (request,) = self.requests
        return request

    def forward(self, **arguments: Any) -> Any:
        return finished(self.client.forward(**arguments))

    def backward(self, **arguments: Any) -> Any:
        return finished(self.client.backward(**arguments))


def finished(result: Any) -> Any:
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def opened(kind: str, transport: httpx.MockTransport, **settings: Any) -> StillClient | StillAsyncClient:
    client: StillClient | StillAsyncClient
    if kind == "Client":
        client = StillClient(http_client=httpx.Client(transport=transport), **settings)
    else:
        client = StillAsyncClient(http_client=httpx.AsyncClient(transport=transport), **settings)
    client.slept = []
    return client


@pytest.fixture(params=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest) -> Callable[..., Connection]:
    """Connect a client of each kind to prepared answers."""

    def connect(*answers: Answer, **settings: Any) -> Connection:
        service = Prepared(list(answers))
        return Connection(opened(request.param, httpx.MockTransport(service), **settings), service.requests)

    return connect


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAINRULE_URL", raising=False)
    monkeypatch.delenv("CHAINRULE_API_KEY", raising=False)
