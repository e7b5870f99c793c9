"""Every way in which a call can fail is an error of its own kind, with what one needs to act on it."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chainrule_client import (
    AuthenticationError,
    ChainruleError,
    DeadlineError,
    Fault,
    InputError,
    OverloadedError,
    ProblemError,
    RequestTimeoutError,
    ServerError,
    TransportError,
)

Connect = Callable[..., Any]

ASKED: dict[str, Any] = {"network": [{"type": "relu"}], "inputs": [[1.0]], "request_id": "4f1c"}
FAULTS = [
    {
        "pointer": "/weights/hidden/kernel",
        "code": "shape_mismatch",
        "detail": "expected (2, 64), got (64, 2): is it transposed?",
    },
    {"pointer": "/options/seeds", "code": "unknown_field", "detail": 'unknown field "seeds": did you mean "seed"?'},
]


def problem(status: int, code: str, **members: Any) -> httpx.Response:
    body = {
        "type": f"/problems/{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": "what happened",
        "instance": "4f1c",
        "retryable": False,
        "errors": [],
        **members,
    }
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


def error_of(connect: Connect, answer: httpx.Response | Exception) -> Any:
    with pytest.raises(ChainruleError) as caught:
        connect(answer, max_retries=0).backward(**ASKED)
    error: Any = caught.value
    return error


def test_an_input_error_says_what_is_wrong_and_where(connect: Connect) -> None:
    answer = problem(422, "shape_mismatch", detail=FAULTS[0]["detail"], errors=FAULTS)
    error = error_of(connect, answer)
    assert type(error) is InputError
    assert (error.status, error.code, error.pointer) == (422, "shape_mismatch", "/weights/hidden/kernel")
    assert error.detail == "expected (2, 64), got (64, 2): is it transposed?"
    assert error.errors == tuple(Fault(**fault) for fault in FAULTS)
    assert error.request_id == "4f1c"
    assert error.retryable is False
    assert isinstance(error.body, dict)
    assert error.body["title"] == "shape mismatch"


def test_the_text_of_an_error_begins_with_the_request_id_and_says_it_all(connect: Connect) -> None:
    error = error_of(connect, problem(422, "shape_mismatch", detail=FAULTS[0]["detail"], errors=FAULTS))
    assert str(error) == (
        "4f1c: 422 shape_mismatch at /weights/hidden/kernel: expected (2, 64), got (64, 2): is it transposed?"
        " (and 1 more in .errors)"
    )


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "malformed_json", InputError),
        (401, "unauthorized", AuthenticationError),
        (403, "forbidden", AuthenticationError),
        (404, "not_found", ProblemError),
        (405, "method_not_allowed", ProblemError),
        (406, "not_acceptable", InputError),
        (413, "body_too_large", InputError),
        (415, "unsupported_media_type", InputError),
        (422, "unknown_layer", InputError),
        (429, "overloaded", OverloadedError),
        (500, "broken", ServerError),
        (503, "overloaded", OverloadedError),
        (504, "deadline_exceeded", DeadlineError),
        (507, "full", ServerError),
    ],
)
def test_each_status_has_its_kind_of_error(connect: Connect, status: int, code: str, kind: Any) -> None:
    error = error_of(connect, problem(status, code))
    assert type(error) is kind
    assert (error.status, error.code, error.pointer, error.errors) == (status, code, None, ())


def test_an_overloaded_service_says_how_long_to_wait(connect: Connect) -> None:
    answer = problem(503, "overloaded", retryable=True)
    answer.headers["Retry-After"] = "2"
    error = error_of(connect, answer)
    assert (error.retryable, error.retry_after) == (True, 2.0)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [(404, ProblemError, False), (413, InputError, False), (502, ServerError, True), (504, DeadlineError, True)],
)
def test_a_proxys_page_becomes_an_error_with_its_text(
    connect: Connect, status: int, kind: Any, *, retryable: bool
) -> None:
    error = error_of(connect, httpx.Response(status, html="<html>\n <h1>Sorry</h1>\n" + "x" * 1000))
    assert type(error) is kind
    assert (error.code, error.errors, error.retryable) == (None, (), retryable)
    assert error.detail.startswith("<html> <h1>Sorry</h1> xxx")
    assert len(error.detail) == 200
    assert error.body.startswith("<html>\n <h1>Sorry</h1>")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"text"'])
def test_a_problem_that_is_none_is_still_an_error(connect: Connect, body: bytes) -> None:
    answer = httpx.Response(422, content=body, headers={"content-type": "application/problem+json"})
    assert type(error_of(connect, answer)) is InputError


def test_members_of_a_problem_that_are_not_what_they_should_be_do_no_harm(connect: Connect) -> None:
    error = error_of(connect, problem(422, "x", errors=["text", {"code": 5}], detail=None, type=None, retryable="yes"))
    assert error.errors == (Fault("5", "", ""),)
    assert error.retryable is False


def test_an_answer_without_a_body_is_told_by_its_status(connect: Connect) -> None:
    assert str(error_of(connect, httpx.Response(500))) == "4f1c: 500: Internal Server Error"


def test_a_redirect_says_where_the_service_went(connect: Connect) -> None:
    error = error_of(connect, httpx.Response(307, headers={"location": "https://elsewhere/"}))
    assert str(error) == "4f1c: 307: the service is elsewhere: https://elsewhere/"


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx.ConnectError("refused"), TransportError),
        (httpx.ReadError(""), TransportError),
        (httpx.RemoteProtocolError("cut off"), TransportError),
        (httpx.ConnectTimeout("slow"), RequestTimeoutError),
        (httpx.ReadTimeout("slow"), RequestTimeoutError),
        (httpx.DecodingError("not gzip"), TransportError),
    ],
)
def test_no_answer_is_a_transport_error_with_its_cause(connect: Connect, cause: Exception, kind: Any) -> None:
    error = error_of(connect, cause)
    assert type(error) is kind
    assert error.__cause__ is cause
    said = f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
    assert str(error) == f"4f1c: no answer from http://127.0.0.1:8000/backward: {said}"


def test_errors_survive_pickle_and_copy(connect: Connect) -> None:
    error = error_of(connect, problem(422, "shape_mismatch", errors=FAULTS))
    twins: list[Any] = [pickle.loads(pickle.dumps(error)), copy.copy(error)]  # noqa: S301 - our own bytes
    for twin in twins:
        assert type(twin) is InputError
        assert str(twin) == str(error)
        assert (twin.errors, twin.body, twin.status) == (error.errors, error.body, error.status)
