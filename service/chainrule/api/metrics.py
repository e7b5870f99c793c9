"""What Prometheus sees. No label ever holds what a caller chose: paths are templates, problems are codes."""

from __future__ import annotations

import os
from collections.abc import Mapping

from fastapi import APIRouter
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

SECONDS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0)
BYTES = tuple(float(4**power) for power in range(4, 15))  # 256 B to 256 MiB

UNMATCHED = "unmatched"
"""The one label of all paths that are not ours."""

MULTIPROCESS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client keeps the numbers of several workers, so that each of them can tell all."""


class Metrics:
    """The numbers of one process, or of all workers together where there are several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = self._counter("requests", "Requests answered.", "route", "status", "problem")
        self._request_seconds = self._histogram("request_seconds", "From head to last byte.", SECONDS, "route")
        self._phase_seconds = self._histogram("phase_seconds", "Where the time of computing went.", SECONDS, "phase")
        self._request_bytes = self._histogram("request_body_bytes", "Bodies that came, as sent.", BYTES, "route")
        self._response_bytes = self._histogram("response_body_bytes", "Bodies that left.", BYTES, "route")
        self._in_flight = self._gauge("requests_in_flight", "Requests that are not answered yet.")
        self._running = self._gauge("computations_running", "Computations that a thread is at.")
        self._waiting = self._gauge("queue_length", "Computations that wait for a thread.")

    def request_began(self) -> None:
        """Count a request in."""
        self._in_flight.inc()

    def request_ended(self, route: str, status: int, problem: str, seconds: float, received: int, sent: int) -> None:
        """Count a request out, with what became of it."""
        self._in_flight.dec()
        self._requests.labels(route, str(status), problem).inc()
        self._request_seconds.labels(route).observe(seconds)
        self._request_bytes.labels(route).observe(received)
        self._response_bytes.labels(route).observe(sent)

    def phases(self, seconds: Mapping[str, float]) -> None:
        """Record where the time of one computation went."""
        for name, value in seconds.items():
            self._phase_seconds.labels(name).observe(value)

    def queue(self, running: int, waiting: int) -> None:
        """Record how many computations run and wait."""
        self._running.set(running)
        self._waiting.set(waiting)

    def exposition(self) -> bytes:
        """Everything in Prometheus's text format."""
        if MULTIPROCESS_DIRECTORY not in os.environ:
            return generate_latest(self.registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]  # it has no types
        return generate_latest(everyone)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"chainrule_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"chainrule_{name}", text, registry=self.registry, multiprocess_mode="livesum")

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"chainrule_{name}", text, labels, registry=self.registry, buckets=buckets)


disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody asks for

router = APIRouter(tags=["operation"])


@router.head("/metrics", include_in_schema=False)
@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Counters, latencies by phase and the length of the queue, for Prometheus."""
    observed: Metrics = request.app.state.service.metrics
    return Response(observed.exposition(), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)
