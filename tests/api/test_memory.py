"""The memory of a service, after the largest request that it takes."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import pytest

from tests.api.soak import resident_bytes
from tests.conformance.kit import KIT
from tests.conftest import Serve
from tests.server import wait_for

SAFETENSORS = {"Content-Type": "application/vnd.safetensors"}
MEBIBYTE = 2**20


def body(rows: int) -> bytes:
    """A request that has eight kilobytes of inputs a row, and as many of upstream gradients."""
    array = np.linspace(-1.0, 1.0, rows * 1000).reshape(rows, 1000)
    request = {"network": {"layers": [{"type": "tanh"}]}, "batch": {"inputs": array, "output_gradients": array}}
    content: bytes = KIT.with_safetensors(request)
    return content


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's memory")
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told when to give memory back")
def test_memory_returns_to_its_level_some_seconds_after_the_largest_request(serve: Serve) -> None:
    server = serve()
    small, largest = body(10), body(4190)
    assert len(largest) > 63 * MEBIBYTE
    with server.client() as client:
        for _ in range(5):
            assert client.post("/backward", content=small, headers=SAFETENSORS).status_code == 200
        before = resident_bytes(server.process.pid)
        for _ in range(2):
            assert client.post("/backward", content=largest, headers=SAFETENSORS).status_code == 200
        assert resident_bytes(server.process.pid) > before + 64 * MEBIBYTE  # kept, for more of the kind
        wait_for(lambda: resident_bytes(server.process.pid) < before + 16 * MEBIBYTE)
