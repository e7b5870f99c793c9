"""What the Dockerfile, the compose file and the balancer's file say must fit together, and fit the service."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
BALANCER = (ROOT / "deploy" / "haproxy.cfg").read_text()
MEBIBYTE = 2**20


def number(pattern: str, text: str) -> float:
    """The one number that the pattern finds."""
    (found,) = re.findall(pattern, text, flags=re.MULTILINE)
    return float(found)


def balancer_seconds(timeout: str) -> float:
    return number(rf"^ +timeout {timeout} +(\d+)s$", BALANCER)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What a replica of the compose file is started with."""
    for name, value in re.findall(r'^ +(CHAINRULE_\w+): "?([\w.]+)"?$', COMPOSE, flags=re.MULTILINE):
        monkeypatch.setenv(name, value)
    return Settings()


def test_the_dockerfile_is_clean() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_replica_drains_longer_than_the_balancer_needs_to_see_it(settings: Settings) -> None:
    interval = number(r"^ +default-server check inter (\d+)s fall \d+ rise \d+$", BALANCER)
    fall = number(r"^ +default-server check inter \d+s fall (\d+) rise \d+$", BALANCER)
    assert settings.drain_seconds > fall * interval + 1


def test_a_container_is_given_the_time_that_its_last_request_may_take(settings: Settings) -> None:
    longest = settings.drain_seconds + settings.read_timeout_seconds + settings.compute_timeout_seconds
    assert number(r"^ +stop_grace_period: (\d+)s$", COMPOSE) > longest


def test_the_balancer_waits_until_the_service_itself_gives_up(settings: Settings) -> None:
    assert balancer_seconds("server") > settings.compute_timeout_seconds
    assert balancer_seconds("http-request") == settings.read_timeout_seconds


def test_the_service_keeps_idle_connections_longer_than_the_balancer_does(settings: Settings) -> None:
    assert settings.keep_alive_seconds > balancer_seconds("server")


def test_the_balancer_ends_by_itself_before_it_is_killed() -> None:
    assert number(r"^ +hard-stop-after (\d+)s$", BALANCER) < number(r"^ +stop_grace_period: (\d+)s$", COMPOSE)


def test_the_balancers_memory_has_room_for_all_its_buffers() -> None:
    buffers = 2 * number(r"^ +maxconn (\d+)$", BALANCER) * number(r"^ +tune\.bufsize (\d+)$", BALANCER)
    assert number(r"^ +limits: .*memory: (\d+)M", COMPOSE) * MEBIBYTE > buffers


def test_a_request_that_was_shed_is_not_sent_on() -> None:
    (retried,) = re.findall(r"^ +retry-on (.+)$", BALANCER, flags=re.MULTILINE)
    assert set(retried.split()) == {"conn-failure", "empty-response", "junk-response", "response-timeout"}
