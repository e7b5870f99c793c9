"""A few threads that compute, a bounded queue in front of them, and the two reasons to stop: time, and no one waiting.

The event loop reads, waits and writes, so health and metrics answer at once whatever the threads do. It computes what
takes no longer than handing it to a thread would (``computation.Computation.is_small``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from starlette.types import Receive

from chainrule.api.problems import Refusal
from chainrule.errors import Abandoned, DeadlineExceeded, Proceed

T = TypeVar("T")

PATIENCE_SECONDS = 0.05
"""Only an answer that takes longer than this is worth a look at whether its caller is still there."""


class Ticket(Generic[T]):
    """One admitted job: what to do, until when, and whether anyone still waits for it."""

    def __init__(self, work: Callable[[Proceed], T], seconds: float) -> None:
        self._work: Callable[[Proceed], T] | None = work
        self._seconds = seconds
        self.deadline = monotonic() + seconds

    def run(self) -> T:
        """Do the work, unless it has been dropped or is too late."""
        work = self._work
        self.proceed()
        assert work is not None  # a dropped ticket does not proceed
        return work(self.proceed)

    def proceed(self) -> None:
        """Go on, or raise what ends the computation."""
        if self._work is None:
            raise Abandoned
        if monotonic() > self.deadline:
            raise self.overdue()

    def drop(self) -> None:
        """Nobody waits any more: let go of the work, and of the body in it."""
        self._work = None

    def overdue(self) -> DeadlineExceeded:
        """What the caller is told when the time is over."""
        return DeadlineExceeded(f"the answer was not there within {self._seconds:g} seconds, waiting included")


class Workers:
    """Threads with a bounded queue.

    Parameters
    ----------
    threads, queue_size
        How many jobs are computed at once, and how many more may wait.
    seconds
        How long a job may take from its admission on.
    watch
        Told the numbers of running and of waiting jobs whenever they change.
    """

    def __init__(
        self, threads: int, queue_size: int, seconds: float, watch: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        self.threads = threads
        self.queue_size = queue_size
        self.seconds = seconds
        self._watch = watch
        self.admissions = 0
        """Jobs that were ever taken."""
        self._admitted = 0
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="compute")

    @property
    def running(self) -> int:
        """Jobs that a thread is at."""
        return min(self._admitted, self.threads)

    @property
    def waiting(self) -> int:
        """Jobs that no thread has begun."""
        return max(self._admitted - self.threads, 0)

    async def run(self, work: Callable[[Proceed], T], receive: Receive) -> T:
        """The result of ``work(proceed)``, computed in a thread.

        Raises
        ------
        Refusal
            ``overloaded``, if the queue is full.
        DeadlineExceeded, Abandoned
            If the time is over, or the caller has gone. The thread stops at its next ``proceed``.
        """
        ticket = Ticket(work, self.seconds)
        job = self._admit(ticket)
        try:
            return await _result(job, ticket, receive)
        finally:
            ticket.drop()
            job.cancel()

    def close(self) -> None:
        """Begin nothing new; what runs ends at its next ``proceed`` or when it is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _admit(self, ticket: Ticket[T]) -> asyncio.Future[T]:
        if self._admitted >= self.threads + self.queue_size:
            detail = f"{self.running} requests are computed and {self.waiting} wait; try again soon"
            raise Refusal("overloaded", detail, {"Retry-After": "1"})
        self.admissions += 1
        self._count(+1)
        job = self._pool.submit(ticket.run)
        # Its place is free when its thread is, which after a deadline is later than the answer.
        job.add_done_callback(lambda _: self._count(-1))
        return asyncio.wrap_future(job)

    def _count(self, change: int) -> None:
        with self._lock:
            self._admitted += change
            self._watch(self.running, self.waiting)


async def _result(job: asyncio.Future[T], ticket: Ticket[T], receive: Receive) -> T:
    await asyncio.wait({job}, timeout=min(PATIENCE_SECONDS, ticket.deadline - monotonic()))
    if job.done():
        return job.result()
    caller = asyncio.create_task(_departure(receive))
    try:
        either: set[asyncio.Future[Any]] = {job, caller}
        remaining = max(ticket.deadline - monotonic(), 0)
        await asyncio.wait(either, timeout=remaining, return_when=asyncio.FIRST_COMPLETED)
        if job.done():
            return job.result()
        raise Abandoned if caller.done() else ticket.overdue()
    finally:
        caller.cancel()


async def _departure(receive: Receive) -> None:
    """Returns when the caller has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
