"""What an answer says beside its document: its headers, and the error of `_errors` where it is not a 200."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from ._errors import (
    AuthenticationError,
    DeadlineError,
    Fault,
    InputError,
    OverloadedError,
    ProblemError,
    ServerError,
)

PROBLEM_JSON = "application/problem+json"
RETRYABLE_STATUSES = frozenset({429, 502, 503, 504})
"""Of an answer that does not say itself whether it is worth another try."""

_LONGEST_EXCERPT = 200
_ERRORS: dict[int, type[ProblemError]] = {
    400: InputError,
    401: AuthenticationError,
    403: AuthenticationError,
    406: InputError,
    413: InputError,
    415: InputError,
    422: InputError,
    429: OverloadedError,
    503: OverloadedError,
    504: DeadlineError,
}


def media_type(response: httpx.Response) -> str:
    """The media type of an answer, without its parameters."""
    header: str = response.headers.get("content-type", "")
    return header.partition(";")[0].strip().lower()


def server_timing(response: httpx.Response) -> dict[str, float]:
    """The milliseconds of each phase in an answer's ``Server-Timing``.

    Examples
    --------
    >>> server_timing(httpx.Response(200, headers={"Server-Timing": "read;dur=0.2, compute;desc=NumPy;dur=1.5"}))
    {'read': 0.2, 'compute': 1.5}
    """
    phases: dict[str, float] = {}
    for entry in response.headers.get("server-timing", "").split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            with contextlib.suppress(ValueError):
                phases |= {name: float(value)} if key == "dur" else {}
    return phases


def problem_of(response: httpx.Response) -> dict[str, Any] | None:
    """The answer's RFC 9457 problem, or None: a proxy answers in HTML."""
    if media_type(response) != PROBLEM_JSON:
        return None
    try:
        problem = json.loads(response.content)
    except ValueError:
        return None
    return problem if isinstance(problem, dict) else None


def retry_after(response: httpx.Response, now: datetime) -> float | None:
    """The seconds that ``Retry-After`` asks for, as a number or as a date; None if it is absent or unreadable.

    Examples
    --------
    >>> from datetime import UTC
    >>> retry_after(httpx.Response(503, headers={"Retry-After": "1.5"}), datetime.now(UTC))
    1.5
    >>> answer = httpx.Response(503, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    >>> retry_after(answer, datetime(2026, 10, 21, 7, 27, 50, tzinfo=UTC))
    10.0
    """
    text = response.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if seconds < float("inf") else None


def error_of(response: httpx.Response, *, request_id: str, now: datetime) -> ProblemError:
    """Make the error that an unsuccessful answer stands for.

    Examples
    --------
    >>> from datetime import UTC
    >>> page = httpx.Response(502, html="<h1>Bad Gateway</h1>")
    >>> error_of(page, request_id="4f1c", now=datetime.now(UTC))
    ServerError('502: <h1>Bad Gateway</h1>')
    """
    problem = problem_of(response)
    status = response.status_code
    kind = _ERRORS.get(status, ServerError if status >= 500 else ProblemError)
    said = problem or {}
    return kind(
        request_id=request_id,
        status=status,
        code=str(said.get("type", "")).rpartition("/")[2] or None,
        detail=str(said.get("detail") or said.get("title") or _excerpt(response)),
        errors=_faults(said),
        retryable=said.get("retryable", status in RETRYABLE_STATUSES) is True,
        retry_after=retry_after(response, now),
        body=response.text if problem is None else problem,
    )


def _faults(problem: dict[str, Any]) -> tuple[Fault, ...]:
    entries = problem.get("errors")
    return tuple(
        Fault(str(entry.get("code", "")), str(entry.get("pointer", "")), str(entry.get("detail", "")))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    )


def _excerpt(response: httpx.Response) -> str:
    """The beginning of an answer that is not a problem, in one line."""
    if location := response.headers.get("location"):
        return f"the service is elsewhere: {location}"
    text = " ".join(response.text[: 2 * _LONGEST_EXCERPT].split())
    return text[:_LONGEST_EXCERPT] or response.reason_phrase or "an answer without a body"
