"""Services to test against: one with the settings it comes with, and as many others as a test needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.server import Server, started

Serve = Callable[..., Server]


OF_A_TERMINAL = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")


def pytest_configure() -> None:
    """Forget the settings and the terminal of whoever runs the tests: each test says which ones it means.

    Workers of pytest-xdist have a width of a terminal in their environment, too.
    """
    for name in [name for name in os.environ if name.startswith("CHAINRULE_") or name in OF_A_TERMINAL]:
        del os.environ[name]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service as it comes, shared by all tests that leave it as it is."""
    yield from started(tmp_path_factory.mktemp("service"), {})


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A client for the shared service."""
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts services with settings of their own: ``serve(QUEUE_SIZE=0)``. They end with the module's tests."""
    with ExitStack() as stack:
        servers: list[Server] = []

        def start(**settings: object) -> Server:
            folder: Path = tmp_path_factory.mktemp("service")
            servers.append(stack.enter_context(contextmanager(started)(folder, settings)))
            return servers[-1]

        yield start
        for server in servers:  # all are told before any is waited for
            server.process.terminate()
