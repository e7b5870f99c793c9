"""Compressed bodies, and bombs."""

from __future__ import annotations

import gzip
import random
import struct
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from chainrule.codec import CONTENT_ENCODINGS, BodyTooLarge, Decompressor, decompress
from chainrule.errors import Abandoned, InputError
from tests.documents import patient

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1 << 20
TEXT = b'{"batch": {"inputs": [[' + b", ".join(b"%d.5" % index for index in range(20_000)) + b"]]}}"


def zstd_compress(content: bytes) -> bytes:
    """With a checksum, as gzip has one."""
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


COMPRESS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstd_compress}


def gzip_bomb(size: int) -> bytes:
    """A member that says the same again and again: after a full flush, the same content gives the same bytes."""
    compressor = zlib.compressobj(9, wbits=31)
    head, again = (compressor.compress(bytes(MIB)) + compressor.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return head + again * (size // MIB - 1)


def zstd_bomb(size: int) -> bytes:
    """A frame of blocks that each say: one byte, 128 KiB of it. A kilobyte of them is 32 MiB."""
    count = size // (128 * 1024)
    blocks = [
        struct.pack("<I", int(index == count - 1) | 1 << 1 | 128 * 1024 << 3)[:3] + b" " for index in range(count)
    ]
    return struct.pack("<I", 0xFD2FB528) + bytes([0, 7 << 3]) + b"".join(blocks)


BOMBS = {"gzip": gzip_bomb, "zstd": zstd_bomb}


def in_chunks(body: bytes, encoding: Any, size: int, limit: int = 1 << 30) -> bytes:
    decompressor = Decompressor(encoding, limit)
    pieces = [piece for at in range(0, len(body), size) for piece in decompressor.feed(body[at : at + size])]
    decompressor.finish()
    return b"".join(pieces)


def test_every_name_that_is_offered_is_understood() -> None:
    assert set(CONTENT_ENCODINGS) == set(COMPRESS)
    for encoding in CONTENT_ENCODINGS:
        assert decompress(COMPRESS[encoding](TEXT), encoding, len(TEXT)) == TEXT


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_chunks_may_have_any_size(encoding: str, size: int) -> None:
    body = COMPRESS[encoding](TEXT)
    assert in_chunks(body, encoding, size) == TEXT


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_members_may_follow_each_other(encoding: str) -> None:
    compress = COMPRESS[encoding]
    body = compress(b"first ") + compress(b"") + compress(TEXT) + compress(b" last")
    for size in (1, 5, len(body)):
        assert in_chunks(body, encoding, size) == b"first " + TEXT + b" last"


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_a_body_of_any_size_comes_whole(encoding: str) -> None:
    for size in (0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB + 3):
        for content in (bytes(size), random.Random(size).randbytes(size)):
            assert decompress(COMPRESS[encoding](content), encoding, size) == content  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_what_is_damaged_is_refused(encoding: Any) -> None:
    body = COMPRESS[encoding](TEXT)
    damaged = {
        "nothing at all": b"",
        "plain": TEXT,
        "cut": body[:-1],
        "cut in the head": body[:3],
        "garbage behind": body + b"garbage",
        "zeros behind": body + bytes(8),
        "a flipped bit": body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 1]) + body[len(body) // 2 + 1 :],
        "a second member cut": body + body[:-1],
    }
    for what, damage in damaged.items():
        with pytest.raises(InputError) as caught:
            decompress(damage, encoding, 10 * len(TEXT))
        (fault,) = caught.value.faults
        assert (fault.code, fault.pointer) == ("malformed_encoding", ""), what
        assert fault.detail.startswith(f"expected a body in {encoding}, got one that is damaged: ")


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_the_limit_is_exact(encoding: Any) -> None:
    body = COMPRESS[encoding](TEXT)
    assert decompress(body, encoding, len(TEXT)) == TEXT
    with pytest.raises(BodyTooLarge):
        decompress(body, encoding, len(TEXT) - 1)
    with pytest.raises(BodyTooLarge):
        decompress(COMPRESS[encoding](b"x"), encoding, 0)
    assert decompress(COMPRESS[encoding](b""), encoding, 0) == b""
    with pytest.raises(BodyTooLarge):
        decompress(COMPRESS[encoding](b"12345") * 3, encoding, 14)


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_a_bomb_of_a_gibibyte_is_refused_in_bounded_memory(encoding: Any) -> None:
    bomb, limit = BOMBS[encoding](1 << 30), 32 * MIB
    produced: list[int] = []
    decompressor = Decompressor(encoding, limit)
    tracemalloc.start()
    pieces = map(len, decompressor.feed(bomb))
    with pytest.raises(BodyTooLarge):
        produced.extend(pieces)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(produced) <= MIB
    assert limit - MIB <= sum(produced) <= limit
    assert peak < 4 * MIB


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_a_body_of_nothing_but_empty_members_takes_no_time(encoding: Any) -> None:
    body = COMPRESS[encoding](b"") * 50_000
    before = time.perf_counter()
    assert decompress(body, encoding, 10) == b""
    assert time.perf_counter() - before < 20  # quadratic time would be minutes


def test_a_window_that_needs_much_memory_is_refused() -> None:
    def frame(window_log: int) -> bytes:
        head = struct.pack("<I", 0xFD2FB528) + bytes([0, (window_log - 10) << 3])
        return head + struct.pack("<I", 1 | 5 << 3)[:3] + b"hello"

    assert decompress(frame(23), "zstd", 100) == b"hello"
    with pytest.raises(InputError, match="memory"):
        decompress(frame(24), "zstd", 100)


def test_skippable_frames_are_skipped() -> None:
    skippable = struct.pack("<II", 0x184D2A50, 4) + b"skip"
    assert decompress(skippable + zstd.compress(b"kept") + skippable, "zstd", 100) == b"kept"


@pytest.mark.parametrize("encoding", CONTENT_ENCODINGS)
def test_one_who_waits_no_longer_stops_it_between_two_pieces(encoding: Any) -> None:
    for body in (BOMBS[encoding](64 * MIB), COMPRESS[encoding](b"") * 50_000):
        with pytest.raises(Abandoned):
            decompress(body, encoding, 64 * MIB, patient(5))
