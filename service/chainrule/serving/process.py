"""What a process sets for itself before it serves: how glibc keeps memory, and how many threads BLAS may use."""

from __future__ import annotations

import ctypes
import os
from collections.abc import MutableMapping

MEBIBYTE = 2**20

# The numbers of these options in glibc's <malloc.h>.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3

HEAP = {
    M_MMAP_THRESHOLD: 1024 * MEBIBYTE,
    M_TRIM_THRESHOLD: 1024 * MEBIBYTE,
    M_TOP_PAD: 64 * MEBIBYTE,
}
"""As it comes, glibc maps every large array anew and gives it back at once, at the price of much arithmetic."""

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


def one_blas_thread(environment: MutableMapping[str, str] = os.environ) -> None:
    """Give BLAS one thread in the processes started from here on, unless the operator said otherwise.

    Several workers with several BLAS threads each fight for the same cores, and take three times as long.
    """
    for name in BLAS_THREADS:
        environment.setdefault(name, "1")
