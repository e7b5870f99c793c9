"""The way of one request through the rooms behind HTTP, from bytes to bytes: in a thread, or at once if it is small."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

from chainrule.api.body import too_large
from chainrule.api.media_types import Form
from chainrule.api.timing import Stopwatch
from chainrule.calls import Job, Prepare
from chainrule.codec import (
    JSON,
    SAFETENSORS,
    BodyTooLarge,
    Bytes,
    ContentEncoding,
    NonFiniteAnswerError,
    compress,
    decode,
    decompress,
    encode_in_pieces,
)
from chainrule.errors import InputError, Proceed
from chainrule.settings import Settings

WORTH_COMPRESSING = 16 * 1024
"""Bytes of an answer below which compressing gains nothing. It is for numerals: binary numbers hardly shrink."""


class Answer(NamedTuple):
    """The bytes of an answer, in pieces that stand one behind the other, and how they are compressed, if they are."""

    pieces: Sequence[Bytes]
    compression: ContentEncoding | None = None


SMALL_BODY = 32 * 1024
"""Bytes of a body that is looked at before it is known what it costs, ..."""

SMALL_COUNTS = {b'"type"': 64, b'"': 1_000, b"{": 200, b"[": 2_000, b"\\u": 64}
"""... what there may be in it that takes longer than numbers: each layer of a definition has a type, and takes time to
be read and resolved; each name, object and list takes a step in Python, and may be spelled by escapes, ..."""

SMALL_STEPS = 4
"""... and steps that reading it may take: ordinary texts take none, and those that are read number by number many."""

SMALL_MICROSECONDS = 2_000
"""What takes less is computed at once: others wait no longer for it than they would for a turn of the interpreter."""

ALONE_BODY, ALONE_MICROSECONDS = 4 << 20, 60_000
"""The same limits for arrays that come and go in safetensors where there are no others to wait: the thread would run on
another core, whose cache has nothing of the body yet."""


class _ManyStepsError(Exception):
    """Reading takes longer than a small request may."""


class _Steps:
    """Goes on for so many steps, and no further."""

    def __init__(self, count: int) -> None:
        self._left = count

    def __call__(self) -> None:
        """Count a step."""
        self._left -= 1
        if self._left < 0:
            raise _ManyStepsError


def _is_plain(text: bytes) -> bool:
    """Whether a text is short, and made of numbers for the most part."""
    return len(text) <= SMALL_BODY and all(text.count(sign) <= most for sign, most in SMALL_COUNTS.items())


def _header(body: Bytes) -> bytes:
    """The text that a file in safetensors begins with, or what there is of it."""
    return bytes(body[8 : 8 + min(int.from_bytes(body[:8], "little"), SMALL_BODY + 1)])


class Computation:
    """Decompress, decode, resolve, compute, encode: called once, asking between whether to go on."""

    def __init__(self, body: Bytes, form: Form, prepare: Prepare, settings: Settings, watch: Stopwatch) -> None:
        self._body = body
        self._form = form
        self._prepare = prepare
        self._settings = settings
        self._watch = watch
        self._job: Job | None = None
        self._admitted = perf_counter()

    def is_small(self, *, alone: bool = False) -> bool:
        """Whether it is worth no thread: the hop there and back takes as long as a small request itself.

        What is small enough to find that out at once is decoded and resolved here.

        Parameters
        ----------
        alone
            Whether nobody else is calling, who would wait for it.
        """
        body = self._body
        alone = alone and self._form.content_type == self._form.accept == SAFETENSORS
        if self._form.compression or len(body) > (ALONE_BODY if alone else SMALL_BODY):
            return False
        if not _is_plain(_header(body) if alone else bytes(body)):
            return False
        try:
            self._job = self._resolved(_Steps(SMALL_STEPS))
        except _ManyStepsError:
            self._body = body  # for the thread, which has the time to read it
            return False
        self._admitted = perf_counter()
        return self._job.microseconds < (ALONE_MICROSECONDS if alone else SMALL_MICROSECONDS)

    def __call__(self, proceed: Proceed) -> Answer:
        """The bytes of the answer."""
        watch, form = self._watch, self._form
        watch.add("queue", perf_counter() - self._admitted)
        job, self._job = self._job or self._resolved(proceed), None
        with watch.phase("compute"):
            answer = job.compute(proceed)
        proceed()
        with watch.phase("encode"):
            try:
                pieces = encode_in_pieces(answer, form.accept, base64=job.base64)
            except NonFiniteAnswerError as error:  # the core looks at every layer, but a sum over one may overflow too
                raise InputError("non_finite_result", "", str(error)) from None
            if form.accept == JSON and not job.base64 and form.answer_compression:
                (content,) = pieces
                if len(content) >= WORTH_COMPRESSING:
                    proceed()
                    return Answer([compress(content, form.answer_compression)], form.answer_compression)
            return Answer(pieces)

    def _resolved(self, proceed: Proceed) -> Job:
        with self._watch.phase("decode"):
            document = decode(self._plain_body(proceed), self._form.content_type, proceed)
        proceed()
        with self._watch.phase("resolve"):
            return self._prepare(document, self._settings.limits)

    def _plain_body(self, proceed: Proceed) -> Bytes:
        body, self._body = self._body, b""  # nothing else refers to it: computing needs the room
        if self._form.compression is None:
            return body
        try:
            return decompress(body, self._form.compression, self._settings.max_body_bytes, proceed)
        except BodyTooLarge:
            raise too_large(self._settings.max_body_bytes) from None
