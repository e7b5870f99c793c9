"""Structured logs: one event a line, as JSON for machines or in colours for eyes, the libraries' own lines included."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import orjson
import structlog


def configure_logging(level: str, form: Literal["console", "json"]) -> None:
    """Send everything that is logged in this process to standard output, in one form."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info if form == "json" else _unchanged,
            _renderer(form),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _adopt_standard_logging(level, form, stamp)


def _adopt_standard_logging(level: str, form: Literal["console", "json"], stamp: Any) -> None:
    """Write what uvicorn and asyncio log through the standard library in the same form."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level, stamp],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info if form == "json" else _unchanged,
                _renderer(form),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # uvicorn tells of each start and stop in words of its own, which repeat what `listening` and `stopped` say.
    logging.getLogger("uvicorn").setLevel("DEBUG" if level == "debug" else "WARNING")


def _renderer(form: Literal["console", "json"]) -> Any:
    if form == "console":
        return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    return structlog.processors.JSONRenderer(serializer=_one_line)


def _one_line(event: dict[str, Any], default: Any = None, **_: Any) -> str:
    return orjson.dumps(event, default=default).decode()


def _unchanged(_logger: Any, _method: str, event: Any) -> Any:
    return event
