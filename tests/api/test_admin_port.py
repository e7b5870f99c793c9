"""Where operation has a port of its own, each port answers what is its business."""

from __future__ import annotations

import httpx
import pytest

from tests.api.bodies import NEURON
from tests.conftest import Serve
from tests.server import Server, environment, wait_for


@pytest.fixture(scope="module", params=[1, 2], ids=["one worker", "two workers"])
def two_doors(serve: Serve, request: pytest.FixtureRequest) -> Server:
    return serve(ADMIN_PORT=0, WORKERS=request.param)


def admin(server: Server) -> httpx.Client:
    (event,) = server.events("listening")
    return httpx.Client(base_url=event["admin_url"], trust_env=False, timeout=60)


def test_metrics_are_at_the_admin_port_alone(two_doors: Server) -> None:
    with two_doors.client() as traffic, admin(two_doors) as operator:
        assert traffic.post("/backward", json=NEURON).status_code == 200
        wait_for(lambda: 'route="/backward"' in operator.get("/metrics").text)  # which another worker may be asked for
        refused = traffic.get("/metrics")
        assert refused.status_code == 404
        assert refused.json()["type"] == "/problems/not_found"
        assert "admin port" in refused.json()["detail"]


def test_nothing_is_computed_or_documented_there(two_doors: Server) -> None:
    with admin(two_doors) as operator:
        assert operator.post("/backward", json=NEURON).status_code == 404
        for path in ("/docs", "/openapi.json", "/problems/not_found"):
            assert operator.get(path).status_code == 404


def test_health_is_at_both(two_doors: Server) -> None:
    with two_doors.client() as traffic, admin(two_doors) as operator:
        for client in (traffic, operator):
            assert client.get("/health/live").status_code == 200
            assert client.get("/health/ready").status_code == 200


def test_without_it_everything_is_at_one_port(server: Server) -> None:
    assert "CHAINRULE_ADMIN_PORT" not in environment({})
    assert "admin_url" not in server.events("listening")[0]
    with server.client() as client:
        assert client.get("/metrics").status_code == 200
