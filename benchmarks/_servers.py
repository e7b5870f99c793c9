"""Starts the servers that ours is compared with, each in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from chainrule.serving.process import HEAP, M_MMAP_THRESHOLD, M_TOP_PAD, M_TRIM_THRESHOLD
from tests.server import Server, started, wait_for

ROOT = Path(__file__).parents[1]

PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
"""The environment that `make bench` makes for peers, whose packages do not fit beside ours."""

UVICORN = ("-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--timeout-keep-alive", "60")

KEPT_HEAP = {
    "MALLOC_MMAP_THRESHOLD_": HEAP[M_MMAP_THRESHOLD],
    "MALLOC_TRIM_THRESHOLD_": HEAP[M_TRIM_THRESHOLD],
    "MALLOC_TOP_PAD_": HEAP[M_TOP_PAD],
}
"""What `chainrule serve` sets for itself. Without it the bare server takes twice as long."""


def chainrule(folder: Path, **settings: object) -> AbstractContextManager[Server]:
    """Run ours as it comes; its log is kept in the folder."""
    return contextmanager(started)(folder, {"LOG_LEVEL": "info", **settings})


@contextmanager
def bare() -> Iterator[int]:
    """Run the bare server in our own environment; gives its port, as do all."""
    with _running(sys.executable, *UVICORN, "benchmarks._peers.bare:app", "--lifespan", "off") as port:
        yield port


@contextmanager
def tesseract(folder: Path) -> Iterator[int]:
    """Run tesseract-core as its own `serve` does, but with its log off; it keeps files of each run in the folder."""
    api = ROOT / "benchmarks" / "_peers" / "tesseract_api.py"
    settings = {"TESSERACT_API_PATH": str(api), "TESSERACT_OUTPUT_PATH": str(folder)}
    with _running(str(PEERS), *UVICORN, "tesseract_core.runtime.app_http:app", **settings) as port:
        yield port


@contextmanager
def um_bridge() -> Iterator[int]:
    """Run UM-Bridge, which has a server of its own."""
    with _running(str(PEERS), "-m", "benchmarks._peers.um_bridge") as port:
        yield port


@contextmanager
def _running(*command: str, **settings: str) -> Iterator[int]:
    """Run a command that takes its port as ``--port``, and wait until it listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    heap = {name: str(value) for name, value in KEPT_HEAP.items()}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **heap, **settings}
    process = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)

    def listens() -> bool:
        assert process.poll() is None, f"{command[2]} ended with {process.returncode}"
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_for(listens)
        yield port
    finally:
        process.terminate()
        process.wait()
