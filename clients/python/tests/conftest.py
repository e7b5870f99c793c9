"""Clients of both kinds that are spoken to in one way, with answers prepared instead of a service.

What is sent and what is answered is read and written here with other code than the client's own.
"""

import asyncio
import base64
import inspect
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest
import safetensors.numpy

from chainrule_client import AsyncClient, Client

Answer = httpx.Response | Exception
Array = npt.NDArray[Any]

LONGEST_START_SECONDS = 60


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

    @property
    def sent(self) -> dict[str, Any]:
        """The document of the one request, with arrays in it."""
        return document_of(self.request)

    def ask(self, name: str, **arguments: Any) -> Any:
        return finished(getattr(self.client, name)(**arguments))

    def forward(self, **arguments: Any) -> Any:
        return self.ask("forward", **arguments)

    def backward(self, **arguments: Any) -> Any:
        return self.ask("backward", **arguments)


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


@pytest.fixture
def answered() -> Callable[..., httpx.Response]:
    """Make an answer of a tree with arrays in it, in an encoding."""
    return answer_of


@pytest.fixture(params=["json", "base64", "safetensors"])
def ask_for(request: pytest.FixtureRequest, connect: Callable[..., Connection]) -> Callable[..., Any]:
    """Give what a client of each kind makes of an answer in each encoding."""

    def ask_for(name: str, tree: dict[str, Any], **arguments: Any) -> Any:
        return connect(answer_of(tree, request.param)).ask(name, **arguments)

    return ask_for


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAINRULE_URL", raising=False)
    monkeypatch.delenv("CHAINRULE_API_KEY", raising=False)


@pytest.fixture
def free_port() -> int:
    """Give a port where nobody listens."""
    return unused_port()


@pytest.fixture(params=["Client", "AsyncClient"])
def ask(request: pytest.FixtureRequest, url: str) -> Callable[..., Any]:
    """Ask the service with a client of each kind."""

    def ask(name: str, *, encoding: Any = "safetensors", **arguments: Any) -> Any:
        if request.param == "Client":
            with Client(base_url=url, encoding=encoding) as client:
                return getattr(client, name)(**arguments)

        async def awaited() -> Any:
            async with AsyncClient(base_url=url, encoding=encoding) as client:
                return await getattr(client, name)(**arguments)

        return asyncio.run(awaited())

    return ask


def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the service ended with {process.returncode} instead of starting"
        try:
            if httpx.get(f"{url}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail(f"the service was not ready within {LONGEST_START_SECONDS} s")


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Start a service, and say where."""
    pytest.importorskip("chainrule", reason="the service is a distribution of its own")
    port = unused_port()
    settings = {"CHAINRULE_HOST": "127.0.0.1", "CHAINRULE_PORT": str(port), "CHAINRULE_DRAIN_SECONDS": "0"}
    own = {name: value for name, value in os.environ.items() if not name.startswith("CHAINRULE_")}
    with subprocess.Popen([sys.executable, "-m", "chainrule", "serve"], env=own | settings) as process:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def document_of(request: httpx.Request) -> dict[str, Any]:
    """The document of a request with arrays in it, whatever the encoding."""
    document: dict[str, Any]
    if request.headers["content-type"] == "application/json":
        document = with_arrays(json.loads(request.content))
        return document
    length = int.from_bytes(request.content[:8], "little")
    document = json.loads(json.loads(request.content[8 : 8 + length])["__metadata__"]["request"])
    for name, array in safetensors.numpy.load(request.content).items():
        part, rest = name.split(".", 1)
        *path, last = [part, *(rest.split("/", 1) if part != "batch" else rest.split(".", 1))]
        branch = document
        for key in path:
            branch = branch.setdefault(key, {})
        branch[last] = array
    return document


def with_arrays(tree: Any) -> Any:
    if isinstance(tree, dict) and "base64" in tree:
        return np.frombuffer(base64.b64decode(tree["base64"]), tree["dtype"]).reshape(tree["shape"])
    return {key: with_arrays(value) for key, value in tree.items()} if isinstance(tree, dict) else tree


def mapped(tree: Any, write: Callable[[Array], Any]) -> Any:
    if isinstance(tree, dict):
        return {key: mapped(value, write) for key, value in tree.items()}
    return write(tree) if isinstance(tree, np.ndarray) else tree


def as_base64(array: Array) -> dict[str, Any]:
    text = base64.b64encode(array.tobytes()).decode()
    return {"dtype": str(array.dtype), "shape": array.shape, "base64": text}


def without_arrays(tree: dict[str, Any], path: tuple[str, ...], tensors: dict[str, Array]) -> dict[str, Any]:
    """The tree without its arrays, which go into `tensors` by the contract's names."""
    rest = {}
    for key, value in tree.items():
        here = (*path, key)
        if isinstance(value, np.ndarray):
            depth = 2 if here[0] == "gradients" else 1
            tensors[".".join([*here[:depth], "/".join(here[depth:])]).rstrip(".")] = value
        elif isinstance(value, dict):
            rest[key] = without_arrays(value, here, tensors)
        else:
            rest[key] = value
    return rest


def answer_of(tree: dict[str, Any], encoding: str, **headers: str) -> httpx.Response:
    if encoding == "safetensors":
        tensors: dict[str, Array] = {}
        rest = without_arrays(tree, (), tensors)
        body = safetensors.numpy.save(tensors, {"response": json.dumps(rest)})
        return httpx.Response(200, content=body, headers={"content-type": "application/vnd.safetensors"} | headers)
    return httpx.Response(
        200,
        json=mapped(tree, as_base64 if encoding == "base64" else lambda array: array.tolist()),
        headers={"content-type": "application/json; charset=utf-8"} | headers,
    )
