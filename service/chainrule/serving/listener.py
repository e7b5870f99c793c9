"""The socket on which requests arrive, opened once and shared by all workers."""

from __future__ import annotations

import socket
from collections.abc import Iterable

ACCEPTED_AT_ONCE = 8
"""Connections in a turn of the event loop."""


def open_listener(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises
    ------
    OSError
        If the address cannot be had.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it. asyncio sets it only on sockets that it opened itself, and without it a
        # small answer can wait 40 ms for the caller's acknowledgement of the one before.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def duplicated(listeners: Iterable[socket.socket]) -> list[socket.socket]:
    """Give each listener, and as many duplicates that connections are accepted several in a turn of the event loop.

    libuv accepts one connection a turn from each socket that it is given. Whoever came last of sixty-four, a health
    check for example, would wait for sixty-four turns.
    """
    duplicates = []
    for listener in listeners:
        # A duplicate is made to wait if its original seems to wait, as one from another process does, and with it
        # every process that shares the socket, in the middle of its event loop.
        listener.setblocking(False)
        duplicates += [listener, *(listener.dup() for _ in range(ACCEPTED_AT_ONCE - 1))]
    return duplicates


def url_of(listener: socket.socket) -> str:
    """Where to find the service."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
