"""Settings and commands, as an operator meets them: by running the command."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys

import pytest

from chainrule.settings import Settings, SettingsError, load_settings, unread_variables
from tests.conftest import Serve
from tests.server import environment


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chainrule", *arguments]
    return subprocess.run(command, env=environment(settings), capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eight", 'CHAINRULE_PORT is "eight": must be a valid integer'),
        ("PORT", "65536", "CHAINRULE_PORT"),
        ("THREADS", "0", 'CHAINRULE_THREADS is "0": must be greater than or equal to 1'),
        ("LOG_FORMAT", "xml", "must be 'console' or 'json'"),
        ("COMPUTE_TIMEOUT_SECONDS", "inf", "CHAINRULE_COMPUTE_TIMEOUT_SECONDS"),
        ("MAX_INTAKE_BYTES", "5", "must be at least CHAINRULE_MAX_BODY_BYTES"),
        ("API_KEYS", "", "CHAINRULE_API_KEYS: names no key"),
        ("API_KEYS", " , ", "CHAINRULE_API_KEYS: names no key"),
        ("API_KEYS", "good,sha256:12", "CHAINRULE_API_KEYS: key 2"),
        ("CORS_ORIGINS", "https://a.org,b.org/page", '"b.org/page" is no origin'),
        ("CORS_ORIGINS", "https://a.org/", '"https://a.org/" is no origin'),
        ("PORT", "tcp://10.0.0.7:8000", "enableServiceLinks: false"),
    ],
)
def test_a_bad_value_stops_the_start_with_a_sentence(name: str, value: str, said: str) -> None:
    ended = run("serve", **{name: value})
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_bad_value_is_named() -> None:
    with pytest.raises(SettingsError, match=r"(?s)threads|THREADS.*PORT|PORT.*THREADS"):
        load_settings(port=-1, threads=0)


def test_a_wrong_key_is_not_repeated() -> None:
    ended = run("serve", API_KEYS="good,bad key")
    assert ended.returncode == 2
    assert "key 2" in ended.stderr
    assert "bad key" not in ended.stderr


def test_keys_are_not_shown_by_accident() -> None:
    settings = load_settings(api_keys="first, second,")
    assert [key.get_secret_value() for key in settings.api_keys] == [hashed(b"first"), hashed(b"second")]
    assert "first" not in f"{settings!r}{settings}"
    assert repr(hashed(b"first")) not in f"{settings!r}{settings}"


def hashed(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def test_a_misspelt_variable_is_a_warning_that_names_the_nearest_setting() -> None:
    (warning,) = unread_variables({"CHAINRULE_QUEUESIZE": "8", "CHAINRULE_PORT": "1", "PATH": "/bin"})
    assert warning == "CHAINRULE_QUEUESIZE is not a setting of chainrule: did you mean CHAINRULE_QUEUE_SIZE?"


def test_the_clients_variables_are_no_strangers() -> None:
    assert unread_variables({"CHAINRULE_URL": "http://127.0.0.1:8000", "CHAINRULE_API_KEY": "secret"}) == []


def test_a_warning_does_not_stop_the_start(serve: Serve) -> None:
    server = serve(QUEUESIZE=8)
    (event,) = server.events("unread_variable")
    assert "CHAINRULE_QUEUE_SIZE" in event["detail"]


def test_a_variable_is_read_and_an_option_goes_before_it() -> None:
    assert load_settings().port == Settings.model_fields["port"].default
    assert load_settings(port=9).port == 9
    assert load_settings(port=None).port == load_settings().port


def test_every_setting_says_what_it_does() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_taken_port_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("serve", "--port", str(port))
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_version_is_said() -> None:
    ended = run("--version")
    assert ended.returncode == 0
    assert ended.stdout.startswith("chainrule ")
