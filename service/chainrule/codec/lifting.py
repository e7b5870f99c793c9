"""Long texts in base64 taken out of a JSON text before it is parsed.

Most bytes of a body with arrays in base64 are in a few texts that hold nothing to be parsed. A parser looks at each of
their bytes, copies them, and keeps Python's other threads waiting meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from chainrule.codec.arrays import Bytes

SHORTEST: Final = 256
"""Characters of a text from which on it is lifted, ..."""

SMALLEST: Final = 16 << 10
"""... bytes of a JSON text that is worth a search for them, ..."""

SHARE: Final = 0.5
"""... and what part of it they have to be: the rest is copied."""

_PIECE: Final = 1 << 16
"""Bytes that are searched at once."""

_FAR: Final = 1 << 16
"""Bytes between two quotes behind which nothing more is looked for: there are lists of numbers."""

_MEMBER: Final = re.compile(rb'"base64"[ \t\n\r]{0,16}+:[ \t\n\r]{0,16}+"')

_MARK: Final = b"#"
"""What the name of a lifted text begins with. Outside of a text it is no JSON."""

_MOST_QUOTES: Final = 10_000
"""Quotes that are looked at: who has more has names, not arrays."""


class Lifted(NamedTuple):
    """A JSON text without its long texts in base64, each of which is called by a name in it."""

    text: Bytes
    texts: dict[str, Bytes]
    """By their names. They may hold any bytes but a quote."""


def lift(text: Bytes) -> Lifted:
    """Take out what stands in quotes behind ``"base64":``, as far as it is long.

    If what is left is JSON, and each name is found once in it, as the whole of a text, then so was the JSON text with
    the lifted texts in their places, provided that they are in base64. For a quote that ends ``"base64":"`` can, in
    JSON, only begin a text; what is lifted holds no quote, and base64 has no backslash that would let the text go on
    behind it. And where that quote is none that begins a text, the name in its place stands outside of one, which is
    no JSON.

    Nothing is lifted where a text of the caller's begins like such a name.
    """
    if len(text) < SMALLEST:
        return Lifted(text, {})
    whole = memoryview(text)
    texts: dict[str, Bytes] = {}
    kept: list[Bytes] = []
    end = 0
    for start, after in _long_texts(whole):
        name = _MARK + b"%d" % len(texts)
        texts[name.decode()] = whole[start:after]
        kept += whole[end:start], name
        end = after
    if not texts or sum(map(len, texts.values())) < SHARE * len(text):
        return Lifted(text, {})
    left = b"".join([*kept, whole[end:]])
    # A backslash could spell the mark in another way.
    unmistakable = left.count(b'"' + _MARK) == len(texts) and b"\\" not in left
    return Lifted(left, texts) if unmistakable else Lifted(text, {})


def _long_texts(text: memoryview) -> Iterator[tuple[int, int]]:
    """Find where the contents of long texts in base64 start, and where they end."""
    last = start = 0
    inside = False
    for quote in islice(_quotes(text), _MOST_QUOTES):
        if quote < start:
            continue  # one of the four of the member that was found
        if inside:
            inside = False
            if quote - start >= SHORTEST:
                yield start, quote
        elif quote - last > _FAR:
            return
        elif member := _MEMBER.match(text, quote):
            start, inside = member.end(), True
        last = quote


def _quotes(text: memoryview) -> Iterator[int]:
    """Find all quotes, piece by piece: a piece is copied, and stays in the cache while it is searched."""
    for begin in range(0, len(text), _PIECE):
        piece = bytes(text[begin : begin + _PIECE])
        at = piece.find(b'"')
        while at >= 0:
            yield begin + at
            at = piece.find(b'"', at + 1)
