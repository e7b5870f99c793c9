"""One process that serves: uvicorn as we want it, with an end that an orchestrator can see coming."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from time import monotonic
from types import FrameType

import structlog
import uvicorn

from chainrule.api.room import Room
from chainrule.api.service import Service
from chainrule.api.workers import Workers
from chainrule.app import create_app
from chainrule.serving.listener import duplicated
from chainrule.serving.process import MEBIBYTE, give_back_heap, keep_heap, spare_what_stays
from chainrule.serving.protocol import protocol_class
from chainrule.settings import Settings

log = structlog.get_logger()

REST_SECONDS = 5.0
"""How long nothing is computed until memory is given back, ..."""

WORK_SECONDS = 60.0
"""... and how long work goes on without such a rest until it is given back nevertheless: between blocks that are in use
the heap has ever larger holes."""

SWITCH_SECONDS = 0.0005
"""How long a thread that computes in Python keeps the interpreter from the others. An answer of the event loop needs
it several times, and with Python's own 0.005 each time costs 5 ms for every thread that computes."""


class Tidying:
    """When to give memory back.

    While requests follow each other, the heap that glibc keeps makes them fast. Afterwards it would stay as large as
    the largest request ever needed it.
    """

    def __init__(self, workers: Workers, intake: Room) -> None:
        self._workers = workers
        self._intake = intake
        self._done = self._doings()
        self._rested = self._overdue = float("inf")

    def is_due(self) -> bool:
        """True once for each pause, after `REST_SECONDS` of it, and after each `WORK_SECONDS` without one."""
        now, done = monotonic(), self._doings()
        working = self._workers.running > 0 or done != self._done
        if working:
            self._done = done
            self._rested = now + REST_SECONDS
            self._overdue = min(self._overdue, now + WORK_SECONDS)
            due = now >= self._overdue
        else:
            due = now >= self._rested
        if due:
            self._overdue = float("inf")
        if due and not working:
            self._rested = float("inf")
        return due

    def _doings(self) -> tuple[int, int]:
        """Count what takes memory: computations, and mebibytes of bodies, also of those that were refused or left."""
        return self._workers.admissions, self._intake.passed // MEBIBYTE


class DrainingServer(uvicorn.Server):
    """A server that, told to stop, says so and goes on serving for a while before it closes its listener.

    uvicorn closes the listener at once, so that nobody ever sees ``/health/ready`` at 503, and afterwards ends by the
    signal that it caught, so that a clean stop looks like a death.
    """

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._closing_time = float("inf")
        self._tidying = Tidying(service.workers, service.intake)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain; a second signal, or Ctrl-C, closes the listener now; Ctrl-C after that waits for nothing."""
        if self.should_exit and sig == signal.SIGINT:  # not SIGTERM, which a supervisor sends after the same Ctrl-C
            self.force_exit = True
        elif self._service.draining or sig == signal.SIGINT:
            self.should_exit = True
        else:
            self._closing_time = monotonic() + self._service.settings.drain_seconds
        self._service.draining = True

    async def on_tick(self, counter: int) -> bool:
        """Look ten times a second whether it is time to give memory back, or to close."""
        if self._tidying.is_due():
            asyncio.get_running_loop().run_in_executor(None, give_back_heap)
        return await super().on_tick(counter) or monotonic() >= self._closing_time


def serve(settings: Settings, listeners: Sequence[socket.socket]) -> None:
    """Answer requests until told to stop, and nothing is in flight; a second socket is that of the admin port."""
    keep_heap()
    sys.setswitchinterval(SWITCH_SECONDS)
    os.environ.setdefault("OTEL_SERVICE_NAME", "chainrule")  # whose traces they are, if there are any
    app = create_app(settings)
    service: Service = app.state.service
    service.admin_port = listeners[1].getsockname()[1] if len(listeners) > 1 else None
    config = uvicorn.Config(
        app,
        http=protocol_class(settings.header_timeout_seconds, settings.send_timeout_seconds),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing asks for the address of a caller
        server_header=False,
        reset_contextvars=True,  # a request that begins after another one is not to see what that one has set
        timeout_keep_alive=settings.keep_alive_seconds,  # type: ignore[arg-type]  # a delay of the event loop
    )
    server = DrainingServer(config, service)
    spare_what_stays()
    server.run(duplicated(listeners))
    log.info("stopped")
