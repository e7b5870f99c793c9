"""What an error looks like, wherever it comes from, and the pages that explain it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from chainrule.api.explanations import PAGES
from chainrule.api.problems import KINDS
from chainrule.app import create_app
from chainrule.errors import ErrorCode, Fault, InputError
from chainrule.settings import Settings
from tests.api.bodies import JSON, NEURON, NEURON_BODY
from tests.conftest import Serve
from tests.server import Server, wait_for

CODES = get_args(ErrorCode)

NEEDS_SETTINGS = {"unauthorized": {"API_KEYS": "secret"}}
"""Examples that only a service with certain settings answers so."""

NOT_PLAYED = {"body_too_large", "deadline_exceeded", "overloaded"}
"""Examples that depend on a moment, or on a very large body."""


def test_every_code_has_a_status_and_a_page() -> None:
    assert set(KINDS) == set(CODES) == {page.stem for page in PAGES.glob("*.md")}


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_for_readers_and_one_for_browsers(client: httpx.Client, code: str) -> None:
    text = client.get(f"/problems/{code}")
    assert text.headers["Content-Type"].startswith("text/markdown")
    assert text.text.startswith(f"# `{code}`\n")
    page = client.get(f"/problems/{code}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert f"<h1><code>{code}</code></h1>" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("code", CODES)
def test_pages_lead_only_to_what_is_there(client: httpx.Client, code: str) -> None:
    page = client.get(f"/problems/{code}", headers={"Accept": "text/html"})
    for link in re.findall(r'(?:href|src)="([^"]+)"', page.text):
        assert client.get(str(page.url.join(link))).status_code == 200, link


def test_a_code_that_does_not_exist_is_not_found_and_the_nearest_is_named(client: httpx.Client) -> None:
    answer = client.get("/problems/shape_missmatch")
    assert answer.status_code == 404
    assert 'did you mean "shape_mismatch"?' in answer.json()["detail"]


def example(code: str) -> tuple[str, str, dict[str, str], str, dict[str, Any]] | None:
    """Method, path, headers and body of a page's example, and its answer."""
    found = re.search(r"```http\n(.*?)\n```\n\n```json\n(.*?)\n```", (PAGES / f"{code}.md").read_text(), re.DOTALL)
    if found is None:
        return None
    head, _, body = found[1].partition("\n\n")
    (method, path), *headers = (line.split(" ", 1) for line in head.splitlines())
    return method, path, {name.rstrip(":"): value for name, value in headers}, body, json.loads(found[2])


@pytest.mark.parametrize("code", sorted(set(CODES) - NOT_PLAYED))
def test_the_example_on_a_page_is_answered_as_the_page_says(serve: Serve, server: Server, code: str) -> None:
    found = example(code)
    assert found is not None
    method, path, headers, body, expected = found
    asked = serve(**NEEDS_SETTINGS[code]) if code in NEEDS_SETTINGS else server
    with asked.client() as client:
        answer = client.request(method, path, headers=headers, content=body.encode())
    assert answer.json() | expected == answer.json()
    assert expected["type"] == f"/problems/{code}"


@pytest.mark.parametrize("code", sorted(NOT_PLAYED))
def test_an_example_that_is_not_played_has_at_least_its_kind_right(code: str) -> None:
    found = example(code)
    assert found is not None
    kind = KINDS[code]  # type: ignore[index]  # a code out of the list of codes
    shown = found[-1]
    assert (shown["type"], shown["title"], shown["status"]) == (f"/problems/{code}", kind.title, kind.status)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/backward", "POST"),
        ("DELETE", "/health/live", "GET, HEAD"),
        ("POST", "/problems/not_found", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    assert answer.json()["type"] == "/problems/method_not_allowed"


@pytest.mark.parametrize(
    "path", ["/nothing", "/backward/", "/docs/../../etc/passwd", "/docs/no.js", "/%00", "/" + "x" * 9000]
)
def test_what_is_not_there_is_a_problem_that_repeats_little(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(answer.json()["detail"]) < 300


@pytest.mark.parametrize("given", ["abc", "x" * 128, "with spaces and ~!@#", "0"])
def test_the_callers_request_id_comes_back(client: httpx.Client, given: str) -> None:
    for answer in (
        client.get("/health/live", headers={"X-Request-ID": given}),
        client.get("/nothing", headers={"X-Request-ID": given}),
        client.post("/backward", content=b"{", headers={**JSON, "X-Request-ID": given}),
    ):
        assert answer.headers["X-Request-ID"] == given
        assert answer.status_code == 200 or answer.json()["instance"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "é", "a\tb"])
def test_any_other_request_id_is_replaced(client: httpx.Client, given: str) -> None:
    answer = client.get("/nothing", headers=[(b"X-Request-ID", given.encode("latin-1"))])
    made = answer.headers["X-Request-ID"]
    assert made != given
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert answer.json()["instance"] == made


def test_a_request_is_one_line_in_the_log(server: Server, client: httpx.Client) -> None:
    client.post("/backward", content=NEURON_BODY, headers={**JSON, "X-Request-ID": "logged"})
    client.post("/backward", content=b"{", headers={**JSON, "X-Request-ID": "refused"})
    wait_for(lambda: "refused" in {event["request_id"] for event in server.events("request")})
    lines = {event["request_id"]: event for event in server.events("request")}
    assert lines["logged"]["route"] == "/backward"
    assert lines["logged"]["status"] == 200
    assert lines["logged"]["received_bytes"] == len(NEURON_BODY)
    assert "problem" not in lines["logged"]
    assert lines["refused"]["problem"] == "malformed_json"


def test_answers_keep_browsers_careful(client: httpx.Client) -> None:
    for path in ("/health/live", "/nothing", "/docs", "/problems/not_found"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Server" not in headers


def in_process(raised: Exception) -> httpx.AsyncClient:
    """The application in this process, with a route that raises."""
    app = create_app(Settings())

    @app.get("/raise")
    async def fail() -> None:
        raise raised

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_a_bug_is_answered_by_a_problem_without_a_stack() -> None:
    async with in_process(LookupError("a secret in a variable")) as client:
        answer = await client.get("/raise")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["instance"] == answer.headers["X-Request-ID"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


async def test_at_most_ten_faults_are_told_in_their_order_and_the_first_names_the_problem() -> None:
    faults = [Fault("missing_weight", f"/weights/{number}", str(number)) for number in range(30)]
    async with in_process(InputError.of(faults)) as client:
        answer = (await client.get("/raise")).json()
    assert answer["type"] == "/problems/missing_weight"
    assert answer["detail"] == "0"
    assert [one["detail"] for one in answer["errors"]] == [str(number) for number in range(10)]


def test_a_value_that_is_too_long_is_never_echoed(client: httpx.Client) -> None:
    secret = "s3cret" * 200
    wrong = {**NEURON, "network": {"layers": [{"type": secret}]}, secret: 1}
    for answer in (
        client.post("/backward", json=wrong),
        client.get(f"/{secret}"),
        client.post("/backward", content=b"{}", headers={"Content-Type": secret}),
        client.post("/backward", content=b"{}", headers={**JSON, "Accept": secret}),
        client.post("/backward", content=b"{}", headers={**JSON, "Content-Encoding": secret}),
    ):
        assert answer.status_code >= 400
        assert secret[:81] not in answer.text


def test_a_pointer_ends_above_a_key_that_is_too_long(client: httpx.Client) -> None:
    answer = client.post("/backward", json={**NEURON, "options": {"x" * 81: 1, "x" * 80: 2}}).json()
    assert {one["pointer"] for one in answer["errors"]} == {"/options", "/options/" + "x" * 80}


def test_the_pages_are_in_the_documentation_too() -> None:
    documented = Path(__file__).parents[2] / "docs" / "problems"
    assert documented.resolve() == PAGES.resolve()
