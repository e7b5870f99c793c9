"""Whether the process lives, and whether it wants requests: for an orchestrator, open to everyone, never waiting."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chainrule.api.service import service_of

PREFIX = "/health"

router = APIRouter(prefix=PREFIX, tags=["operation"])

NOW = {"Cache-Control": "no-store"}


@router.head("/live", include_in_schema=False)
@router.get("/live")
async def live() -> Response:
    """Say that the process answers; if it does not, restart it."""
    return JSONResponse({"status": "live"}, headers=NOW)


@router.head("/ready", include_in_schema=False)
@router.get("/ready", responses={503: {"description": "The process is about to end: send nothing more."}})
async def ready(request: Request) -> Response:
    """Say whether requests are welcome; while the process drains they are served, but should go elsewhere."""
    if service_of(request).draining:
        return JSONResponse({"status": "draining"}, 503, headers=NOW)
    return JSONResponse({"status": "ready"}, headers=NOW)
