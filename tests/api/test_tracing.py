"""Traces, as a collector gets them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from chainrule.settings import Settings, SettingsError, load_settings
from tests.api.bodies import NEURON
from tests.conftest import Serve
from tests.server import wait_for

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


class Collector:
    """A collector of traces that keeps what it gets."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.names: set[str] = set()
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = ExportTraceServiceRequest()
                message.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
                for of_resource in message.resource_spans:
                    attributes = {one.key: one.value.string_value for one in of_resource.resource.attributes}
                    kept.names.add(attributes["service.name"])
                    kept.spans += [span for scope in of_resource.scope_spans for span in scope.spans]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def of(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    yield collector
    collector.server.shutdown()
    thread.join()
    collector.server.server_close()


def test_a_request_is_a_span_with_a_span_for_each_phase(serve: Serve, collector: Collector) -> None:
    server = serve(TRACES="true")
    with server.client() as client:
        headers = {"traceparent": TRACEPARENT, "X-Request-ID": "chosen"}
        assert client.post("/backward", json=NEURON, headers=headers).status_code == 200
        client.get("/health/live")
    wait_for(lambda: collector.of("POST /backward") and collector.of("encode"))
    (request,) = collector.of("POST /backward")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    told = {one.key: one.value for one in request.attributes}
    assert told["chainrule.request_id"].string_value == "chosen"
    assert told["http.response.status_code"].int_value == 200
    phases = [span for span in collector.spans if span.parent_span_id == request.span_id]
    assert {span.name for span in phases} == {"read", "queue", "decode", "resolve", "compute", "encode"}
    for span in phases:
        assert request.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= request.end_time_unix_nano
    assert not collector.of("GET /health/live")
    assert collector.names == {"chainrule"}
    (event,) = [one for one in server.events("request") if one["route"] == "/backward"]
    assert event["trace_id"] == TRACE


def test_what_has_no_parent_is_a_trace_of_its_own_and_a_problem_is_named(serve: Serve, collector: Collector) -> None:
    server = serve(TRACES="true")
    with server.client() as client:
        assert client.post("/backward", json={}).status_code == 422
    assert server.stop() == 0  # what is not sent yet is sent at the end
    (request,) = collector.of("POST /backward")
    assert request.parent_span_id == b""
    told = {one.key: one.value for one in request.attributes}
    assert told["chainrule.problem"].string_value == "missing_field"


def test_without_traces_the_log_still_tells_whose_trace_a_request_is_in(serve: Serve) -> None:
    server = serve()
    with server.client() as client:
        client.post("/backward", json=NEURON, headers={"traceparent": TRACEPARENT})
        client.post("/backward", json=NEURON, headers={"traceparent": "nonsense"})
    wait_for(lambda: sum(one["route"] == "/backward" for one in server.events("request")) == 2)
    first, second = [one for one in server.events("request") if one["route"] == "/backward"]
    assert first["trace_id"] == TRACE
    assert "trace_id" not in second


def test_without_the_extra_the_start_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(traces=True).traces
    monkeypatch.setattr("chainrule.settings.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"CHAINRULE_TRACES.*chainrule\[otel\]"):
        load_settings(traces=True)
