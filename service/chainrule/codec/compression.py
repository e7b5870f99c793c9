"""Compressed bodies: those that come, piece by piece, so that a bomb is noticed in time, and answers that leave."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from typing import Final, Literal, Protocol, get_args

from chainrule.codec.arrays import Bytes
from chainrule.errors import InputError, Proceed, go_on

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ContentEncoding = Literal["gzip", "zstd"]

CONTENT_ENCODINGS: Final[tuple[ContentEncoding, ...]] = get_args(ContentEncoding)
"""The names that ``Content-Encoding`` may have."""

_PIECE: Final = 1 << 20
"""Bytes that are put out at once, at the most."""

_SLICE: Final = 1 << 14
"""Bytes that are taken in at once. Each member of a gzip body copies what is behind it, so a slice has to be small."""

_WINDOW_LOG: Final = 23
"""8 MiB: the largest window that RFC 9659 lets a zstd body need."""


class BodyTooLarge(Exception):  # noqa: N818 (named as the contract's code)
    """A body is larger than the limit once it is decompressed."""


def decompress(body: Bytes, encoding: ContentEncoding, limit: int, proceed: Proceed = go_on) -> bytearray:
    """Decompress a whole body, asking after every piece whether to go on.

    Raises
    ------
    BodyTooLarge
        It has more than `limit` bytes.
    InputError
        ``malformed_encoding``

    Examples
    --------
    >>> decompress(zlib.compress(b"gradients", wbits=31), "gzip", limit=100)
    bytearray(b'gradients')
    """
    decompressor = Decompressor(encoding, limit)
    result = bytearray()
    for piece in decompressor.feed(body):  # an empty one too, for every empty member or frame
        proceed()
        result += piece
    decompressor.finish()
    return result


def compress(content: Bytes, encoding: ContentEncoding) -> bytes:
    """Compress an answer as fast as it goes: the next levels take several times as long for a tenth fewer bytes.

    Examples
    --------
    >>> bytes(decompress(compress(b"gradients", "zstd"), "zstd", limit=100))
    b'gradients'
    """
    if encoding == "zstd":
        return zstd.compress(content, level=1)
    return zlib.compress(content, level=1, wbits=31)


class Decompressor:
    """Decompresses a body that arrives in chunks: one member or frame, or several one behind the other.

    Parameters
    ----------
    encoding
        One of ``CONTENT_ENCODINGS``.
    limit
        Bytes that the body may have, decompressed.
    """

    def __init__(self, encoding: ContentEncoding, limit: int) -> None:
        self._encoding = encoding
        self._left = limit
        self._stream: _Stream | None = _STREAMS[encoding]()

    def feed(self, chunk: Bytes) -> Iterator[bytes]:
        """Take the next bytes of the body, and give what they hold, in pieces of at most 1 MiB.

        Raises
        ------
        BodyTooLarge
            The body is over the limit; nothing of what exceeds it is given.
        InputError
            ``malformed_encoding``
        """
        chunk = memoryview(chunk)
        for start in range(0, len(chunk), _SLICE):
            yield from self._decompress(bytes(chunk[start : start + _SLICE]))

    def finish(self) -> None:
        """Say that the body is at its end.

        Raises
        ------
        InputError
            ``malformed_encoding``, if it breaks off.
        """
        if self._stream is not None:
            raise self._malformed("it breaks off")

    def _decompress(self, data: bytes) -> Iterator[bytes]:
        full = False
        while data or full:
            self._stream = self._stream or _STREAMS[self._encoding]()
            room = min(_PIECE, self._left + 1)
            try:
                piece = self._stream.decompress(data, room)
            except (zlib.error, zstd.ZstdError) as error:
                raise self._malformed(str(error)) from None
            if len(piece) > self._left:
                raise BodyTooLarge
            self._left -= len(piece)
            yield piece
            # A full piece may have more behind it, though all data went in.
            data, full = b"", len(piece) == room
            if self._stream.eof:
                data, full = self._stream.unused_data, False
                self._stream = None

    def _malformed(self, what: str) -> InputError:
        return InputError(
            "malformed_encoding", "", f"expected a body in {self._encoding}, got one that is damaged: {what}"
        )


class _Stream(Protocol):
    """One member of a gzip body, or one frame of a zstd body."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _GzipMember:
    """zlib's decompressor, which hands back what it did not get to, as one that keeps it."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _zstd_frame() -> _Stream:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})


_STREAMS: Final = {"gzip": _GzipMember, "zstd": _zstd_frame}
