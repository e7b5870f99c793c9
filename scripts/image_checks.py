"""What ``scripts/image-test.sh`` asks of running containers. Standard library only: it runs before any environment.

::

    scripts.image_checks neuron URL                     ask the chapter's neuron, compare every number
    scripts.image_checks failover ENGINE URL NAME=ADDRESS… [--kills N]
                                                        kill replicas under load, count the requests that are lost,
                                                        and see how long a health check takes meanwhile
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from scripts.health import Probing

NAMESERVER = ("127.0.77.53", 53)
"""Stands for the name server of a compose network: it knows the replicas that run."""

CALLERS = 8
REQUESTS = 600
PATIENCE_SECONDS = 120.0

SECONDS_TO_BE_FOUND = 6.0
"""Until the balancer has a started replica back; killed before that, the other one would leave nobody."""

NEURON = {
    "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]},
    "weights": {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [1.0]}},
    "batch": {"inputs": [[1.0, -2.0, 3.0]], "output_gradients": [[1.0]]},
}
NEURON_ANSWER = {
    "outputs": [[6.0]],
    "gradients": {
        "weights": {"neuron": {"kernel": [[1.0], [-2.0], [3.0]], "bias": [1.0]}},
        "inputs": [[-3.0, -1.0, 2.0]],
    },
}


class Caller:
    """One client that keeps its connection, and sends head and body apart as most clients do."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)

    def backward(self, body: bytes) -> tuple[int, bytes]:
        """Send a body to ``/backward``; the status and the body of the answer."""
        return self._ask("POST", "/backward", body)

    def is_ready(self) -> bool:
        """Whether ``/health/ready`` says so."""
        try:
            return self._ask("GET", "/health/ready")[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        try:
            self._connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self._connection.close()
            raise


def check_neuron(url: str) -> None:
    """Compare the neuron's outputs and gradients with the chapter's."""
    status, body = Caller(url).backward(json.dumps(NEURON).encode())
    if status != http.client.OK:
        sys.exit(f"the neuron is answered with {status}: {body[:500]!r}")
    answer = json.loads(body)
    for part, expected in NEURON_ANSWER.items():
        if answer[part] != expected:
            sys.exit(f"{part} of the neuron: expected {expected}, got {answer[part]}")
    print("outputs 6.0, kernel 1 -2 3, bias 1, inputs -3 -1 2")


class NameServer:
    """Answers every question for an address with the replicas that run, as the engine of compose does."""

    def __init__(self, addresses: list[str]) -> None:
        self.running = set(addresses)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # even if a real one has port 53 everywhere
        self._socket.bind(NAMESERVER)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            question, asker = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(question), asker)

    def _answer(self, message: bytes) -> bytes:
        end = message.index(b"\0", 12) + 5  # the name, its closing zero, type and class
        addresses = sorted(self.running) if message[end - 4 : end - 2] == b"\0\1" else []  # type A
        head = message[:2] + b"\x85\x80\0\1" + len(addresses).to_bytes(2) + bytes(4)  # authoritative, no error
        records = (b"\xc0\x0c\0\1\0\1" + bytes(4) + b"\0\4" + socket.inet_aton(address) for address in addresses)
        return head + message[12:end] + b"".join(records)


class Replicas:
    """The containers behind the balancer, by name, and the name server that must know which of them run."""

    def __init__(self, engine: str, addresses: dict[str, str]) -> None:
        self._engine = engine
        self._addresses = addresses
        self._names = NameServer(list(addresses.values()))

    def die(self, name: str) -> None:
        """End it at once, with whatever it is computing."""
        self._run("kill", "--signal", "KILL", name)
        self._names.running.discard(self._addresses[name])

    def stop(self, name: str) -> None:
        """End it as an orchestrator does: SIGTERM, and time to drain."""
        self._run("stop", "--time", "60", name)
        self._names.running.discard(self._addresses[name])

    def start(self, name: str) -> None:
        """Start it again and wait until it is healthy."""
        self._run("start", name)
        self._names.running.add(self._addresses[name])
        wait_until(lambda: self._run("healthcheck", "run", name, check=False) == 0, f"{name} to be healthy again")

    def _run(self, *arguments: str, check: bool = True) -> int:
        return subprocess.run([self._engine, *arguments], check=check, capture_output=True).returncode


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Ask until it is so; end the run with a sentence if it never is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")
        time.sleep(0.1)


def bodies() -> list[bytes]:
    """A few different requests of some 200 kB, so that an answer to another request's body would be noticed."""
    return [json.dumps(request(seed)).encode() for seed in range(4)]


def request(seed: int, features: int = 32, units: int = 64, rows: int = 128) -> dict[str, object]:
    """A dense layer with relu over random numbers."""
    draw = random.Random(seed).gauss

    def matrix(height: int, width: int) -> list[list[float]]:
        return [[draw(0, 1) for _ in range(width)] for _ in range(height)]

    return {
        "network": {"layers": [{"type": "dense", "name": "hidden", "units": units, "activation": "relu"}]},
        "weights": {"hidden": {"kernel": matrix(features, units), "bias": [0.1] * units}},
        "batch": {"inputs": matrix(rows, features), "output_gradients": matrix(rows, units)},
    }


class Load:
    """A bounded number of requests by several callers, and what became of each."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._requests = bodies()
        self._expected = [self._first_answer(body) for body in self._requests]
        self._turn = threading.Lock()
        self.outcomes: Counter[str] = Counter()

    def _first_answer(self, body: bytes) -> bytes:
        status, answer = Caller(self._url).backward(body)
        if status != http.client.OK:
            sys.exit(f"before any replica was killed, a request got {status}: {answer[:500]!r}")
        return answer

    def run(self, count: int) -> None:
        """Send `count` requests; `outcomes` says how many came to which end."""
        numbers = iter(range(count))
        callers = [threading.Thread(target=self._call, args=(numbers,)) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    def _call(self, numbers: Iterator[int]) -> None:
        caller = Caller(self._url)
        while True:
            with self._turn:
                number = next(numbers, None)
            if number is None:
                return
            outcome = self._outcome(caller, number % len(self._requests))
            with self._turn:
                self.outcomes[outcome] += 1

    def _outcome(self, caller: Caller, which: int) -> str:
        try:
            status, answer = caller.backward(self._requests[which])
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        if status != http.client.OK:
            return f"status {status}"
        return "answered" if answer == self._expected[which] else "another answer"


def check_failover(engine: str, url: str, addresses: dict[str, str], kills: int) -> None:
    """Kill one replica after the other, in turns, then stop one as an orchestrator does, each under load."""
    replicas = Replicas(engine, addresses)
    wait_until(Caller(url).is_ready, "the balancer to find a replica")
    load = Load(url)
    names = itertools.cycle(addresses)
    total: Counter[str] = Counter()
    with Probing(url) as probing:
        for number, end in enumerate([replicas.die] * kills + [replicas.stop], start=1):
            name = next(names)
            outcomes = outcomes_while(load, partial(end, name))
            print(f"end {number} of {kills + 1}, {name}: {dict(outcomes)}", file=sys.stderr, flush=True)
            total += outcomes
            replicas.start(name)
            time.sleep(SECONDS_TO_BE_FOUND)
    (health,) = probing.health
    lost = total.total() - total["answered"]
    print(f"{total.total()} requests, replicas killed {kills} times and stopped once: {lost} lost; health: {health}")
    if lost:
        sys.exit(f"what became of them: {dict(total)}")


def outcomes_while(load: Load, end: Callable[[], None]) -> Counter[str]:
    """Run the load, and do `end` once a third of it is answered."""
    load.outcomes = Counter()
    runner = threading.Thread(target=load.run, args=(REQUESTS,))
    runner.start()
    wait_until(lambda: load.outcomes.total() >= REQUESTS // 3, "a third of the load")
    end()
    runner.join()
    return load.outcomes


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="What scripts/image-test.sh asks of running containers.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("neuron").add_argument("url")
    failover = commands.add_parser("failover")
    failover.add_argument("engine")
    failover.add_argument("url")
    failover.add_argument("replicas", nargs=2, metavar="NAME=ADDRESS")
    failover.add_argument("--kills", type=int, default=2, help="how often a replica is killed")
    given = parser.parse_args()
    if given.command == "neuron":
        check_neuron(given.url)
    else:
        check_failover(given.engine, given.url, dict(one.split("=") for one in given.replicas), given.kills)


if __name__ == "__main__":
    main()
