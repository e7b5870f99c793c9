"""The threads and their queue, with jobs that wait for the test instead of for time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest

from chainrule.api.problems import Refusal
from chainrule.api.room import Room
from chainrule.api.workers import Workers
from chainrule.errors import Abandoned, DeadlineExceeded, Proceed
from chainrule.serving import server
from chainrule.serving.server import Tidying
from tests.server import wait_for

LONG = 60.0


async def stays() -> dict[str, Any]:
    """A caller who waits."""
    await asyncio.Event().wait()
    raise AssertionError


async def leaves() -> dict[str, Any]:
    """A caller who has closed the connection."""
    return {"type": "http.disconnect"}


async def until(holds: Callable[[], bool]) -> None:
    """Return once something holds, fail if it never does."""
    await asyncio.to_thread(wait_for, holds)


class Busy:
    """A job that runs until it is told to end, and then goes on if it may."""

    def __init__(self) -> None:
        self.began, self.end = Event(), Event()
        self.outcome: str | None = None

    def __call__(self, proceed: Proceed) -> str:
        self.began.set()
        self.end.wait(LONG)
        try:
            proceed()
        except (Abandoned, DeadlineExceeded) as error:
            self.outcome = type(error).__name__
            raise
        self.outcome = "done"
        return "done"


@asynccontextmanager
async def busy(workers: Workers) -> AsyncIterator[Busy]:
    """Workers with a thread that is taken."""
    job = Busy()
    task = asyncio.create_task(workers.run(job, stays))
    await asyncio.to_thread(job.began.wait, LONG)
    yield job
    job.end.set()
    assert await task == "done"


async def test_a_result_comes_back() -> None:
    assert await Workers(1, 0, LONG).run(lambda _: 42, stays) == 42


async def test_an_error_of_the_work_comes_back() -> None:
    def fails(_: Proceed) -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await Workers(1, 0, LONG).run(fails, stays)


async def test_past_the_queue_a_request_is_refused_at_once_and_told_when_to_come_back() -> None:
    workers = Workers(1, 1, LONG)
    async with busy(workers):
        waiting = asyncio.create_task(workers.run(lambda _: "waited", stays))
        await asyncio.sleep(0)
        assert (workers.running, workers.waiting) == (1, 1)
        with pytest.raises(Refusal) as refused:
            await workers.run(lambda _: "too many", stays)
        assert refused.value.code == "overloaded"
        assert int(refused.value.headers["Retry-After"]) >= 1
    assert await waiting == "waited"
    assert (workers.running, workers.waiting) == (0, 0)


async def test_a_place_is_free_again_after_a_failure() -> None:
    workers = Workers(1, 0, LONG)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda _: 1 / 0, stays)
    assert await workers.run(lambda _: "still here", stays) == "still here"


async def test_a_late_answer_is_given_up_though_its_thread_is_still_busy() -> None:
    workers, job = Workers(1, 0, 0.5), Busy()  # long enough for the thread to begin
    with pytest.raises(DeadlineExceeded):
        await workers.run(job, stays)
    assert job.began.is_set()
    assert workers.running == 1  # the thread cannot be stopped between two looks at the clock
    with pytest.raises(Refusal):
        await workers.run(lambda _: None, stays)
    job.end.set()
    await until(lambda: workers.running == 0)
    assert job.outcome in ("Abandoned", "DeadlineExceeded")


async def test_a_caller_who_leaves_stops_the_computation() -> None:
    workers, job = Workers(1, 0, LONG), Busy()
    with pytest.raises(Abandoned):
        await workers.run(job, leaves)
    job.end.set()
    await until(lambda: workers.running == 0)
    assert job.outcome == "Abandoned"


async def test_what_waits_for_nobody_is_never_begun_and_holds_no_place() -> None:
    workers, begun = Workers(1, 1, LONG), Event()
    async with busy(workers):
        with pytest.raises(Abandoned):
            await workers.run(lambda _: begun.set(), leaves)
        await until(lambda: workers.waiting == 0)
        after = asyncio.create_task(workers.run(lambda _: "next", stays))
        await asyncio.sleep(0)
    assert await after == "next"
    assert not begun.is_set()


async def test_the_numbers_of_the_queue_are_told() -> None:
    told: list[tuple[int, int]] = []
    workers = Workers(1, 5, LONG, lambda running, waiting: told.append((running, waiting)))
    async with busy(workers):
        await asyncio.sleep(0)
    assert told[0] == (1, 0)
    assert told[-1] == (0, 0)


async def test_a_pause_is_told_once_and_again_only_after_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REST_SECONDS", 0.0)
    workers = Workers(1, 0, LONG)
    tidying = Tidying(workers, Room(2**30, "full"))
    assert not tidying.is_due()  # nothing was ever computed
    for _ in range(2):
        async with busy(workers):
            assert not tidying.is_due()
        await until(lambda: workers.running == 0)
        assert [tidying.is_due() for _ in range(3)] == [True, False, False]


def test_work_without_a_pause_is_interrupted_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(server, "monotonic", lambda: now)
    intake = Room(2**30, "full")
    tidying = Tidying(Workers(1, 0, LONG), intake)
    due = []
    for second in range(200):
        now = float(second)
        if second < 150:
            intake.passed += 2**20
        if tidying.is_due():
            due.append(second)
    assert due == [60, 121, 154]  # each minute of work, and after the pause


def test_there_is_a_pause_after_large_bodies_too_that_were_never_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REST_SECONDS", 0.0)
    intake = Room(2**30, "full")
    tidying = Tidying(Workers(1, 0, LONG), intake)
    for size, pauses in ((1_000, [False, False, False]), (2**20, [False, True, False])):
        with intake.hold() as hold:
            hold.grow(size)
        assert [tidying.is_due() for _ in range(3)] == pauses
