"""The API, browsable at /docs with nothing from another host and nothing inline, and its description at /openapi.json.

Swagger UI's files come out of the package ``fastapi-swagger``; of its code nothing is imported.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chainrule.api.problems import Refusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Only what we serve ourselves runs, and only towards us."""

OURS = Path(__file__).parent / "static"

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>chainrule: the API</title>
<link rel="icon" type="image/png" href="{favicon-32x32.png}">
<link rel="stylesheet" href="{swagger-ui.css}">
</head>
<body>
<noscript>This page needs scripts. <a href="openapi.json">The description of the API</a> does not.</noscript>
<div id="swagger-ui"></div>
<script src="{swagger-ui-bundle.js}"></script>
<script src="{start.js}"></script>
</body>
</html>
"""

GET = ["GET", "HEAD"]  # a page that can be had can be asked about

router = APIRouter()


@router.api_route("/openapi.json", methods=GET, include_in_schema=False)
async def description(request: Request) -> Response:
    """The OpenAPI description."""
    content = json.dumps(request.app.openapi(), ensure_ascii=False)  # orjson knows no bound of 2**64, and a seed has it
    return Response(content, headers={"Cache-Control": "no-cache"}, media_type="application/json")


@router.api_route("/docs", methods=GET, include_in_schema=False)
async def page() -> Response:
    """The description, browsable, every operation ready to be tried."""
    return HTMLResponse(_page(), headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


@router.api_route("/docs/{name}", methods=GET, include_in_schema=False)
async def asset(name: str) -> Response:
    """A file of the page; its address changes with its content, so it may be kept for ever."""
    if name not in _assets():
        raise Refusal("not_found", "no such file belongs to the page")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_assets()[name], headers=headers, media_type=MEDIA_TYPES[Path(name).suffix])


@router.api_route("/", methods=GET, include_in_schema=False)
async def root() -> Response:
    """Where a browser begins."""
    return RedirectResponse("docs", 307)


@cache
def _page() -> str:
    html = PAGE
    for name, content in _assets().items():
        html = html.replace(f"{{{name}}}", f"docs/{name}?{hashlib.sha256(content).hexdigest()[:12]}")
    return html


@cache
def _assets() -> dict[str, bytes]:
    package = find_spec("fastapi_swagger")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("the package fastapi-swagger, which brings the files of /docs, is not installed")
    theirs = Path(package.submodule_search_locations[0], "resources")
    files = [file for folder in (theirs, OURS) for file in folder.iterdir() if file.suffix in MEDIA_TYPES]
    return {file.name: file.read_bytes() for file in sorted(files)}
