"""Mixed load for a long time: every form and size, damaged bodies, and callers that leave; and what became of each."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from chainrule.calls import CALLS
from chainrule.codec import CONTENT_ENCODINGS, JSON, SAFETENSORS, compress, decode
from chainrule.core.limits import Limits
from chainrule.errors import go_on
from tests.api.bodies import connected, head, slow
from tests.codec.test_damaged import damaged
from tests.conformance.kit import KIT
from tests.server import Server

CALLERS = 4
COMPARED = 0.05
"""How many of the answers are compared with the core's own, number by number."""

MEDIA = {"json": JSON, "base64": JSON, "safetensors": SAFETENSORS}
LEAVING = slow(layers=100)
SIZES = {"small": (3, 4, 2), "medium": (64, 128, 64), "large": (1000, 256, 64)}
"""Samples, features, units: some 500 bytes, 400 kB and 7 MB of JSON."""

KINDS = {"small": 60, "medium": 25, "large": 2, "damaged": 8, "leaves": 5}
"""What is asked, with how often of a hundred."""

PREPARE = {call.path: call.prepare for call in CALLS}


@dataclass(frozen=True)
class Question:
    """A request in every form, and what the core answers to it."""

    path: str
    bodies: dict[tuple[str, str], bytes]
    expected: dict[str, Any]

    @classmethod
    def of(cls, size: str, path: str) -> Question:
        """A dense layer of this size, of random numbers."""
        request = _request(*SIZES[size], upstream=path == "/backward")
        plain = {
            "json": json.dumps(request).encode(),
            "base64": json.dumps(KIT.with_base64(request)).encode(),
            "safetensors": KIT.with_safetensors(request),
        }
        bodies = {(form, ""): body for form, body in plain.items()}
        bodies |= {(form, name): compress(body, name) for form, body in plain.items() for name in CONTENT_ENCODINGS}
        answer = PREPARE[path](decode(plain["json"], JSON), Limits()).compute(go_on)
        return cls(path, bodies, _as_lists(answer))


@dataclass
class Outcomes:
    """What became of the requests of one caller, or of all."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(self.counts + other.counts, self.wrong + other.wrong)


class Soak:
    """The load, and the memory that the service has meanwhile."""

    def __init__(self, server: Server, seconds: float) -> None:
        self._server = server
        self._seconds = seconds
        self._questions = {size: [Question.of(size, path) for path in ("/forward", "/backward")] for size in SIZES}
        self.resident_bytes: list[int] = []

    def run(self) -> Outcomes:
        """Ask until the time is over; what became of everything."""
        end = time.monotonic() + self._seconds
        with ThreadPoolExecutor(CALLERS) as pool:
            callers = [pool.submit(self._call, seed, end) for seed in range(CALLERS)]
            while time.monotonic() < end:
                self.resident_bytes.append(resident_bytes(self._server.process.pid))
                time.sleep(min(1.0, self._seconds / 100))
            return sum((caller.result() for caller in callers), Outcomes())

    def growth(self) -> tuple[float, float]:
        """The median of resident bytes in the second third of the run, when it is warm, and in the last third."""
        third = len(self.resident_bytes) // 3
        return statistics.median(self.resident_bytes[third : 2 * third]), statistics.median(
            self.resident_bytes[2 * third :]
        )

    def _call(self, seed: int, end: float) -> Outcomes:
        dice, outcomes = random.Random(seed), Outcomes()
        with self._server.client() as client:
            while time.monotonic() < end:
                (kind,) = dice.choices(list(KINDS), list(KINDS.values()))
                if kind == "leaves":
                    self._leave(dice)
                    outcomes.counts["leaves"] += 1
                elif kind == "damaged":
                    self._send_damaged(client, dice, outcomes)
                else:
                    self._ask(client, kind, dice, outcomes)
        return outcomes

    def _leave(self, dice: random.Random) -> None:
        with connected(self._server) as connection:
            connection.sendall(head("/forward", f"Content-Type: {JSON}", f"Content-Length: {len(LEAVING)}"))
            connection.sendall(LEAVING[: dice.choice((len(LEAVING) // 2, len(LEAVING)))])
            time.sleep(dice.random() * 0.1)

    def _send_damaged(self, client: httpx.Client, dice: random.Random, outcomes: Outcomes) -> None:
        question, form = dice.choice(self._questions["small"]), dice.choice(list(MEDIA))
        body = damaged(question.bodies[form, ""], dice)
        answer = client.post(question.path, content=body, headers={"Content-Type": MEDIA[form]})
        outcomes.counts[f"damaged: {answer.status_code}"] += 1
        if answer.status_code >= 500:
            outcomes.wrong.append(f"{answer.status_code} for {body!r}")

    def _ask(self, client: httpx.Client, size: str, dice: random.Random, outcomes: Outcomes) -> None:
        question = dice.choice(self._questions[size])
        form, compression = dice.choice(list(question.bodies))
        headers = {
            "Content-Type": MEDIA[form],
            "Accept": dice.choice((JSON, SAFETENSORS)),
            "Accept-Encoding": dice.choice(("identity", "gzip", "zstd")),
        }
        if compression:
            headers["Content-Encoding"] = compression
        answer = client.post(question.path, content=question.bodies[form, compression], headers=headers)
        outcomes.counts[f"{size}: {answer.status_code}"] += 1
        try:
            if answer.status_code != 200 or dice.random() < COMPARED:
                KIT.compare(question.expected, KIT.decoded(answer), "", KIT.KEEP)
                outcomes.counts[f"{size}: compared"] += 1
        except KIT.Failure as failure:
            outcomes.wrong.append(f"{question.path} {headers}: {failure}")


def resident_bytes(pid: int) -> int:
    """The memory that a process has in the machine; of its own, as far as that can be told."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def _request(samples: int, features: int, units: int, *, upstream: bool) -> dict[str, Any]:
    draw = random.Random(samples).gauss

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [[draw(0, 1) for _ in range(columns)] for _ in range(rows)]

    batch = {"inputs": matrix(samples, features)}
    return {
        "network": {"layers": [{"type": "dense", "name": "hidden", "units": units, "activation": "tanh"}]},
        "weights": {"hidden": {"kernel": matrix(features, units), "bias": matrix(1, units)[0]}},
        "batch": batch | ({"output_gradients": matrix(samples, units)} if upstream else {}),
    }


def _as_lists(answer: dict[str, Any]) -> dict[str, Any]:
    """The core's answer as JSON has it."""
    plain: dict[str, Any] = KIT.as_plain(answer)
    return plain


def table(outcomes: Outcomes, memory: Sequence[int]) -> str:
    """What came out, a line each."""
    rows = [f"{name:<20} {count:>9,}" for name, count in sorted(outcomes.counts.items())]
    rows += [f"{'wrong':<20} {len(outcomes.wrong):>9,}", "resident memory, a tenth of the run a line, in MiB"]
    tenth = max(len(memory) // 10, 1)
    rows += [f"  {max(memory[at : at + tenth]) / 2**20:8.1f}" for at in range(0, len(memory), tenth)]
    return "\n".join(rows)
