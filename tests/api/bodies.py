"""Requests, and the bytes that carry them."""

from __future__ import annotations

import base64
import json
import socket
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tests.server import PATIENCE_SECONDS, Server

JSON = {"Content-Type": "application/json"}

NEURON: dict[str, Any] = {
    "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]},
    "weights": {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [1.0]}},
    "batch": {"inputs": [[1.0, -2.0, 3.0]], "output_gradients": [[1.0]]},
}
"""The textbook's neuron: -3·1 + -1·-2 + 2·3 + 1 = 6."""

NEURON_BODY = json.dumps(NEURON).encode()


def slow(layers: int, samples: int = 1000) -> bytes:
    """A body that takes long to compute in many small steps: samples of 128 features through many layers of tanh."""
    array = np.linspace(-1.0, 1.0, 128 * samples).reshape(samples, 128)
    inputs = {"dtype": "float64", "shape": list(array.shape), "base64": base64.b64encode(array.tobytes()).decode()}
    request = {
        "network": {"layers": [{"type": "tanh"}] * layers},
        "batch": {"inputs": inputs},
        "options": {"encoding": "base64"},
    }
    return json.dumps(request).encode()


def gzip_bomb(size: int) -> bytes:
    """A gzip body of nothing but spaces."""
    compressor = zlib.compressobj(9, wbits=31)
    pieces = [compressor.compress(b" " * 2**20) for _ in range(size // 2**20)]
    return b"".join([*pieces, compressor.flush()])


def zstd_bomb(size: int) -> bytes:
    """A zstd body of blocks that repeat one space (RFC 8878, section 3.1.1.2)."""
    block = 128 * 1024
    count = size // block
    headers = [int(index == count - 1) | 1 << 1 | block << 3 for index in range(count)]
    return struct.pack("<IBB", 0xFD2FB528, 0, 7 << 3) + b"".join(struct.pack("<I", one)[:3] + b" " for one in headers)


def head(path: str, *headers: str, method: str = "POST") -> bytes:
    """The head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: test", *headers, "", ""]).encode()


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    """A bare connection, for what no client would send."""
    with socket.create_connection((server.host, server.port), timeout=PATIENCE_SECONDS) as connection:
        yield connection


def read_to_end(connection: socket.socket) -> bytes:
    """Everything until the service closes the connection."""
    received = b""
    while piece := connection.recv(2**16):
        received += piece
    return received


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer on a connection that stays open."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(2**16)
        assert piece, f"the connection was closed after {received!r}"
        received += piece
    top, _, body = received.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").lower().split("\r\n")
    length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
    while len(body) < length:
        body += connection.recv(2**16)
    return int(lines[0].split()[1]), body
