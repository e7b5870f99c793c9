"""The documentation that the service brings: browsable offline, and true."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from chainrule.calls import CALLS
from tests.api.bodies import JSON

EXAMPLES = [(call.path, name) for call in CALLS for name in call.examples]


@pytest.fixture
def description(client: httpx.Client) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/openapi.json").json()
    return described


def test_the_page_is_made_of_our_own_files_alone(client: httpx.Client) -> None:
    page = client.get("/docs")
    links = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert {link.partition("?")[0] for link in links} >= {
        "docs/swagger-ui.css",
        "docs/swagger-ui-bundle.js",
        "docs/start.js",
    }
    for link in links:
        assert not re.match(r"[a-z]+:|//", link)
        assert client.get(str(page.url.join(link))).status_code == 200


def test_nothing_on_the_page_is_inline(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=|javascript:", page.text) == []
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "http" not in policy


def test_files_of_the_page_may_be_kept_and_their_addresses_change_with_them(client: httpx.Client) -> None:
    (link,) = re.findall(r'src="(docs/swagger-ui-bundle\.js[^"]*)"', client.get("/docs").text)
    assert re.search(r"\?[0-9a-f]{12}$", link)
    asset = client.get(f"/{link}")
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Type"].startswith("text/javascript")
    assert client.get("/docs").headers["Cache-Control"] == "no-cache"


def test_the_root_leads_to_the_page(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.is_redirect
    assert client.get(str(answer.url.join(answer.headers["Location"]))).status_code == 200


def test_a_page_that_can_be_had_can_be_asked_about(client: httpx.Client) -> None:
    for path in ("/docs", "/openapi.json", "/health/live", "/metrics", "/problems/not_found"):
        answer = client.head(path)
        assert answer.status_code == 200
        assert answer.content == b""


@pytest.mark.parametrize(("path", "name"), EXAMPLES)
def test_every_example_in_the_description_runs(
    client: httpx.Client, description: dict[str, Any], path: str, name: str
) -> None:
    examples = description["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    answer = client.post(path, json=examples[name]["value"], headers=JSON)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", ["/forward", "/backward"])
def test_both_forms_and_every_status_are_described(description: dict[str, Any], path: str) -> None:
    operation = description["paths"][path]["post"]
    forms = {"application/json", "application/vnd.safetensors"}
    assert set(operation["requestBody"]["content"]) == forms
    assert set(operation["responses"]["200"]["content"]) == forms
    assert set(operation["responses"]) == {"200", "400", "406", "413", "415", "422", "503", "504"}


def test_every_reference_in_the_description_leads_somewhere(client: httpx.Client, description: dict[str, Any]) -> None:
    schemas = set(re.findall(r'"#/components/schemas/([^"]+)"', client.get("/openapi.json").text))
    assert schemas
    assert schemas <= set(description["components"]["schemas"])
