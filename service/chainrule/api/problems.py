"""The one place where a code of the contract meets HTTP: status, title, and RFC 9457 problem documents.

Everything that can go wrong arrives here as an exception and leaves as ``application/problem+json``. ``Refusal`` is
for what is wrong with a request as HTTP (its path, its headers, its moment); ``InputError`` comes from the rooms behind
and is about the document, so its faults have pointers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chainrule.errors import (
    LONGEST_ECHO,
    MOST_FAULTS,
    Abandoned,
    DeadlineExceeded,
    ErrorCode,
    Fault,
    InputError,
    did_you_mean,
    excerpt,
    pointer,
)

PROBLEM_JSON = "application/problem+json"

CLIENT_CLOSED_REQUEST = 499
"""What the log and the metrics call a request whose caller did not wait (nginx's number); nobody ever receives it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What all problems of one code have in common."""

    status: int
    title: str
    retryable: bool = False
    """Whether the same request may do better later."""


KINDS: Mapping[ErrorCode, Kind] = {
    "malformed_json": Kind(400, "The body is not JSON"),
    "malformed_safetensors": Kind(400, "The body is not a safetensors file"),
    "malformed_encoding": Kind(400, "Encoded bytes cannot be decoded"),
    "unauthorized": Kind(401, "An API key is required"),
    "not_found": Kind(404, "There is nothing here"),
    "method_not_allowed": Kind(405, "The method is not allowed here"),
    "not_acceptable": Kind(406, "No acceptable media type"),
    "body_too_large": Kind(413, "The body is too large"),
    "network_too_large": Kind(413, "The network is too large"),
    "unsupported_media_type": Kind(415, "The media type is not supported"),
    "all_targets_ignored": Kind(422, "Every target is ignored"),
    "conflicting_fields": Kind(422, "Fields exclude each other"),
    "duplicate_name": Kind(422, "A name is used twice"),
    "empty_batch": Kind(422, "The batch is empty"),
    "invalid_parameter": Kind(422, "A parameter has an invalid value"),
    "invalid_targets": Kind(422, "The targets do not fit the loss"),
    "missing_field": Kind(422, "A field is missing"),
    "missing_loss": Kind(422, "There is nothing to differentiate"),
    "missing_weight": Kind(422, "A weight is missing"),
    "non_finite_input": Kind(422, "A number of the request is not finite"),
    "non_finite_result": Kind(422, "A result is not finite"),
    "not_a_number": Kind(422, "A value is not a number"),
    "not_explainable": Kind(422, "The network cannot be explained"),
    "ragged_array": Kind(422, "An array is ragged"),
    "shape_mismatch": Kind(422, "Shapes do not match"),
    "target_out_of_range": Kind(422, "A target is out of range"),
    "unexpected_weight": Kind(422, "A weight belongs to no layer"),
    "unknown_activation": Kind(422, "Unknown activation"),
    "unknown_field": Kind(422, "Unknown field"),
    "unknown_input": Kind(422, "Unknown input"),
    "unknown_layer": Kind(422, "Unknown layer"),
    "unknown_loss": Kind(422, "Unknown loss"),
    "unknown_metric": Kind(422, "Unknown metric"),
    "overloaded": Kind(503, "The service is busy", retryable=True),
    "deadline_exceeded": Kind(504, "The time is over", retryable=True),
}
"""Status and title of every code, by status."""

UNFORESEEN = Kind(500, "The service has made a mistake")
"""A bug of ours. The contract knows no 500: whoever sees one has found something to report."""

NO_PAGE = "about:blank"
"""The ``type`` of a problem that is none of the contract's: its status says it all."""


class Refusal(Exception):  # noqa: N818 (a refusal is no error of the service)
    """A request that is not let in, and the headers that tell the caller what would be."""

    def __init__(self, code: ErrorCode, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code: ErrorCode = code
        self.detail = detail
        self.headers = dict(headers or {})


def problem(
    request: Request,
    code: ErrorCode,
    detail: str,
    *,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem of the contract as an answer to this request."""
    kind = KINDS[code]
    request.state.problem_code = code
    errors = [{"pointer": _bounded(one.pointer), "code": one.code, "detail": one.detail} for one in faults]
    return _answer(request, kind, f"/problems/{code}", detail, errors[:MOST_FAULTS], headers)


def _bounded(path: str) -> str:
    """A pointer that ends above the first key that is too long to be repeated, and above what is too deep."""
    kept = ""
    for key in path.split("/")[1 : LONGEST_ECHO + 1]:
        if len(key) > LONGEST_ECHO:
            break
        kept += f"/{key}"
    return kept


def unforeseen(request: Request) -> Response:
    """The answer after a bug: who asked learns that it is not their fault, and by which id we find it in the log."""
    request.state.problem_code = "unforeseen"
    detail = "an error in the service itself, not in the request; the log has it under this request id"
    return _answer(request, UNFORESEEN, NO_PAGE, detail, [], None)


def document(
    kind: Kind, reference: str, detail: str, request_id: str, errors: Sequence[Mapping[str, str]] = ()
) -> bytes:
    """The body of an answer that tells of a problem."""
    return orjson.dumps({
        "type": reference,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": request_id,
        "retryable": kind.retryable,
        "errors": errors,
    })  # fmt: skip


def _answer(
    request: Request,
    kind: Kind,
    reference: str,
    detail: str,
    errors: Sequence[Mapping[str, str]],
    headers: Mapping[str, str] | None,
) -> Response:
    body = document(kind, reference, detail, request.state.request_id, errors)
    return Response(body, kind.status, dict(headers or {}), PROBLEM_JSON)


def add_problem_handlers(app: FastAPI) -> None:
    """Make every exception that leaves a route, or the router itself, a problem."""
    app.add_exception_handler(InputError, _on_input_error)
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(DeadlineExceeded, _on_deadline)
    app.add_exception_handler(Abandoned, _on_abandoned)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)


async def _on_input_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)
    first = error.faults[0]
    return problem(request, first.code, first.detail, faults=error.faults)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(request, error.code, error.detail, headers=error.headers)


async def _on_deadline(request: Request, error: Exception) -> Response:
    return problem(request, "deadline_exceeded", str(error) or "the answer was not computed in time")


async def _on_abandoned(request: Request, _error: Exception) -> Response:
    request.state.problem_code = "abandoned"
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """What the router says by itself: no such path, not this method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = _allowed_methods(request)
        detail = f"{request.method} is not allowed here: use {' or '.join(allowed)}"
        return problem(request, "method_not_allowed", detail, headers={"Allow": ", ".join(allowed)})
    if error.status_code == 404:
        return problem(request, "not_found", _no_such_path(request))
    structlog.get_logger().error("unexpected_http_exception", status=error.status_code)
    return unforeseen(request)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    """FastAPI's own validation. No route declares anything that could fail in it, but its answer must not leave."""
    assert isinstance(error, RequestValidationError)
    faults = [Fault("invalid_parameter", pointer(*one["loc"]), one["msg"]) for one in error.errors()]
    return problem(request, "invalid_parameter", faults[0].detail, faults=faults)


def _allowed_methods(request: Request) -> list[str]:
    path = request.url.path
    routes = [route for route in request.app.state.routes if route.path_regex.match(path)]
    return sorted({method for route in routes for method in route.methods})


def _no_such_path(request: Request) -> str:
    known = {route.path for route in request.app.state.routes if "{" not in route.path}
    return f"nothing is at {excerpt(request.url.path)}{did_you_mean(request.url.path, known)}"
