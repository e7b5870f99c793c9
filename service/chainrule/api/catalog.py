"""``GET /catalog``: what a request can name, and what it may cost; documentation, and so open to everyone."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache
from importlib.metadata import version
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chainrule.api.service import service_of
from chainrule.codec import JSON
from chainrule.core.catalog import catalog
from chainrule.schemas.catalog import Catalog
from chainrule.settings import Settings

LIMITS = (
    "max_body_bytes",
    "max_layers",
    "max_parameters",
    "max_activations",
    "max_flops",
    "read_timeout_seconds",
    "compute_timeout_seconds",
)
"""The settings that a caller meets."""

SHOWN = {
    "layers": "dense",
    "activations": "leaky_relu",
    "losses": "huber",
    "metrics": "top_k_accuracy",
    "initializers": "normal",
    "regularizers": "l2",
}
"""One entry of each group, for the example in OpenAPI."""

router = APIRouter(tags=["catalog"])


@router.head("/catalog", include_in_schema=False)
@router.get("/catalog", name="catalog", responses={200: {"model": Catalog, "description": "What there is."}})
async def answer(request: Request) -> Response:
    """Tell everything that a request can name: layers, activations, losses and so on, with their parameters."""
    content, tag = await asyncio.to_thread(_content, service_of(request).settings)  # the first time, it takes a while
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=JSON)


@cache
def _content(settings: Settings) -> tuple[bytes, str]:
    """The answer's bytes, which stay the same as long as the process lives, and their name."""
    content = orjson.dumps(_whole(settings))
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def _whole(settings: Settings) -> dict[str, Any]:
    limits = {name: getattr(settings, name) for name in LIMITS}
    return {**catalog(), "limits": limits, "version": version("chainrule")}


def shortened(settings: Settings) -> dict[str, Any]:
    """The answer with one entry of each group."""
    whole = _whole(settings)
    return whole | {group: {name: whole[group][name]} for group, name in SHOWN.items()}
