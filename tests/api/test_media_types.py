"""Which form a request has and an answer gets, header by header."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from chainrule.api.media_types import accepted, compression, content_type, spoken
from chainrule.api.problems import Refusal

JSON = "application/json"
SAFETENSORS = "application/vnd.safetensors"
BOTH = (JSON, SAFETENSORS)


def request_with(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("header", "form"),
    [
        (JSON, JSON),
        ("application/json; charset=utf-8", JSON),
        ('Application/JSON;CHARSET="UTF-8"', JSON),
        (SAFETENSORS, SAFETENSORS),
        ("application/vnd.safetensors ", SAFETENSORS),
    ],
)
def test_both_forms_are_read_however_they_are_written(header: str, form: str) -> None:
    assert content_type(request_with(content_type=header), BOTH) == form


@pytest.mark.parametrize(
    "header", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "json", "é"]
)
def test_any_other_form_is_refused_and_the_right_ones_are_named(header: str) -> None:
    with pytest.raises(Refusal) as refused:
        content_type(request_with(content_type=header), BOTH)
    assert refused.value.code == "unsupported_media_type"
    assert JSON in refused.value.detail
    assert SAFETENSORS in refused.value.detail


def test_a_long_header_is_not_repeated() -> None:
    with pytest.raises(Refusal) as refused:
        content_type(request_with(content_type="x" * 5000), BOTH)
    assert "x" * 80 not in refused.value.detail


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", SAFETENSORS),
        ("*/*", SAFETENSORS),
        ("application/*", SAFETENSORS),
        (JSON, JSON),
        (f"{JSON}, */*;q=0.1", JSON),
        (f"{JSON};q=0.5, {SAFETENSORS};q=0.4", JSON),
        (f"{JSON};q=0.5, {SAFETENSORS};q=0.5", SAFETENSORS),
        (f"text/html, {JSON};q=0.9, */*;q=0.8", JSON),
        (f"{SAFETENSORS};q=0, */*", JSON),
        (f"application/*;q=0.2, {JSON};q=0.1", SAFETENSORS),
        (f"{JSON}; q=nonsense, {SAFETENSORS}", SAFETENSORS),
        (f"APPLICATION/JSON ; Q=1, {SAFETENSORS};q=0.9", JSON),
        (f"application/problem+json, {JSON}", JSON),
    ],
)
def test_the_preferred_form_wins_and_between_equals_the_requests_own(header: str, form: str) -> None:
    request = request_with(accept=header) if header else request_with()
    assert accepted(request, SAFETENSORS, BOTH) == form


def test_a_call_without_arrays_speaks_json_alone() -> None:
    forms = spoken(arrays=False)
    assert accepted(request_with(accept=f"{SAFETENSORS}, */*;q=0.1"), JSON, forms) == JSON
    with pytest.raises(Refusal, match="something else"):
        accepted(request_with(accept=SAFETENSORS), JSON, forms)
    with pytest.raises(Refusal, match="in UTF-8"):
        content_type(request_with(content_type=SAFETENSORS), forms)


@pytest.mark.parametrize("header", ["image/png", "text/html, text/*;q=0.5", f"{JSON};q=0", "*/*;q=0", f"{JSON};q=2"])
def test_a_caller_who_wants_neither_form_is_told_so(header: str) -> None:
    with pytest.raises(Refusal) as refused:
        accepted(request_with(accept=header), JSON, BOTH)
    assert refused.value.code == "not_acceptable"


def test_several_accept_headers_are_one_list() -> None:
    request = Request({"type": "http", "headers": [(b"accept", b"image/png"), (b"accept", SAFETENSORS.encode())]})
    assert accepted(request, JSON, BOTH) == SAFETENSORS


@pytest.mark.parametrize(
    ("header", "name"), [("gzip", "gzip"), ("X-GZIP", "gzip"), ("zstd", "zstd"), ("identity", None), ("", None)]
)
def test_compressions_are_read(header: str, name: str | None) -> None:
    assert compression(request_with(content_encoding=header)) == name


@pytest.mark.parametrize("header", ["br", "gzip, zstd", "deflate"])
def test_any_other_compression_is_refused_and_the_right_ones_are_named(header: str) -> None:
    with pytest.raises(Refusal) as refused:
        compression(request_with(content_encoding=header))
    assert refused.value.code == "unsupported_media_type"
    assert refused.value.headers == {"Accept-Encoding": "gzip, zstd"}
