"""`Client` and `AsyncClient`: the sending, and nothing else.

`_base` has what they share, `_calls` what can be asked.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx
import tenacity

from . import _calls
from ._arguments import check_arguments
from ._base import DEFAULT_MAX_RETRIES, BaseClient
from ._calls import Call
from ._types import NOT_GIVEN, Encoding, NotGiven, Timeout

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def _sent(build: Callable[Arguments, Call[Result]]) -> Callable[Concatenate[Client, Arguments], Result]:
    """Make a method of `Client` of a function that builds a call."""

    def method(self: Client, /, *args: Arguments.args, **arguments: Arguments.kwargs) -> Result:
        check_arguments(build, args, arguments)
        return self._send(build(*args, **arguments))

    _describe(method, build, "Client")
    return method


def _sent_async(
    build: Callable[Arguments, Call[Result]],
) -> Callable[Concatenate[AsyncClient, Arguments], Coroutine[Any, Any, Result]]:
    """Make a method of `AsyncClient` of a function that builds a call."""

    async def method(self: AsyncClient, /, *args: Arguments.args, **arguments: Arguments.kwargs) -> Result:
        check_arguments(build, args, arguments)
        return await self._send(build(*args, **arguments))

    _describe(method, build, "AsyncClient")
    return method


def _describe(method: Callable[..., Any], build: Callable[..., Call[Any]], owner: str) -> None:
    """Let ``help`` and completion show the arguments and the documentation of `build`, and what the call results in."""
    method.__name__, method.__qualname__ = build.__name__, f"{owner}.{build.__name__}"
    method.__doc__ = build.__doc__
    signature = inspect.signature(build)
    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY), *signature.parameters.values()]
    result = signature.return_annotation.removeprefix("Call[").removesuffix("]")
    vars(method)["__signature__"] = signature.replace(parameters=parameters, return_annotation=result)


class Client(BaseClient[httpx.Client]):
    """Asks a chainrule service, one call at a time in each thread. Threads may share one.

    Parameters
    ----------
    base_url
        Where the service is; ``CHAINRULE_URL`` if not given, and ``http://127.0.0.1:8000`` without that.
    api_key
        Sent as ``Authorization: Bearer``; ``CHAINRULE_API_KEY`` if not given. None sends none.
    timeout
        Seconds for each step of an exchange (connect, write, read), or an `httpx.Timeout`. If not given, that of
        `http_client`, where one was set; otherwise 60 s, and 5 s to connect. None waits without end.
    max_retries
        How often a request is sent again where that may help: connections that fail, 429, 503, a gateway's 502 and
        504. ``Retry-After`` is obeyed up to 30 s; past that the error comes at once.
    encoding
        How arrays travel: ``"safetensors"`` (the fastest), ``"base64"`` or ``"json"`` (which people can read). Every
        one keeps every bit.
    headers
        Sent with every request, and instead of the client's own of the same name.
    http_client
        An `httpx.Client` of yours to send with: the place for proxies, certificates, hooks, and transports for tests.
        You close it, this client does not.

    Examples
    --------
    No service is needed to try it: here a function answers.

    >>> import httpx
    >>> def answer(request: httpx.Request) -> httpx.Response:
    ...     return httpx.Response(200, json={"outputs": [[6.0]], "loss": None, "fused": False, "state": {}})
    >>> with Client(http_client=httpx.Client(transport=httpx.MockTransport(answer))) as client:
    ...     client.forward(network=[{"type": "relu"}], inputs=[[6.0]]).outputs
    array([[6.]])
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | NotGiven | None = NOT_GIVEN,
        timeout: Timeout | NotGiven = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        encoding: Encoding = "safetensors",
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        super().__init__(
            http_client or httpx.Client(),
            base_url=base_url,
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            encoding=encoding,
            headers=headers,
        )
        self._owns_http = http_client is None

    forward = _sent(_calls.forward)
    backward = _sent(_calls.backward)
    summary = _sent(_calls.summary)
    initialize = _sent(_calls.initialize)
    gradcheck = _sent(_calls.gradcheck)
    jacobian = _sent(_calls.jacobian)
    explain = _sent(_calls.explain)
    catalog = _sent(_calls.catalog)

    def close(self) -> None:
        """Close the connections, unless they belong to an `http_client` that was given."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _send(self, call: Call[Result]) -> Result:
        request = self._request(call)
        retrying = tenacity.Retrying(sleep=self._sleep, **self._retry_rules(call))
        try:
            response = retrying(self._http.send, request)
        except httpx.HTTPError as error:
            raise self._no_answer(call, error) from error
        return self._result(call, response)

    def _sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class AsyncClient(BaseClient[httpx.AsyncClient]):
    """Asks a chainrule service from asyncio, with as many calls at once as one likes.

    Takes the same arguments as `Client`, an `httpx.AsyncClient` as `http_client`, and has the same methods, to be
    awaited. Arrays are packed and unpacked in the event loop: for large ones stay with safetensors, which hardly takes
    longer than copying them.

    Examples
    --------
    >>> import asyncio, httpx
    >>> def answer(request: httpx.Request) -> httpx.Response:
    ...     return httpx.Response(200, json={"outputs": [[6.0]], "loss": None, "fused": False, "state": {}})
    >>> async def main() -> None:
    ...     http_client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    ...     async with AsyncClient(http_client=http_client) as client:
    ...         result = await client.forward(network=[{"type": "relu"}], inputs=[[6.0]])
    ...         print(result.outputs)
    >>> asyncio.run(main())
    [[6.]]
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | NotGiven | None = NOT_GIVEN,
        timeout: Timeout | NotGiven = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        encoding: Encoding = "safetensors",
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        super().__init__(
            http_client or httpx.AsyncClient(),
            base_url=base_url,
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            encoding=encoding,
            headers=headers,
        )
        self._owns_http = http_client is None

    forward = _sent_async(_calls.forward)
    backward = _sent_async(_calls.backward)
    summary = _sent_async(_calls.summary)
    initialize = _sent_async(_calls.initialize)
    gradcheck = _sent_async(_calls.gradcheck)
    jacobian = _sent_async(_calls.jacobian)
    explain = _sent_async(_calls.explain)
    catalog = _sent_async(_calls.catalog)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to an `http_client` that was given."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _send(self, call: Call[Result]) -> Result:
        request = self._request(call)
        retrying = tenacity.AsyncRetrying(sleep=self._sleep, **self._retry_rules(call))
        try:
            response: httpx.Response = await retrying(self._http.send, request)
        except httpx.HTTPError as error:
            raise self._no_answer(call, error) from error
        return self._result(call, response)

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
