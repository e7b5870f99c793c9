"""One request's way through the rooms behind HTTP, from bytes to bytes, as a worker thread walks it."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

from chainrule.api.body import too_large
from chainrule.api.media_types import Form
from chainrule.api.timing import Stopwatch
from chainrule.calls import Prepare
from chainrule.codec import (
    JSON,
    BodyTooLarge,
    ContentEncoding,
    NonFiniteAnswerError,
    compress,
    decode,
    decompress,
    encode,
)
from chainrule.errors import InputError, Proceed
from chainrule.settings import Settings

WORTH_COMPRESSING = 16 * 1024
"""Bytes of an answer below which compressing gains nothing. It is for numerals: binary numbers hardly shrink."""


class Answer(NamedTuple):
    """The bytes of an answer, and how they are compressed, if they are."""

    content: bytes
    compression: ContentEncoding | None = None


class Computation:
    """Decompress, decode, resolve, compute, encode: called once, in a thread, asking between whether to go on."""

    def __init__(
        self, body: bytes | bytearray, form: Form, prepare: Prepare, settings: Settings, watch: Stopwatch
    ) -> None:
        self._body = body
        self._form = form
        self._prepare = prepare
        self._settings = settings
        self._watch = watch
        self._admitted = perf_counter()

    def __call__(self, proceed: Proceed) -> Answer:
        """The bytes of the answer."""
        watch, form = self._watch, self._form
        watch.add("queue", perf_counter() - self._admitted)
        with watch.phase("decode"):
            document = decode(self._plain_body(proceed), form.content_type, proceed)
        proceed()
        with watch.phase("resolve"):
            job = self._prepare(document, self._settings.limits)
        with watch.phase("compute"):
            answer = job.compute(proceed)
        proceed()
        with watch.phase("encode"):
            try:
                content = encode(answer, form.accept, base64=job.base64)
            except NonFiniteAnswerError as error:  # the core looks at every layer, but a sum over one may overflow too
                raise InputError("non_finite_result", "", str(error)) from None
            if form.accept == JSON and not job.base64 and len(content) >= WORTH_COMPRESSING and form.answer_compression:
                proceed()
                return Answer(compress(content, form.answer_compression), form.answer_compression)
            return Answer(content)

    def _plain_body(self, proceed: Proceed) -> bytes | bytearray:
        body, self._body = self._body, b""  # nothing else refers to it: computing needs the room
        if self._form.compression is None:
            return body
        try:
            return decompress(body, self._form.compression, self._settings.max_body_bytes, proceed)
        except BodyTooLarge:
            raise too_large(self._settings.max_body_bytes) from None
