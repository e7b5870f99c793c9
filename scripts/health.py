"""How long ``/health/live`` takes, asked at a steady pace from a process of its own. Standard library only.

::

    health.py probe URL…   ask each of them until the standard input ends; then the milliseconds of each, as JSON
    health.py bare         a server that does nothing but answer: where it is late, it is the machine that is late

Each probe is a connection of its own, as an orchestrator's is, and is sent when it is due whether those before it have
been answered or not: a service that stands still for half a second is late for fifty, not for one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Self

INTERVAL_SECONDS = 0.01
PATIENCE_SECONDS = 10.0

REQUEST = b"GET /health/live HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Health(NamedTuple):
    """What was seen of one server: milliseconds, infinitely many where no 200 came."""

    probes: int
    median: float
    percentile99: float
    worst: float

    @classmethod
    def of(cls, milliseconds: Sequence[float | None]) -> Health:
        """The summary of many probes."""
        ordered = sorted(math.inf if one is None else one for one in milliseconds)
        last = len(ordered) - 1
        return cls(len(ordered), ordered[last // 2], ordered[math.ceil(0.99 * last)], ordered[last])

    def __str__(self) -> str:
        shown = (f"{one:.1f}" for one in self[1:])
        return "{} probes, median {} ms, 99th percentile {} ms, worst {} ms".format(self.probes, *shown)


class Probing:
    """Asks servers about their health while a ``with`` block runs; ``health`` says afterwards what was seen of each."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls
        self.health: list[Health] = []

    def __enter__(self) -> Self:
        command = [sys.executable, __file__, "probe", *self._urls]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout
        self._process.stdout.readline()  # it has begun
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None) -> None:
        seen, _nothing = self._process.communicate()
        if kind is None:
            self.health = [Health.of(one) for one in json.loads(seen)]


class Bare:
    """A bare server in a process of its own, while a ``with`` block runs."""

    def __enter__(self) -> Self:
        command = [sys.executable, __file__, "bare"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._process.stdout
        self.url = self._process.stdout.readline().decode().strip()
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.terminate()


async def probe(urls: Sequence[str]) -> None:
    """Ask until the standard input ends, and print what was seen."""
    print("begun", flush=True)
    end = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    begun, probes = time.monotonic(), [list[asyncio.Task[float | None]]() for _ in urls]
    while not end.done():
        due = begun + INTERVAL_SECONDS * len(probes[0])
        await asyncio.sleep(due - time.monotonic())
        for url, asked in zip(urls, probes, strict=True):
            asked.append(asyncio.create_task(_milliseconds(url, due)))
    print(json.dumps([await asyncio.gather(*asked) for asked in probes]))


async def _milliseconds(url: str, due: float) -> float | None:
    """The time from when a probe was due until it is answered, if it is."""
    parts = urllib.parse.urlsplit(url)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            with contextlib.closing(writer):
                writer.write(REQUEST)
                answered = (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return None
    return round(1000 * (time.monotonic() - due), 3) if answered else None


def serve_bare() -> None:
    """Answer whatever is asked, at once, until killed."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(4096)
                connection.sendall(ANSWER)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="How long /health/live takes.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("probe").add_argument("urls", nargs="+", metavar="URL")
    commands.add_parser("bare")
    given = parser.parse_args()
    if given.command == "probe":
        asyncio.run(probe(given.urls))
    else:
        serve_bare()


if __name__ == "__main__":
    main()
