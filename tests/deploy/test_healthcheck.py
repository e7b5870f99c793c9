"""The image's health check, run as the container runs it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "healthcheck.py"


@contextmanager
def service(ready_status: int) -> Iterator[int]:
    """Something on a port of 127.0.0.1 that answers ``/health/ready`` with this status, and all else with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(ready_status if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def check(port: int, host: str = "127.0.0.1", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT],
        env=os.environ | {"CHAINRULE_HOST": host, "CHAINRULE_PORT": str(port)} | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_ready_service_is_healthy_at_the_port_that_is_set() -> None:
    with service(200) as port:
        assert check(port).returncode == 0


def test_a_service_that_listens_on_every_address_is_reached() -> None:
    with service(200) as port:
        assert check(port, host="0.0.0.0").returncode == 0  # noqa: S104 (only asked for, nothing listens there)


def test_a_draining_service_is_not_healthy() -> None:
    with service(503) as port:
        checked = check(port)

    assert checked.returncode == 1
    assert checked.stderr == f"/health/ready on port {port} answers 503\n"


def test_a_service_that_is_gone_is_not_healthy_and_the_reason_is_said() -> None:
    with service(200) as port:
        pass
    checked = check(port)

    assert checked.returncode == 1
    assert checked.stderr.startswith(f"no answer from port {port}: ")
    assert "Traceback" not in checked.stderr


def test_a_proxy_in_the_environment_is_not_asked() -> None:
    with service(200) as port, service(500) as proxy:
        assert check(port, http_proxy=f"http://127.0.0.1:{proxy}", no_proxy="").returncode == 0
