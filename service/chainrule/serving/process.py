"""What a process sets for itself before it serves: how memory is kept, and how many threads BLAS may use."""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import MutableMapping
from contextlib import suppress

from chainrule.cores import blas_threads

MEBIBYTE = 2**20

# The numbers of these options in glibc's <malloc.h>.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -2, -3, -8

HEAP = {
    M_MMAP_THRESHOLD: 1024 * MEBIBYTE,
    M_TRIM_THRESHOLD: 1024 * MEBIBYTE,
    M_TOP_PAD: 64 * MEBIBYTE,
    M_ARENA_MAX: 1,
}
"""As it comes, glibc maps every large array anew and gives it back at once, at the price of much arithmetic.

One arena for all threads, since those of others than the first can hold up to 64 MiB that nothing gives back.
"""

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def keep_heap() -> bool:
    """Let glibc keep what it once got from the system; False where the C library is another one."""
    try:
        libc = ctypes.CDLL(None)
        libc.gnu_get_libc_version  # noqa: B018  # only glibc has it, and only there the numbers mean this
        mallopt = libc.mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return all(mallopt(option, value) for option, value in HEAP.items())


def give_back_heap() -> None:
    """Let the system have the memory that glibc keeps and nothing uses; nothing happens where it is another library."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(MEBIBYTE)


def spare_what_stays() -> None:
    """Let the garbage collector never again look at what there is now, which lives as long as the process.

    A look at all of an idle service takes 60 ms, in which nothing else happens in the process.
    """
    gc.collect()
    gc.freeze()


def share_cores(workers: int, threads: int, environment: MutableMapping[str, str] = os.environ) -> None:
    """Give BLAS no more threads than there are cores for, unless the operator has; to be called before NumPy loads."""
    for name in BLAS_THREADS:
        environment.setdefault(name, str(blas_threads(workers, threads)))
