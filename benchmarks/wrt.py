"""Asks what ``options.wrt`` saves: gradients that nobody asked for are not computed, and do not travel."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import _calls
from benchmarks._networks import perceptron
from benchmarks._timing import print_table, side_by_side, time_of
from chainrule.calls import prepare_backward
from chainrule.core.limits import Limits
from tests.server import Server, started

CHOICES = {
    "weights and inputs": ["weights", "inputs"],
    "weights": ["weights"],
    "inputs": ["inputs"],
    "the last layer": ["dense_2"],
}
BATCHES = (64, 1024)


def in_the_core(samples: int) -> dict[str, Callable[[], object]]:
    """Make what computes the gradients of each choice."""
    document = perceptron((784, 256, 128, 10), samples).document()

    def computing(wrt: list[str]) -> Callable[[], object]:
        asked = {**document, "options": {"wrt": wrt}}
        return lambda: prepare_backward(asked, Limits()).compute(lambda: None)

    return {name: computing(wrt) for name, wrt in CHOICES.items()}


def over_http(server: Server, samples: int) -> dict[str, Callable[[], object]]:
    """Make what asks for the gradients of each choice in safetensors, with all weights in every body."""
    network = perceptron((784, 256, 128, 10), samples)
    return {name: _calls.chainrule(network, "safetensors", wrt=wrt).to(server.port) for name, wrt in CHOICES.items()}


def row(name: str, ways: dict[str, Callable[[], object]]) -> list[str]:
    """Write the times as multiples of that of everything."""
    found = side_by_side(ways, seconds=3.0)
    everything, *others = found.values()
    return [name, time_of(everything), *(f"{one / everything:.2f}" for one in others)]


def main() -> None:
    """Print the table."""
    rows = [row(f"core, {samples} samples", in_the_core(samples)) for samples in BATCHES]
    with tempfile.TemporaryDirectory() as folder:
        for server in started(Path(folder), {"LOG_LEVEL": "info"}):
            rows += [row(f"safetensors, {samples} samples", over_http(server, samples)) for samples in BATCHES]
    note = "Dense 784-256-128-10, float64: times over that of all gradients."
    print_table("What `options.wrt` saves", ["", *CHOICES], rows, note)


if __name__ == "__main__":
    main()
