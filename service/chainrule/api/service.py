"""What all requests of one process share."""

from __future__ import annotations

from time import monotonic
from typing import Any

from starlette.requests import Request

from chainrule.api.company import Company
from chainrule.api.metrics import Metrics
from chainrule.api.room import Hold, Room
from chainrule.api.workers import Workers
from chainrule.settings import Settings


class Service:
    """The threads, the intake and the numbers of one process, made from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.intake = Room(settings.intake_bytes, "too many bodies are arriving at once")
        self.unsent = Room(settings.max_unsent_bytes, "too many answers wait for their callers to read them")
        self.workers = Workers(
            settings.threads, settings.queue_size, settings.compute_timeout_seconds, self.metrics.queue
        )
        self.company = Company()
        self.admin_port: int | None = None
        """The port at which metrics are asked for, and no requests are taken; None: the same as everything else."""
        self.draining = False
        """The process is about to end: it serves what comes, and asks for no more."""

    def is_alone(self, caller: Any, hold: Hold) -> bool:
        """Whether nobody has called for a while but the caller over this connection, whose body is held."""
        alone = self.company.is_alone(caller, monotonic())
        others = self.workers.running or self.intake.held > hold.size or self.unsent.held
        return alone and not others


def service_of(request: Request) -> Service:
    """The service that a request is at."""
    service: Service = request.app.state.service
    return service
