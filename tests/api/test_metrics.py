"""What Prometheus sees."""

from __future__ import annotations

import re

import httpx

from tests.api.bodies import JSON, NEURON_BODY
from tests.conftest import Serve
from tests.server import wait_for


def test_labels_never_hold_what_a_caller_chose(client: httpx.Client) -> None:
    client.get("/chosen-by-a-caller")
    client.request("PROPFIND", "/also-chosen")
    client.get("/problems/chosen-too")
    client.get("/docs/chosen-again")
    client.post("/backward?chosen=1", content=NEURON_BODY, headers={**JSON, "X-Request-ID": "chosen-id"})
    text = client.get("/metrics").text
    assert "chosen" not in text
    assert 'chainrule_requests_total{problem="not_found",route="unmatched",status="404"}' in text
    assert 'route="/problems/{code}"' in text


def test_requests_phases_sizes_and_problems_are_counted(serve: Serve) -> None:
    with serve().client() as client:
        client.post("/backward", content=NEURON_BODY, headers=JSON)
        client.post("/backward", content=b"{", headers=JSON)
        text = client.get("/metrics").text
    assert 'chainrule_requests_total{problem="",route="/backward",status="200"} 1.0' in text
    assert 'chainrule_requests_total{problem="malformed_json",route="/backward",status="400"} 1.0' in text
    assert f'chainrule_request_body_bytes_sum{{route="/backward"}} {len(NEURON_BODY) + 1}.0' in text
    assert set(re.findall(r'phase_seconds_count\{phase="(\w+)"\}', text)) == {
        "read",
        "queue",
        "decode",
        "resolve",
        "compute",
        "encode",
    }
    assert "chainrule_queue_length 0.0" in text
    assert "chainrule_computations_running 0.0" in text
    assert "chainrule_requests_in_flight 1.0" in text  # the one that asks
    assert "process_resident_memory_bytes" in text


def test_every_worker_tells_the_numbers_of_all(serve: Serve) -> None:
    server = serve(WORKERS=2)
    for _ in range(20):  # a connection each, so that both workers have some
        with server.client() as client:
            assert client.post("/backward", content=NEURON_BODY, headers=JSON).status_code == 200

    def all_are_told() -> bool:
        with server.client() as client:
            text = client.get("/metrics").text
        return 'chainrule_requests_total{problem="",route="/backward",status="200"} 20.0' in text

    wait_for(all_are_told)  # the last one is counted when its answer has left
    assert all(all_are_told() for _ in range(10))
