"""`goldgap serve`: what it refuses, what it hands to the server, and a real start and stop."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.cli import serving
from app.main import make_store
from app.settings import Settings, UnsafeSettings
from app.store.database import journal_mode
from app.usecases import operators
from app.web import connections
from tests.cli.conftest import Say
from tests.test_settings import SAFE


@pytest.fixture
def handed(environment: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is handed to the server, which is not started."""
    kept: dict[str, Any] = {}

    def run(app: str, **options: object) -> None:
        kept.update(options, app=app)

    environment.setattr("app.cli.serving.uvicorn.run", run)
    environment.setattr("app.cli.serving.signal.signal", lambda *_: None)
    return kept


def be(environment: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        environment.setenv(f"GOLDGAP_{name}", value)


def add_demo_account() -> None:
    store = make_store(Settings())
    operators.create_user(store, {"email": "a@example.org", "name": "A", "is_demo": True}, password_hash=None)
    store.dispose()


def test_it_says_where_it_serves_and_how_it_keeps(say: Say, handed: dict[str, Any]) -> None:
    say("init")
    said = say("serve", "--port", "8123")
    assert said.code == 0
    assert said.out == f"Goldgap 0.1.0 (development, SQLite, journal mode {journal_mode()}) at http://127.0.0.1:8123\n"
    assert handed["app"] == "app.cli.serving:application"
    assert (handed["host"], handed["port"], handed["workers"]) == ("127.0.0.1", 8123, 1)
    assert handed["http"] == connections.PATH
    assert handed["server_header"] is False
    assert handed["proxy_headers"] is False


def test_on_ipv6_the_address_can_be_followed(say: Say, handed: dict[str, Any]) -> None:
    say("init")
    assert say("serve", "--host", "::1").out.endswith(" at http://[::1]:8000\n")
    assert handed["host"] == "::1"


def test_a_known_proxy_is_believed_and_nobody_else(
    say: Say, environment: pytest.MonkeyPatch, handed: dict[str, Any]
) -> None:
    say("init")
    be(environment, {"TRUSTED_PROXIES": "10.0.0.7"})
    say("serve")
    assert (handed["proxy_headers"], handed["forwarded_allow_ips"]) == (True, ["10.0.0.7"])


def test_on_sqlite_more_workers_are_refused(say: Say, handed: dict[str, Any]) -> None:
    say("init")
    said = say("serve", "--workers", "2")
    assert (said.code, said.out, handed) == (1, "", {})
    assert "On SQLite one process serves" in said.err


def test_on_postgresql_more_workers_are_taken(goldgap: Say, url: str, handed: dict[str, Any]) -> None:
    said = goldgap("serve", "--workers", "2")
    assert said.code == (1 if url.startswith("sqlite") else 0)
    assert handed.get("workers") == (None if url.startswith("sqlite") else 2)


def test_a_certificate_needs_its_key(say: Say, tmp_path: Path, handed: dict[str, Any]) -> None:
    say("init")
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).touch()
    certificate, key = ("--tls-cert", str(tmp_path / "cert.pem")), ("--tls-key", str(tmp_path / "key.pem"))
    for half in (certificate, key):
        assert "For https give both" in say("serve", *half).err
    assert handed == {}
    assert " at https://127.0.0.1:8000" in say("serve", *certificate, *key).out
    assert handed["ssl_certfile"] == tmp_path / "cert.pem"


def test_unsafe_production_does_not_start(say: Say, environment: pytest.MonkeyPatch, handed: dict[str, Any]) -> None:
    say("init")
    be(environment, {"ENVIRONMENT": "production"})
    said = say("serve")
    assert (said.code, said.out, handed) == (1, "", {})
    assert "GOLDGAP_SECRET_KEY is not set" in said.err
    assert "GOLDGAP_ALLOWED_HOSTS is not set." in said.err
    with pytest.raises(UnsafeSettings):
        serving.application()


def test_a_database_that_is_not_ready_is_not_served(say: Say, handed: dict[str, Any]) -> None:
    said = say("serve")
    assert (said.code, handed) == (1, {})
    assert "goldgap init" in said.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7"])  # noqa: S104 - refused
def test_demo_accounts_are_served_to_this_machine_alone(say: Say, handed: dict[str, Any], host: str) -> None:
    say("init")
    add_demo_account()
    said = say("serve", "--host", host)
    assert (said.code, handed) == (1, {})
    assert said.err == f"This database has demo accounts, so it is served on this machine alone, not on {host}.\n"
    assert say("serve", "--host", "localhost").code == 0


def test_demo_accounts_are_not_served_in_production(
    goldgap: Say, environment: pytest.MonkeyPatch, url: str, handed: dict[str, Any]
) -> None:
    # With the secret that it is served with: with another one, that is what is said first.
    environment.setenv("GOLDGAP_SECRET_KEY", SAFE["SECRET_KEY"])
    add_demo_account()
    be(environment, SAFE)
    environment.setenv("GOLDGAP_DATABASE_URL", url)
    said = goldgap("serve")
    assert (said.code, handed) == (1, {})
    assert "production needs one of its own" in said.err


def test_a_worker_makes_the_application_from_the_environment(say: Say) -> None:
    say("init")
    app = serving.application()
    assert app.title == "Goldgap"
    app.state.store.dispose()


@pytest.mark.usefixtures("environment")
def test_it_starts_answers_and_stops_as_asked(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "app.cli"]
    subprocess.run([*program, "init"], check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    log = (tmp_path / "log").open("w")
    with log, subprocess.Popen([*program, "serve", "--port", str(port)], stdout=log, stderr=log) as server:
        try:
            headers = _headers_when_ready(f"http://127.0.0.1:{port}/healthz?password=hunter2")
            assert "server" not in headers
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    said = (tmp_path / "log").read_text()
    assert f"at http://127.0.0.1:{port}" in said
    assert ('"path": "/healthz"' in said, "hunter2" in said) == (True, False)


def _headers_when_ready(address: str) -> Mapping[str, str]:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server
                return {name.lower(): value for name, value in answer.headers.items()}
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
