"""Several processes on the same listening sockets: replaced when one dies, drained together when it is time to stop."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from time import monotonic
from types import FrameType

import structlog
from prometheus_client.multiprocess import mark_process_dead

from chainrule.logs import configure_logging
from chainrule.settings import Settings

log = structlog.get_logger()

SHORT_LIFE_SECONDS = 5.0
"""A worker that is killed sooner is replaced only after a pause, so that dying again and again takes no core."""

PAUSE_SECONDS = 1.0


def supervise(settings: Settings, listeners: Sequence[socket.socket]) -> int:
    """Run as many workers as the settings say until told to stop; the exit code of the whole."""
    with tempfile.TemporaryDirectory(prefix="chainrule-metrics-") as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory  # read by prometheus_client when a worker imports it
        return Supervisor(settings, listeners).run()


class Supervisor:
    """Starts workers, and starts another wherever one was killed."""

    def __init__(self, settings: Settings, listeners: Sequence[socket.socket]) -> None:
        self._settings = settings
        self._listeners = listeners
        self._workers: dict[int, SpawnProcess] = {}  # by sentinel, which becomes readable at the end of a process
        self._started: dict[int, float] = {}  # by sentinel too
        self._stopping = False
        self._exit_code = 0

    def run(self) -> int:
        """Return when the last worker has ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for _ in range(self._settings.workers):
            self._start()
        while self._workers:
            for sentinel in wait(list(self._workers)):
                assert isinstance(sentinel, int)
                self._bury(self._workers.pop(sentinel), monotonic() - self._started.pop(sentinel))
        return self._exit_code

    def _start(self) -> None:
        # A fresh interpreter, not a fork: NumPy has to load with the number of threads that was just set.
        worker = multiprocessing.get_context("spawn").Process(target=_work, args=(self._settings, self._listeners))
        worker.start()
        self._workers[worker.sentinel] = worker
        self._started[worker.sentinel] = monotonic()
        log.info("worker_started", pid=worker.pid)
        if self._stopping:  # the signal came while it was being started
            worker.terminate()

    def _bury(self, worker: SpawnProcess, seconds: float) -> None:
        worker.join()
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it has no types
        if self._stopping:
            return
        if worker.exitcode is not None and worker.exitcode > 0:
            log.error("worker_failed", pid=worker.pid, exit_code=worker.exitcode, then="stopping: another would too")
            self._exit_code = 1
            self._stop()
        else:
            log.warning("worker_died", pid=worker.pid, exit_code=worker.exitcode, then="starting another")
            if seconds < SHORT_LIFE_SECONDS:
                time.sleep(PAUSE_SECONDS)
            if not self._stopping:
                self._start()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        self._stopping = True
        for worker in list(self._workers.values()):
            worker.terminate()


def _work(settings: Settings, listeners: Sequence[socket.socket]) -> None:
    """The life of one worker."""
    from chainrule.serving.server import serve  # noqa: PLC0415  # the supervisor itself needs no NumPy and no routes

    configure_logging(settings.log_level, settings.log_format)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(settings, listeners)


def _end_with_parent() -> None:
    """Stop as if told to, once nobody would tell."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
