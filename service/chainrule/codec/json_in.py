"""JSON in: the fast way where it can prove that it is right, the exact way for all other texts and for every fault."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final

from chainrule.codec import json_exact, json_fast
from chainrule.codec.arrays import Bytes
from chainrule.codec.layout import PLAIN, REQUEST, Place
from chainrule.codec.wording import described
from chainrule.errors import InputError, Proceed, go_on

_LARGE: Final = 16 << 20
"""Bytes of a text of which only one is read the fast way at a time: that takes up to 18 times its size."""

_SHORT: Final = 16 << 10
"""Bytes of a text without arrays that is worth a try to read it the fastest way."""

_large_text = Lock()


def decode(body: Bytes, proceed: Proceed) -> dict[str, Any]:
    """Read a request in JSON.

    Raises
    ------
    InputError
        ``malformed_json``, ``malformed_encoding``, ``ragged_array``, ``not_a_number`` or ``non_finite_input``.
    """
    document = read(body, REQUEST, proceed)
    if isinstance(document, dict):
        return document
    detail = f'expected an object such as {{"network": {{"layers": […]}}, …}}, got {described(document)}'
    raise InputError("malformed_json", "", detail)


def read(text: Bytes, place: Place, proceed: Proceed = go_on) -> Any:
    """The value that a JSON text holds, with arrays where `place` has them.

    Raises
    ------
    InputError
        As :func:`decode`.
    """
    if bytes(text[:3]) == codecs.BOM_UTF8:  # some editors and shells write one, and RFC 8259 lets a reader ignore it
        text = text[3:]
    if place is PLAIN and len(text) <= _SHORT:
        with suppress(json_fast.UnprovenError):
            return json_fast.read_plain(text)
    with suppress(json_fast.UnprovenError), _turn(len(text), proceed):
        return json_fast.read(text, place)
    # Not inside of an except: its exception would keep the memory of the fast way, many times the text.
    proceed()
    return json_exact.read(bytes(text), place, proceed)


@contextmanager
def _turn(size: int, proceed: Proceed) -> Iterator[None]:
    """Wait until no other large text is being read, if this one is large."""
    if size <= _LARGE:
        yield
        return
    while not _large_text.acquire(timeout=0.05):
        proceed()
    try:
        yield
    finally:
        _large_text.release()
