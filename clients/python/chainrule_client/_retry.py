"""When a request is sent again. The service keeps nothing between requests, so that it is always safe.

Pure: what came back, and the time, in; a `Decision` out. The clients bring the loop (tenacity), the clock and the
sleep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import httpx

from ._responses import problem_of, retry_after

LONGEST_RETRY_AFTER_SECONDS = 30.0
"""A service that asks for more than this is not asked again: the caller learns of it, and decides."""

FIRST_BACKOFF_SECONDS = 0.25
LONGEST_BACKOFF_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to send a request again, and why."""

    again: bool
    reason: str
    after_seconds: float | None = None
    """What the service asked for."""


def decide(outcome: httpx.Response | BaseException, now: datetime) -> Decision:
    """Decide on another try by what the last one brought.

    Examples
    --------
    >>> from datetime import UTC
    >>> decide(httpx.Response(503, headers={"Retry-After": "2"}), datetime.now(UTC))
    Decision(again=True, reason='status 503', after_seconds=2.0)
    >>> decide(httpx.Response(422), datetime.now(UTC))
    Decision(again=False, reason='status 422', after_seconds=None)
    >>> decide(httpx.ConnectError("refused"), datetime.now(UTC))
    Decision(again=True, reason='ConnectError', after_seconds=None)
    """
    if isinstance(outcome, BaseException):
        return Decision(_may_pass(outcome), type(outcome).__name__)
    reason = f"status {outcome.status_code}"
    if not _is_passing_trouble(outcome):
        return Decision(False, reason)
    seconds = retry_after(outcome, now)
    if seconds is not None and seconds > LONGEST_RETRY_AFTER_SECONDS:
        return Decision(False, f"{reason}, Retry-After of {seconds:.0f} s", seconds)
    return Decision(True, reason, seconds)


def wait_seconds(decision: Decision, attempt: int, jitter: float) -> float:
    """How long to wait before the next try, after `attempt` of them.

    Parameters
    ----------
    decision
        What `decide` said.
    attempt
        How many tries there were, from 1.
    jitter
        A random number from 0 up to 1, which keeps callers that were refused together from coming back together.

    Examples
    --------
    >>> failed = Decision(True, "ConnectError")
    >>> [wait_seconds(failed, attempt, jitter=1.0) for attempt in (1, 2, 3, 9)]
    [0.25, 0.5, 1.0, 8.0]
    >>> wait_seconds(failed, 1, jitter=0.0)
    0.125
    """
    if decision.after_seconds is not None:
        return decision.after_seconds * (1 + jitter / 4)  # never earlier than asked
    longest = min(FIRST_BACKOFF_SECONDS * 2.0 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)
    return longest * (1 + jitter) / 2


def _may_pass(error: BaseException) -> bool:
    """Whether a connection failed that may hold the next time.

    A read that timed out is left alone: the caller said how long it wants to wait, and computing anew takes as long.
    """
    return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ConnectTimeout)


def _is_passing_trouble(response: httpx.Response) -> bool:
    if response.status_code in (429, 503):
        problem = problem_of(response)
        return problem is None or problem.get("retryable", True) is True
    # A gateway found no living service behind it. The service's own 504 is a deadline that it would miss again.
    return response.status_code in (502, 504) and problem_of(response) is None
