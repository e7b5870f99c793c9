"""Which form a request has, and which form its answer gets: the headers about content.

A call speaks two forms at most, so both headers are read by hand (RFC 9110, sections 8.3 and 12.5.1): the nearest
range decides its quality, the highest quality wins, and between equals the answer has the form of the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from starlette.requests import Request

from chainrule.api.problems import Refusal
from chainrule.codec import CONTENT_ENCODINGS, JSON, SAFETENSORS, ContentEncoding
from chainrule.errors import excerpt

Forms = tuple[str, ...]
"""The media types that a call speaks."""

_COMPRESSIONS: dict[str, ContentEncoding] = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}


def spoken(*, arrays: bool) -> Forms:
    """The forms of a call; safetensors only where there are arrays."""
    return (JSON, SAFETENSORS) if arrays else (JSON,)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one request, and of its answer."""

    content_type: str
    compression: ContentEncoding | None
    accept: str
    answer_compression: ContentEncoding | None
    """How the answer may be compressed, if it is worth while."""

    @classmethod
    def of(cls, request: Request, forms: Forms) -> Form:
        """Read the headers of a request; nothing of its body is wanted before they are in order."""
        own = content_type(request, forms)
        return cls(own, compression(request), accepted(request, own, forms), answer_compression(request))


def content_type(request: Request, forms: Forms) -> str:
    """The form of the request's body.

    Raises
    ------
    Refusal
        ``unsupported_media_type``, with the forms that are spoken.
    """
    header = request.headers.get("content-type", "")
    if header in forms:
        return header
    name, parameters = _parsed(header)
    if name in forms and _means_utf8(name, parameters):
        return name
    came = f"got {excerpt(header)}" if header else "there is none"
    expected = f"the Content-Type must be {JSON} (in UTF-8){''.join(f' or {form}' for form in forms[1:])}"
    raise Refusal("unsupported_media_type", f"{expected}, {came}", {"Accept": ", ".join(forms)})


def _means_utf8(name: str, parameters: dict[str, str]) -> bool:
    charset = parameters.get("charset", "utf-8").lower()
    return name != JSON or charset in ("utf-8", "utf8", "us-ascii")


def compression(request: Request) -> ContentEncoding | None:
    """How the request's body is compressed, if it is.

    Raises
    ------
    Refusal
        ``unsupported_media_type``, with the compressions that are spoken.
    """
    header = request.headers.get("content-encoding", "identity")
    name = header.strip().lower()
    if name in ("identity", ""):
        return None
    if name in _COMPRESSIONS:
        return _COMPRESSIONS[name]
    detail = f"the Content-Encoding must be gzip or zstd, or be left out, got {excerpt(header)}"
    raise Refusal("unsupported_media_type", detail, {"Accept-Encoding": "gzip, zstd"})


def accepted(request: Request, own: str, forms: Forms) -> str:
    """The form that the answer gets, `own` being that of the request.

    Raises
    ------
    Refusal
        ``not_acceptable``, if the caller wants none of the forms that are spoken.
    """
    header = ", ".join(request.headers.getlist("accept")).strip()
    if header in ("", "*/*"):
        return own
    ranges = list(_ranges(header))
    by_preference = sorted(forms, key=lambda form: (_quality(form, ranges), form == own), reverse=True)
    if _quality(by_preference[0], ranges) > 0:
        return by_preference[0]
    allows = f"{' or '.join(forms)}, and Accept allows {'neither' if len(forms) > 1 else 'something else'}"
    detail = f"an answer can be {allows}: {excerpt(header)}"
    raise Refusal("not_acceptable", detail)


def answer_compression(request: Request) -> ContentEncoding | None:
    """How the answer may be compressed: zstd rather than gzip, and not at all unless the caller asks for it.

    Clients ask for gzip without being told to. On the same machine nothing is as slow as compressing, so that who
    calls from there gets what it wants, which is the answer.
    """
    header = ", ".join(request.headers.getlist("accept-encoding"))
    if not header or request.client is None or _is_loopback(request.client.host):
        return None
    qualities = {one.name: one.quality for one in _ranges(header)}
    wanted = [(qualities.get(one, 0.0), one) for one in CONTENT_ENCODINGS]
    quality, best = max(wanted)
    return best if quality > 0 else None


@lru_cache(maxsize=256)  # to read an address takes longer than anything else here
def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False  # a socket in the file system, behind which anyone may be


class _Range(NamedTuple):
    name: str
    quality: float


def _ranges(header: str) -> Iterator[_Range]:
    for item in header.split(","):
        name, parameters = _parsed(item)
        if name:
            yield _Range("*/*" if name == "*" else name, _number(parameters.get("q", "1")))


def _quality(form: str, ranges: list[_Range]) -> float:
    """The quality that the nearest range gives to a form; 0 if none covers it."""
    for covering in (form, "application/*", "*/*"):
        qualities = [one.quality for one in ranges if one.name == covering]
        if qualities:
            return max(qualities)
    return 0.0


def _number(text: str) -> float:
    """A quality between 0 and 1; what cannot be read as one counts as not wanted."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def _parsed(value: str) -> tuple[str, dict[str, str]]:
    """``Type/Subtype; name="value"`` as a lower-case name and its parameters."""
    name, *rest = value.split(";")
    pairs = (part.partition("=") for part in rest)
    return name.strip().lower(), {key.strip().lower(): text.strip().strip('"') for key, _, text in pairs}
