"""A real service for tests: `chainrule serve` in a process of its own, on a free port, with the settings of a test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

PATIENCE_SECONDS = 120.0
"""Only a test that fails waits this long."""


class Server:
    """A running service."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log
        self.url = wait_for(self._listening_at)
        self.host, self.port = httpx.URL(self.url).host, int(httpx.URL(self.url).port or 80)
        wait_for(self._is_ready)

    def client(self, **options: Any) -> httpx.Client:
        """A client for this service alone."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False, **options)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of the log about one kind of event."""
        return [event for event in map(_event, self.log_text().splitlines()) if event.get("event") == name]

    def log_text(self) -> str:
        """Everything that the service has written."""
        return self._log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code that follows."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def _listening_at(self) -> str | None:
        self._check_alive()
        return next((event["url"] for event in self.events("listening")), None)

    def _is_ready(self) -> bool:
        self._check_alive()
        try:
            return httpx.get(f"{self.url}/health/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def _check_alive(self) -> None:
        code = self.process.poll()
        assert code is None, f"the service ended with {code}:\n{self.log_text()}"


def started(folder: Path, settings: Mapping[str, object]) -> Iterator[Server]:
    """A service with these settings, without the prefix and of any type; ended when the iteration goes on."""
    log = folder / "service.log"
    given = {"PORT": 0, "LOG_FORMAT": "json", "LOG_LEVEL": "debug"} | dict(settings)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "chainrule", "serve"],
            env=environment(given),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Server(process, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This process's environment with the settings of a test, and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHAINRULE_")}
    return kept | {f"CHAINRULE_{name}": str(value) for name, value in settings.items()}


def wait_for(look: Callable[[], T | None], seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` gives as soon as it gives something true; a failure if it never does."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, f"waited {seconds:g} seconds for {look.__name__}"
        time.sleep(0.01)


def _event(line: str) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return event
