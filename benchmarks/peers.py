"""Asks what gradients cost over HTTP: from us, from tesseract-core and UM-Bridge, and from a bare server.

The others compute the few lines of NumPy that stand beside them, and every gradient of every answer is compared with
those first. One client, one worker, one BLAS thread, all weights in every body, and glibc keeps every heap. Servers
that read the same kind of body are measured in turn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import _calls, _servers
from benchmarks._calls import ENCODINGS, Call
from benchmarks._networks import Array, Perceptron
from benchmarks._peers.vector import SAMPLES, SIZES, gradients_of, network
from benchmarks._timing import Measured, fastest, print_table, time_of
from chainrule.serving.process import keep_heap
from chainrule_client._types import Encoding

BY_HAND, BARE, OURS, TESSERACT, UM_BRIDGE = "NumPy, no HTTP", "bare server", "chainrule", "tesseract-core", "UM-Bridge"


class Peer(NamedTuple):
    """A server that runs, and what is sent to it in the place of each encoding."""

    port: int
    calls: Mapping[Encoding, Call]


def peers(asked: Perceptron, stack: ExitStack) -> dict[str, Peer]:
    """Start all servers that are there; the stack ends them."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    ours = {encoding: _calls.chainrule(asked, encoding) for encoding in ENCODINGS}
    running = {
        BARE: Peer(stack.enter_context(_servers.bare()), dict.fromkeys(ENCODINGS, _calls.bare(asked))),
        OURS: Peer(stack.enter_context(_servers.chainrule(folder)).port, ours),
    }
    if not _servers.PEERS.exists():
        print("\ntesseract-core and UM-Bridge are not installed here: the comparison with them is left out")
        return running
    theirs: dict[Encoding, Call] = {
        encoding: _calls.tesseract(asked, encoding) for encoding in ENCODINGS if encoding != "safetensors"
    }
    return running | {
        TESSERACT: Peer(stack.enter_context(_servers.tesseract(folder)), theirs),
        UM_BRIDGE: Peer(stack.enter_context(_servers.um_bridge()), {"json": _calls.um_bridge(asked)}),
    }


def measure(asked: Perceptron, running: Mapping[str, Peer], encoding: Encoding) -> Measured:
    """Time all servers that know an encoding, in turn, after a look at what they answer."""
    ways: dict[str, Callable[[], Any]] = {BY_HAND: asked.by_hand}
    for name, (port, calls) in running.items():
        if encoding in calls:
            ways[name] = calls[encoding].to(port)
            check(calls[encoding].gradients(ways[name]()), gradients_of(asked)[2])
    return fastest(ways, seconds=20.0)


def check(found: Sequence[Array], wanted: Sequence[Array]) -> None:
    """Compare gradients of the same numbers, which differ by rounding alone."""
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


def row(name: str, form: str, found: Measured) -> list[str]:
    """Write a time, and what it is over others."""
    over = [f"{found[name] / found[other]:.2f}" for other in (BY_HAND, BARE)]
    ours = f"{found[OURS] / found[name]:.3f}" if name in (TESSERACT, UM_BRIDGE) else ""
    return [name, form, time_of(found[name]), *over, ours]


def main() -> None:
    """Print the table."""
    keep_heap()
    asked = network()
    with ExitStack() as stack:
        running = peers(asked, stack)
        found = {encoding: measure(asked, running, encoding) for encoding in ENCODINGS}
    first = found["safetensors"]
    rows = [row(BY_HAND, "", first), row(BARE, "raw floats", first)]
    for encoding, measured in found.items():
        rows += [row(name, ENCODINGS[encoding], measured) for name in measured if name not in (BY_HAND, BARE)]
    title = f"Gradients over HTTP: {'-'.join(map(str, SIZES))}, {SAMPLES} samples"
    header = ["server", "body", "time", "over NumPy", "over the bare server", "chainrule over it"]
    note = "The shortest of each; NumPy and the bare server are measured again beside each kind of body."
    print_table(title, header, rows, note)


if __name__ == "__main__":
    main()
