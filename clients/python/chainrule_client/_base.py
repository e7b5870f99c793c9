"""All of a client that does no I/O: its settings, building requests, decoding answers, deciding on retries."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar, get_args

import httpx
import tenacity

from ._arguments import check_arguments
from ._calls import Call
from ._encodings import MEDIA_TYPES, decode, encode
from ._errors import AnswerError, RequestTimeoutError, TransportError
from ._responses import error_of, media_type, server_timing
from ._results import Envelope
from ._retry import Decision, decide, wait_seconds
from ._types import NOT_GIVEN, Encoding, NotGiven, Timeout
from ._version import __version__

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_MAX_RETRIES = 3
DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=5.0, pool=None)
"""Long enough for a large computation; a service that is not there shows soon. A call that waits for a free
connection of its own client is not late."""

_HTTPX_DEFAULT_TIMEOUT = httpx.Timeout(5.0)

logger = logging.getLogger("chainrule_client")

Http = TypeVar("Http", bound=httpx.Client | httpx.AsyncClient)
Result = TypeVar("Result")


class BaseClient(Generic[Http]):
    """What `Client` and `AsyncClient` share. They add the sending."""

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        check_arguments(cls, args, settings)
        return super().__new__(cls)

    def __init__(
        self,
        http: Http,
        *,
        base_url: str | None,
        api_key: str | NotGiven | None,
        timeout: Timeout | NotGiven,
        max_retries: int,
        encoding: Encoding,
        headers: Mapping[str, str] | None,
    ) -> None:
        if encoding not in get_args(Encoding):
            raise ValueError(f"encoding must be one of {', '.join(get_args(Encoding))}, got {encoding!r}")
        if max_retries < 0:
            raise ValueError(f"max_retries must be at least 0, got {max_retries}")
        self._http = http
        self.base_url = _checked_url(base_url or os.environ.get("CHAINRULE_URL") or DEFAULT_URL)
        self.encoding = encoding
        self.max_retries = max_retries
        self.timeout = _own_timeout(http.timeout) if timeout is NOT_GIVEN else timeout
        self._headers = _default_headers(_api_key(api_key)) | dict(headers or {})

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r}, encoding={self.encoding!r})"

    def _request(self, call: Call[Any]) -> httpx.Request:
        """Build the request of a call."""
        encoding = self.encoding if call.has_arrays else "json"
        document, said = call.document, {"Accept": MEDIA_TYPES[encoding]}
        if document is not None:
            said["Content-Type"] = MEDIA_TYPES[encoding]
        if document is not None and encoding == "base64":
            document = {**document, "options": {"encoding": "base64", **document.get("options", {})}}
        return self._http.build_request(
            "GET" if document is None else "POST",
            self.base_url + call.endpoint,
            headers={**said, **self._headers, "X-Request-ID": call.request_id},
            content=None if document is None else encode(document, encoding),
            timeout=self.timeout if call.timeout is NOT_GIVEN else call.timeout,
        )

    def _result(self, call: Call[Result], response: httpx.Response) -> Result:
        """Read the answer to a call, or raise the error that it stands for."""
        request_id = response.headers.get("x-request-id", call.request_id)
        if response.status_code != httpx.codes.OK:
            raise error_of(response, request_id=request_id, now=self._now())
        envelope = Envelope(request_id, server_timing(response), call.dtype)
        try:
            return call.read(decode(response.content, media_type(response)), envelope)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise AnswerError(
                f"the answer of {response.url} cannot be read: {type(error).__name__}: {error}",
                request_id=request_id,
                status=response.status_code,
                body=response.content,
            ) from error

    def _no_answer(self, call: Call[Any], error: httpx.HTTPError) -> TransportError:
        """Make the error for a request that was not answered."""
        kind = RequestTimeoutError if isinstance(error, httpx.TimeoutException) else TransportError
        what = ": ".join(filter(None, [type(error).__name__, str(error)]))
        return kind(f"no answer from {self.base_url}{call.endpoint}: {what}", request_id=call.request_id)

    def _retry_rules(self, call: Call[Any]) -> dict[str, Any]:
        """How tenacity repeats the sending of a call. What it ends with is the last outcome, whatever that is."""

        def log(state: tenacity.RetryCallState, what: str) -> None:
            logger.debug("%s %s, try %d: %s", call.request_id, call.endpoint, state.attempt_number, what)

        def again(state: tenacity.RetryCallState) -> bool:
            decision = self._decision(state)
            log(state, f"{decision.reason}, {'worth another' if decision.again else 'final'}")
            return decision.again

        def wait(state: tenacity.RetryCallState) -> float:
            return wait_seconds(self._decision(state), state.attempt_number, self._jitter())

        def give_up(state: tenacity.RetryCallState) -> httpx.Response:
            log(state, "given up")
            response: httpx.Response = _outcome(state).result()
            return response

        return {
            "stop": tenacity.stop_after_attempt(self.max_retries + 1),
            "retry": again,
            "wait": wait,
            "before_sleep": lambda state: log(state, f"the next in {state.upcoming_sleep:.3f} s"),
            "retry_error_callback": give_up,
        }

    def _decision(self, state: tenacity.RetryCallState) -> Decision:
        outcome = _outcome(state)
        return decide(outcome.exception() or outcome.result(), self._now())

    def _jitter(self) -> float:
        """Give a random number from 0 up to 1. A method of its own, so that tests can hold it still."""
        return random.random()  # noqa: S311 - keeps callers apart, and keeps no secret

    def _now(self) -> datetime:
        return datetime.now(UTC)


def _outcome(state: tenacity.RetryCallState) -> tenacity.Future:
    outcome = state.outcome
    assert outcome is not None, "tenacity asks about a try once it has ended"
    return outcome


def _own_timeout(set_on_http: httpx.Timeout) -> httpx.Timeout:
    """The timeout of a client that was given none: httpx's own 5 s are for web pages, and were chosen by nobody."""
    return DEFAULT_TIMEOUT if set_on_http == _HTTPX_DEFAULT_TIMEOUT else set_on_http


def _checked_url(text: str) -> str:
    url = httpx.URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"base_url must be like {DEFAULT_URL}, got {text!r}")
    return text.rstrip("/")


def _api_key(given: str | NotGiven | None) -> str | None:
    return os.environ.get("CHAINRULE_API_KEY") if given is NOT_GIVEN else given


def _default_headers(api_key: str | None) -> dict[str, str]:
    headers = {
        # Floats hardly shrink, and packing them takes longer than sending them. `headers=` can ask for it.
        "Accept-Encoding": "identity",
        "User-Agent": f"chainrule-client/{__version__}",
    }
    return headers | ({"Authorization": f"Bearer {api_key}"} if api_key else {})
