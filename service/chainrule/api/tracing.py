"""Traces for OpenTelemetry: FastAPI makes a span of each request, and here each of its phases becomes one within."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from starlette.types import Scope

from chainrule.api.timing import Span


def configuration(*, traces: bool, quiet: frozenset[str]) -> TelemetryConfig:
    """What FastAPI shall record: requests but those of the quiet routes, sent where OpenTelemetry's variables say."""

    def is_quiet(scope: Scope) -> bool:
        return scope.get("path") in quiet

    return {
        "tracing": traces,
        "auto_configure": traces,
        "exclude": is_quiet,
        "operation_spans": False,  # the phases say more
        "metrics": False,  # they are Prometheus's
        "logs": False,  # they are structlog's
    }


def tell(name: str, value: str) -> None:
    """Add something to the span of the current request."""
    trace.get_current_span().set_attribute(f"chainrule.{name}", value)


def record_phases(spans: Sequence[Span]) -> None:
    """Make a span of each phase, after the fact: a request takes no longer for it."""
    tracer = trace.get_tracer("chainrule")
    for span in spans:
        tracer.start_span(span.phase, start_time=span.start).end(span.end)


def trace_id() -> str | None:
    """The id of the trace that the current request belongs to."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None
