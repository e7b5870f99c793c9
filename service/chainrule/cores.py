"""How many cores there are, and how they are shared out: among BLAS's threads, and among the parts of a large batch."""

from __future__ import annotations

import os
from pathlib import Path


def available_cores(limit: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Count the cores that this process may use: by affinity, and by the quota of its container."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = limit.read_text().split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else min(cores, max(int(quota) // int(period), 1))


def blas_threads(workers: int, threads: int) -> int:
    """Say how many threads BLAS should take for each product.

    It takes all cores by itself. Two products at once then wait for each other's threads, and on a machine that is busy
    or limited a small one takes tens of milliseconds instead of one.
    """
    return 1 if workers > 1 else max(available_cores() // threads, 1)


def part_threads(workers: int, threads: int) -> int:
    """Say how many parts of a batch one worker should compute at the same time: what BLAS and other workers leave."""
    return max(available_cores() // (workers * blas_threads(workers, threads)), 1)
