"""What crosses the wire: bodies of every size and pace, and what is no request at all."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.api.bodies import (
    JSON,
    NEURON,
    NEURON_BODY,
    connected,
    gzip_bomb,
    head,
    read_answer,
    read_to_end,
    zstd_bomb,
)
from tests.conftest import Serve
from tests.server import Server, wait_for

LIMIT = 1_000_000

JSON_TYPE = "Content-Type: application/json"
LENGTH = f"Content-Length: {len(NEURON_BODY)}"


@pytest.fixture(scope="module")
def strict(serve: Serve) -> Server:
    """A service with a small limit for bodies, and little patience."""
    return serve(MAX_BODY_BYTES=LIMIT, READ_TIMEOUT_SECONDS=0.3, HEADER_TIMEOUT_SECONDS=0.3)


def problem_of(answer: bytes) -> dict[str, object]:
    problem: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return problem


def test_a_neuron_is_differentiated(client: httpx.Client) -> None:
    answer = client.post("/backward", json=NEURON).json()
    assert answer["outputs"] == [[6.0]]
    assert answer["gradients"]["weights"] == {"neuron": {"kernel": [[1.0], [-2.0], [3.0]], "bias": [1.0]}}
    assert answer["gradients"]["inputs"] == [[-3.0, -1.0, 2.0]]


def test_the_answer_says_where_the_time_went(client: httpx.Client) -> None:
    timing = client.post("/backward", json=NEURON).headers["Server-Timing"]
    assert re.findall(r"(\w+);dur=[\d.]+", timing) == ["read", "queue", "decode", "resolve", "compute", "encode"]


def test_an_error_says_where_the_time_went(client: httpx.Client) -> None:
    answer = client.post("/backward", content=b"{", headers=JSON)
    assert answer.status_code == 400
    assert answer.headers["Server-Timing"].startswith("read;dur=")


def test_the_same_request_has_the_same_bytes_in_its_answer(client: httpx.Client) -> None:
    first, second = (client.post("/backward", json=NEURON).content for _ in range(2))
    assert first == second


def test_a_declared_length_beyond_the_limit_is_refused_before_a_byte_of_it_is_sent(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(head("/backward", "Content-Type: application/json", f"Content-Length: {LIMIT + 1}"))
        status, body = read_answer(connection)
    assert status == 413
    assert json.loads(body)["type"] == "/problems/body_too_large"
    assert str(LIMIT) in json.loads(body)["detail"]


def test_a_client_that_waits_for_permission_is_refused_without_it(strict: Server) -> None:
    with connected(strict) as connection:
        length = f"Content-Length: {LIMIT + 1}"
        connection.sendall(head("/backward", "Content-Type: application/json", length, "Expect: 100-continue"))
        status, _ = read_answer(connection)
    assert status == 413


def test_a_body_of_unknown_length_is_refused_once_it_is_too_large(strict: Server) -> None:
    with strict.client() as client:
        answer = client.post("/backward", content=iter([b" " * 100_000] * 11), headers=JSON)
    assert answer.status_code == 413


def test_a_body_at_the_limit_is_read(strict: Server) -> None:
    with strict.client() as client:
        padded = NEURON_BODY + b" " * (LIMIT - len(NEURON_BODY))
        assert client.post("/backward", content=padded, headers=JSON).status_code == 200


@pytest.mark.parametrize(("encoding", "bomb"), [("gzip", gzip_bomb), ("zstd", zstd_bomb)])
def test_a_compressed_bomb_is_refused(client: httpx.Client, encoding: str, bomb: object) -> None:
    assert callable(bomb)
    body = bomb(256 * 2**20)
    assert len(body) < 2**20
    answer = client.post("/backward", content=body, headers={**JSON, "Content-Encoding": encoding})
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/body_too_large"


def test_an_unknown_compression_is_refused_with_those_that_are_known(client: httpx.Client) -> None:
    answer = client.post("/backward", content=NEURON_BODY, headers={**JSON, "Content-Encoding": "br"})
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "gzip, zstd"


def test_a_connection_is_still_good_after_a_body_was_refused(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(head("/backward", "Content-Type: text/plain", "Content-Length: 5") + b"hello")
        assert read_answer(connection)[0] == 415
        length = f"Content-Length: {len(NEURON_BODY)}"
        connection.sendall(head("/backward", "Content-Type: application/json", length) + NEURON_BODY)
        assert read_answer(connection)[0] == 200


def test_a_body_in_chunks_of_one_byte_is_read_and_takes_no_more_memory(client: httpx.Client) -> None:
    body = NEURON_BODY + b" " * 100_000
    assert client.post("/backward", content=body, headers=JSON).status_code == 200
    before = resident_bytes(client)
    chunks = (body[at : at + 1] for at in range(len(body)))
    assert client.post("/backward", content=chunks, headers=JSON).status_code == 200
    assert resident_bytes(client) - before < 50 * 2**20


def test_large_bodies_that_are_announced_and_do_not_come_take_no_memory(client: httpx.Client, server: Server) -> None:
    announced = head("/backward", "Content-Type: application/json", "Content-Length: 60000000")
    before = resident_bytes(client)
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(connected(server)).sendall(announced + b" " * 100_000)
        time.sleep(0.3)
        assert resident_bytes(client) - before < 50 * 2**20


def resident_bytes(client: httpx.Client) -> float:
    found = re.search(r"^process_resident_memory_bytes (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found
    return float(found[1])


def test_a_body_that_stalls_is_given_up_and_its_connection_closed(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(head("/backward", "Content-Type: application/json", "Content-Length: 100") + b'{"net')
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 504 ")
    assert problem_of(answer)["type"] == "/problems/deadline_exceeded"


LARGE_BODY = NEURON_BODY + b" " * 500_000
LARGE_HEAD = head("/backward", "Content-Type: application/json", f"Content-Length: {len(LARGE_BODY)}")


def test_a_large_body_is_read_to_its_end_and_not_further(server: Server) -> None:
    with connected(server) as connection:
        connection.sendall(LARGE_HEAD)
        for start in range(0, len(LARGE_BODY), 70_001):
            connection.sendall(LARGE_BODY[start : start + 70_001])
            time.sleep(0.001)
        assert read_answer(connection)[0] == 200
        connection.sendall((LARGE_HEAD + LARGE_BODY) * 2 + head("/health/live", "Connection: close", method="GET"))
        answers = read_to_end(connection)
    assert answers.count(b"HTTP/1.1 200 ") == 3
    assert answers.count(b'"outputs":[[6.0]]') == 2


def test_a_request_behind_another_has_as_much_time_for_its_body_as_any(serve: Serve) -> None:
    server = serve(HEADER_TIMEOUT_SECONDS=0.3)
    with connected(server) as connection:
        connection.sendall((LARGE_HEAD + LARGE_BODY) * 2 + LARGE_HEAD)
        assert [read_answer(connection)[0] for _ in range(2)] == [200, 200]
        time.sleep(0.6)
        connection.sendall(LARGE_BODY)
        assert read_answer(connection)[0] == 200


def test_a_large_body_that_stalls_is_given_up_and_its_connection_closed(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(LARGE_HEAD + LARGE_BODY[:-1])
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 504 ")
    assert problem_of(answer)["type"] == "/problems/deadline_exceeded"


def test_a_caller_who_leaves_in_the_middle_of_a_large_body_is_forgotten(serve: Serve) -> None:
    server = serve()
    with connected(server) as connection:
        connection.sendall(LARGE_HEAD + LARGE_BODY[:200_000])
        time.sleep(0.1)
    gone = 'chainrule_requests_total{problem="abandoned",route="/backward",status="499"} 1.0'
    with server.client() as client:
        wait_for(lambda: gone in client.get("/metrics").text)


def test_what_callers_have_sent_who_left_in_the_middle_of_a_body_is_let_go_of(serve: Serve) -> None:
    server = serve()
    announced = head("/backward", "Content-Type: application/json", "Content-Length: 60000000")
    with server.client() as client:
        before = resident_bytes(client)
        for left in range(1, 9):
            with connected(server) as connection:
                connection.sendall(announced + b" " * 50_000_000)
            gone = f'chainrule_requests_total{{problem="abandoned",route="/backward",status="499"}} {left}.0'
            wait_for(lambda gone=gone: gone in client.get("/metrics").text)  # type: ignore[misc]
        assert resident_bytes(client) - before < 150 * 2**20


def test_a_connection_is_still_good_after_a_large_body_was_refused_on_its_way(serve: Serve) -> None:
    server = serve(MAX_BODY_BYTES=LIMIT, MAX_INTAKE_BYTES=LIMIT)
    large = head("/backward", "Content-Type: application/json", f"Content-Length: {LIMIT}")
    with connected(server) as first, connected(server) as second, server.client() as client:
        first.sendall(large + b" " * 600_000)
        for _ in range(20):  # until that has surely been read
            client.get("/health/live")
        second.sendall(large + b" " * LIMIT)
        assert read_answer(second)[0] == 503
        length = f"Content-Length: {len(NEURON_BODY)}"
        second.sendall(head("/backward", "Content-Type: application/json", length) + NEURON_BODY)
        assert read_answer(second)[0] == 200


def test_a_head_that_stalls_is_given_up(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(b"POST /backward HTTP/1.1\r\nHost: te")
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert problem_of(answer)["status"] == 408


def test_a_second_head_that_stalls_is_given_up_too(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(head("/health/live", method="GET"))
        assert read_answer(connection)[0] == 200
        connection.sendall(b"\r\nGET /health")
        assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")


def test_a_connection_on_which_nothing_is_sent_is_closed(strict: Server) -> None:
    with connected(strict) as connection:
        assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")


def test_the_rest_of_a_refused_body_is_not_awaited_for_ever(strict: Server) -> None:
    with connected(strict) as connection:
        connection.sendall(head("/backward", "Content-Type: text/plain", "Content-Length: 1000") + b"hello")
        assert read_answer(connection)[0] == 415
        assert read_to_end(connection) == b""


@pytest.mark.parametrize("field", [b"X-Long: " + b"x" * 300_000, b"X-Many: yes\r\n" * 30_000])
def test_a_head_without_end_is_refused(server: Server, field: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: test\r\n" + field)
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert problem_of(answer)["status"] == 431


@pytest.mark.parametrize("piece", [2**20, 8_000])
@pytest.mark.parametrize(("size", "status"), [(65_000, 200), (66_000, 431), (120_000, 431), (1_000_000, 431)])
def test_a_head_may_have_so_many_bytes_however_they_come(server: Server, size: int, status: int, piece: int) -> None:
    long = head("/backward", JSON_TYPE, LENGTH, "Connection: close", "X-Long: " + "x" * size) + NEURON_BODY
    with connected(server) as connection:
        for start in range(0, len(long), piece):
            connection.sendall(long[start : start + piece])
            time.sleep(0.001)
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_who_goes_on_sending_after_a_refusal_is_cut_off(server: Server) -> None:
    def goes_on() -> None:
        connection.sendall(b"GET / HTTP/9.9\r\n\r\n")
        while True:
            connection.sendall(b"more")
            time.sleep(0.01)

    with connected(server) as connection, pytest.raises(ConnectionError):
        goes_on()


def test_trailers_without_end_are_refused(server: Server) -> None:
    with connected(server) as connection:
        chunked = head("/backward", JSON_TYPE, "Transfer-Encoding: chunked")
        connection.sendall(chunked + b"2\r\n{}\r\n0\r\n" + b"X-Many: yes\r\n" * 30_000)
        assert read_to_end(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"nonsense\r\n\r\n"])
def test_what_is_no_request_is_answered_by_a_problem(server: Server, noise: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(noise)
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in answer
    problem = problem_of(answer)
    assert problem["title"] == "Bad Request"
    assert f"x-request-id: {problem['instance']}\r\n".encode() in answer
    assert any(event["request_id"] == problem["instance"] for event in server.events("refused_connection"))


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("offered", ["h2c", "websocket"])
def test_a_caller_that_offers_another_protocol_is_answered_in_this_one(
    server: Server, offered: str, close: bool
) -> None:
    """Java's client and ``curl --http2`` offer HTTP/2 with every request, and send its body all the same."""
    offer = f"Upgrade: {offered}", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"
    last = ("Connection: close",) if close else ()
    length = f"Content-Length: {len(NEURON_BODY)}"
    asked = head("/backward", "Content-Type: application/json", length, *offer, *last)
    with connected(server) as connection:
        connection.sendall(asked + NEURON_BODY)
        assert read_answer(connection)[0] == 200
        if close:
            assert connection.recv(1) == b""
            return
        connection.sendall(asked)
        connection.sendall(NEURON_BODY)
        assert read_answer(connection)[0] == 200
        connection.sendall((asked + NEURON_BODY) * 2 + head("/health/live", "Connection: close", method="GET"))
        assert read_to_end(connection).count(b"HTTP/1.1 200 ") == 3


def test_a_tunnel_is_refused(server: Server) -> None:
    with connected(server) as connection:
        connection.sendall(head("example:443", "Upgrade: h2c", "Connection: Upgrade", method="CONNECT"))
        assert read_to_end(connection).startswith(b"HTTP/1.1 400 ")


def test_two_requests_at_once_on_one_connection_are_answered_in_order(server: Server) -> None:
    with connected(server) as connection:
        length = f"Content-Length: {len(NEURON_BODY)}"
        first = head("/backward", "Content-Type: application/json", length) + NEURON_BODY
        connection.sendall(first + head("/health/live", "Connection: close", method="GET"))
        answers = read_to_end(connection)
    assert answers.index(b'"outputs"') < answers.index(b'{"status":"live"}')
