"""Plays the tests against each mutant: collected once, then run in a fork for each.

mutmut itself starts pytest anew for every mutant. That costs more than a second with thousands of tests, where most
mutants die within a few milliseconds of the first tests; and hypothesis refuses to run a test in two sessions.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate, takewhile

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from scripts.mutants.made import Mutant

SURVIVED, KILLED = 0, 1

MORE_MEMORY = 2**30
"""Bytes that a mutant may take."""


@dataclass
class Times:
    """How long tests took without mutants, and what each of them called."""

    seconds: dict[pytest.Item, float] = field(default_factory=dict)
    callers: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))


class Play:
    """The plugin of pytest that runs the tests again and again instead of once."""

    def __init__(
        self, mutants: Iterable[Mutant], jobs: int, seconds: float, tell: Callable[[int, Mutant, str | None], None]
    ) -> None:
        self._mutants = list(mutants)
        self._seconds = seconds
        self._jobs = jobs
        self._tell = tell
        self._killers: dict[str, list[pytest.Item]] = defaultdict(list)
        self.fates: dict[Mutant, str | None] = {}
        """What killed each mutant, or nothing for those that live."""

        self._reports: list[pytest.TestReport] = []
        self._writer: int | None = None
        """In a mutant's process, where it says what has killed it."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """End a mutant's process at its first failure: to describe it takes longer than the test."""
        failed = call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception)
        if failed and self._writer is not None:
            os.write(self._writer, item.nodeid.encode())
            os._exit(KILLED)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        times = self._measure(session.items)
        gc.freeze()  # what a fork only reads stays shared with its parent
        running: dict[int, tuple[Mutant, int]] = {}
        for mutant in self._mutants:
            tests = self._tests_for(mutant, times)
            if not tests:
                self._note(mutant, None)
                continue
            while len(running) >= self._jobs:
                self._wait(running, times)
            pid, reader = self._start(mutant, tests, times)
            running[pid] = mutant, reader
        while running:
            self._wait(running, times)
        return True

    def _tests_for(self, mutant: Mutant, times: Times) -> list[pytest.Item]:
        """All tests that call its function: first those that have killed others in it, then the fastest."""
        function = mangled_name_from_mutant_name(mutant.name)
        callers = sorted(times.callers[function], key=times.seconds.__getitem__)
        spent = accumulate(times.seconds[one] for one in callers)
        fastest = takewhile(lambda pair: pair[1] <= self._seconds, zip(callers, spent, strict=True))
        return list(dict.fromkeys([*self._killers[function], *(one for one, _ in fastest)]))

    def _wait(self, running: dict[int, tuple[Mutant, int]], times: Times) -> None:
        pid, status = os.wait()
        mutant, reader = running.pop(pid)
        with os.fdopen(reader, "rb") as pipe:
            killer = pipe.read().decode()
        code = os.waitstatus_to_exitcode(status)
        if code == SURVIVED:
            self._note(mutant, None)
        elif code == -signal.SIGPROF:
            self._note(mutant, "it does not end")
        else:
            self._note(mutant, killer or f"exit code {code}")
            self._remember(mangled_name_from_mutant_name(mutant.name), killer, times)

    def _remember(self, function: str, killer: str, times: Times) -> None:
        """Put a test in front for the next mutants of the function."""
        found = [one for one in times.callers[function] if one.nodeid == killer]
        others = [one for one in self._killers[function] if one.nodeid != killer]
        self._killers[function] = [*found, *others]

    def _note(self, mutant: Mutant, killer: str | None) -> None:
        self.fates[mutant] = killer
        self._tell(len(self.fates), mutant, killer)

    def _outcomes(self, item: pytest.Item, following: pytest.Item | None) -> list[pytest.TestReport]:
        """Run a test as pytest does."""
        self._reports.clear()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._reports

    def _measure(self, items: list[pytest.Item]) -> Times:
        """Run every test without a mutant.

        Raises
        ------
        pytest.UsageError
            If one fails, since it would kill every mutant.
        """
        times = Times()
        set_mutant_under_test("stats")
        for item, following in zip(items, [*items[1:], None], strict=True):
            called: set[str] = state()._stats  # noqa: SLF001 (where mutmut's trampolines say that they were called)
            called.clear()
            start = time.process_time()
            reports = self._outcomes(item, following)
            times.seconds[item] = time.process_time() - start
            if any(report.failed for report in reports):
                text = "\n".join(report.longreprtext for report in reports)
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant:\n{text}")
            if not any(report.skipped for report in reports):
                for function in called:
                    times.callers[function].append(item)
        set_mutant_under_test("")
        return times

    def _start(self, mutant: Mutant, tests: list[pytest.Item], times: Times) -> tuple[int, int]:
        """Fork a process that plays a mutant; give its id and a pipe in which it says what killed it."""
        reader, writer = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            os.close(writer)
            return pid, reader
        code = KILLED
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            self._writer = writer
            self._live(mutant, tests, times)
            code = SURVIVED
        finally:
            os._exit(code)  # whatever was raised: the parent's part of pytest is not for this process

    def _live(self, mutant: Mutant, tests: list[pytest.Item], times: Times) -> None:
        """Run the tests; does not return if one of them fails."""
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_memory() + MORE_MEMORY, most))
        set_mutant_under_test(mutant.name)
        for item, following in zip(tests, [*tests[1:], None], strict=True):
            signal.setitimer(signal.ITIMER_PROF, 5 * times.seconds[item] + 3)  # of computing; then it is ended
            self._outcomes(item, following)


def _memory() -> int:
    """Bytes of address space that this process has."""
    if sys.platform != "linux":
        return 2**40
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()
