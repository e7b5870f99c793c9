"""How large a network may be before anything is allocated for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost. The defaults fit a container of 2 GiB with two requests at a time."""

    layers: int = 1_000
    """Entries of ``network.layers``."""
    parameters: int = 10_000_000
    """Numbers in all weights and all state."""
    activations: int = 20_000_000
    """Numbers in the outputs of all layers, the batch included; and, counted apart, in all arrays of the answer."""
    flops: int = 200_000_000_000
    """Floating-point operations, forward and backward; a multiply-add counts as two."""
    threads: int = 1
    """Threads among which the parts of a large batch may be shared out."""
