"""Everything that a call can raise, once its arguments were accepted.

::

    ChainruleError
    ├── TransportError             no answer came: refused, cut off, no such host
    │   └── RequestTimeoutError    ... within `timeout`
    ├── AnswerError                an answer came that cannot be read: is it chainrule that answers there?
    └── ProblemError               the service said no, or what stands in front of it did
        ├── InputError             400 406 413 415 422   the request is at fault
        ├── AuthenticationError    401 403               the API key is missing or wrong
        ├── OverloadedError        429 503               too much to do: later may go better
        ├── DeadlineError          504                   it would have taken too long
        └── ServerError            any other 5xx

Arguments that cannot be sent at all (a string where an array belongs) are a TypeError or a ValueError before anything
is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request."""

    code: str
    """Of the closed list of the service, for example ``shape_mismatch``; each has a page at ``/problems/<code>``."""
    pointer: str
    """JSON pointer into the request, for example ``/weights/hidden/kernel``."""
    detail: str
    """What was expected, what came, a hint."""


class ChainruleError(Exception):
    """The base of all errors of a call.

    Attributes
    ----------
    message : str
        What went wrong, without the request id.
    request_id : str
        The id that was sent as ``X-Request-ID`` and that the service's log has. ``str(error)`` begins with it.
    """

    def __init__(self, message: str, *, request_id: str) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.request_id}: {self.message}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are pickled by their positional arguments alone; these have others, and must cross process pools.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[ChainruleError], args: tuple[Any, ...], attributes: dict[str, Any]) -> ChainruleError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class TransportError(ChainruleError):
    """No answer came. ``__cause__`` is httpx's own error."""


class RequestTimeoutError(TransportError):
    """No answer came in time. It is not sent again: computing it once more would take as long."""


class AnswerError(ChainruleError):
    """An answer came that is not one of chainrule's.

    Attributes
    ----------
    status : int
        The status of the answer.
    body : bytes
        The answer as it came.
    """

    def __init__(self, message: str, *, request_id: str, status: int, body: bytes) -> None:
        super().__init__(message, request_id=request_id)
        self.status = status
        self.body = body


class ProblemError(ChainruleError):
    """The service refused, in the form of RFC 9457; or a proxy did, in a form of its own.

    Attributes
    ----------
    status : int
        The HTTP status.
    code : str or None
        What is wrong, for example ``shape_mismatch``; None if the answer is not a problem of the service.
    pointer : str or None
        Where it is wrong: the first fault's JSON pointer into the request.
    detail : str
        The sentence about it; of a proxy's answer, the beginning of its text.
    errors : tuple of Fault
        All faults, at most 10 of them. `code` is the first one's.
    retryable : bool
        Whether the same request may do better later.
    retry_after : float or None
        Seconds that the service asked to wait. The client obeys by itself up to a cap.
    body : dict or str
        The whole problem, or the text of an answer that is none.

    Examples
    --------
    >>> error = InputError(
    ...     request_id="4f1c", status=422, code="shape_mismatch", detail="expected (2, 64), got (64, 2)",
    ...     errors=(Fault("shape_mismatch", "/weights/hidden/kernel", "expected (2, 64), got (64, 2)"),),
    ...     retryable=False, retry_after=None, body={},
    ... )  # fmt: skip
    >>> print(error)
    4f1c: 422 shape_mismatch at /weights/hidden/kernel: expected (2, 64), got (64, 2)
    """

    def __init__(
        self,
        *,
        request_id: str,
        status: int,
        code: str | None,
        detail: str,
        errors: tuple[Fault, ...],
        retryable: bool,
        retry_after: float | None,
        body: dict[str, Any] | str,
    ) -> None:
        self.status = status
        self.code = code
        self.pointer = errors[0].pointer if errors else None
        self.detail = detail
        self.errors = errors
        self.retryable = retryable
        self.retry_after = retry_after
        self.body = body
        super().__init__(self._sentence(), request_id=request_id)

    def _sentence(self) -> str:
        what = f"{self.status} {self.code}" if self.code else str(self.status)
        where = f" at {self.pointer}" if self.pointer else ""
        more = f" (and {len(self.errors) - 1} more in .errors)" if len(self.errors) > 1 else ""
        return f"{what}{where}: {self.detail}{more}"


class InputError(ProblemError):
    """The request is at fault: `code`, `pointer` and `errors` say what to change."""


class AuthenticationError(ProblemError):
    """The API key is missing or wrong: set ``api_key=`` or ``CHAINRULE_API_KEY``."""


class OverloadedError(ProblemError):
    """The service has too much to do, and had it at every try."""


class DeadlineError(ProblemError):
    """The computation was stopped because it would have taken too long: a smaller batch may pass."""


class ServerError(ProblemError):
    """The service, or what stands in front of it, failed."""
