"""POST /forward and POST /backward: read, compute in a worker, answer."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chainrule.api.body import read_body
from chainrule.api.computation import Computation, Prepare
from chainrule.api.media_types import Form
from chainrule.api.service import service_of
from chainrule.api.timing import Stopwatch
from chainrule.calls import prepare_backward, prepare_forward

router = APIRouter(tags=["compute"])


@router.post("/forward")
async def forward(request: Request) -> Response:
    """Run a network on a batch: its outputs and, if asked for, loss, metrics and activations."""
    return await _answer(request, prepare_forward)


@router.post("/backward")
async def backward(request: Request) -> Response:
    """Run a network on a batch, and differentiate the loss with respect to every weight and the inputs."""
    return await _answer(request, prepare_backward)


async def _answer(request: Request, prepare: Prepare) -> Response:
    service, form, watch = service_of(request), Form.of(request), Stopwatch()
    request.state.stopwatch = watch
    with service.intake.hold() as hold:
        with watch.phase("read"):
            work = Computation(await read_body(request, hold, service.settings), form, prepare, service.settings, watch)
        request.state.received_bytes = hold.size
        content = await service.workers.run(work, request.receive)
    return Response(content, media_type=form.accept)
