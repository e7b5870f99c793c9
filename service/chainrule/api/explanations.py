"""GET /problems/<code>: what an error code means and what to do, the page that a problem's ``type`` leads to.

The pages are Markdown files in ``problem_pages``, so that they travel with the package.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import Response

from chainrule.api.docs import GET, POLICY
from chainrule.api.problems import KINDS, Refusal
from chainrule.errors import did_you_mean, excerpt

PAGES = Path(__file__).parent / "problem_pages"

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{code} · chainrule</title>
<link rel="icon" type="image/png" href="../docs/favicon-32x32.png">
<link rel="stylesheet" href="../docs/page.css">
</head>
<body>
{content}</body>
</html>
"""

router = APIRouter(tags=["problems"])


@router.api_route("/problems/{code}", methods=GET, include_in_schema=False)
async def explain(code: str, request: Request) -> Response:
    """What a code means: a page for a browser, Markdown for everyone else."""
    if code not in KINDS:
        raise Refusal("not_found", f"no problem is called {excerpt(code)}{did_you_mean(code, KINDS)}")
    headers = {"Cache-Control": "max-age=3600", "Vary": "Accept", "Content-Security-Policy": POLICY}
    if "text/html" in request.headers.get("accept", ""):
        return Response(_html(code), headers=headers, media_type="text/html")
    return Response(_markdown(code), headers=headers, media_type="text/markdown")


@cache
def _markdown(code: str) -> str:
    return (PAGES / f"{code}.md").read_text("utf-8")


@cache
def _html(code: str) -> str:
    content = MarkdownIt("commonmark", {"html": False}).enable("table").render(_markdown(code))
    return FRAME.format(code=code, content=content.replace('.md">', '">'))
