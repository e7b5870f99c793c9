"""Everything that is called by POST: read, compute in a worker, answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chainrule.api.body import read_body
from chainrule.api.computation import Computation
from chainrule.api.delivery import Delivery
from chainrule.api.media_types import Form, spoken
from chainrule.api.service import service_of
from chainrule.api.timing import Stopwatch
from chainrule.calls import CALLS, Call
from chainrule.errors import go_on

router = APIRouter(tags=["compute"])


def _answering(call: Call) -> Callable[[Request], Awaitable[Response]]:
    """The route of a call."""
    forms = spoken(arrays=call.has_arrays)

    async def answer(request: Request) -> Response:
        service, form, watch = service_of(request), Form.of(request, forms), Stopwatch()
        request.state.stopwatch = watch
        with service.intake.hold() as hold:
            with watch.phase("read"):
                body = await read_body(request, hold, service.settings)
            work = Computation(body, form, call.prepare, service.settings, watch)
            request.state.received_bytes = hold.size
            del body  # the computation is to be the only one that holds it
            if work.is_small(alone=service.is_alone(request.scope.get("client"), hold)):
                answered = work(go_on)
            else:
                answered = await service.workers.run(work, request.receive)
        return Delivery(answered, form.accept, service.unsent)

    return answer


for _call in CALLS:
    router.add_api_route(
        _call.path, _answering(_call), methods=["POST"], name=_call.name, description=_call.description
    )
