"""The service as it is shipped: `goldgap serve` in a process of its own, on a database that was just made."""

import contextlib
import datetime as dt
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.domain.roles import TokenScope
from app.settings import DEVELOPMENT_SECRET
from app.store import passwords, schema
from app.store.database import Store, make_engine
from app.usecases import operators, tokens

PASSWORD = "correct horse battery staple"
EMAIL = "kari.nordmann@example.org"
# A loopback address of this machine's own that no proxy has.
STRANGER = "127.0.0.2"
_PROGRAM = (sys.executable, "-m", "app.cli")
_PATIENCE = 30.0


@dataclass
class Process:
    """A running server: its port, its process, where its log is written, and a token with every scope."""

    port: int
    running: subprocess.Popen[bytes]
    log: Path
    token: str

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[str]:
        """Return what it has written to its log."""
        return self.log.read_text(encoding="utf-8").splitlines()

    def memory(self) -> int:
        """Return the most bytes that it has had in memory since it began, or since `forget`."""
        status = Path(f"/proc/{self.running.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def forget(self) -> int:
        """Begin to watch the memory anew; returns what it has now."""
        Path(f"/proc/{self.running.pid}/clear_refs").write_text("5", encoding="ascii")
        return self.memory()

    def connect(self, timeout: float = 10) -> socket.socket:
        """Open a connection, as somebody who is not the proxy."""
        return socket.create_connection(("127.0.0.1", self.port), timeout, source_address=(STRANGER, 0))

    def said(self, request: bytes, timeout: float = 10) -> bytes:
        """Send bytes and return everything that comes back until the server hangs up; it must do so."""
        with self.connect(timeout) as connection:
            with contextlib.suppress(OSError):  # it may hang up before everything is sent
                connection.sendall(request)
            return received(connection)


def received(connection: socket.socket) -> bytes:
    """Return everything that comes until the other side hangs up; raises TimeoutError where it does not."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            found += piece
    return found


def status(answer: bytes) -> int:
    """Return the status of an answer; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, *words: str, scheme: str = "http", **settings: str) -> Iterator[Process]:
    """Serve, with settings by their names behind GOLDGAP_; the database has one account in it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GOLDGAP_")}
    environment |= {"GOLDGAP_DATA_DIR": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
    environment |= {f"GOLDGAP_{name}": value for name, value in settings.items()}
    token = _make_database(folder / "data" / "goldgap.db", settings.get("SECRET_KEY", DEVELOPMENT_SECRET))
    log, port = folder / "log", free_port()
    command = [*_PROGRAM, "serve", "--port", str(port), *words]
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as running:
        try:
            _wait(running, log, f"{scheme}://127.0.0.1:{port}")
            yield Process(port, running, log, token)
        finally:
            running.terminate()
            running.wait(_PATIENCE)


def _make_database(file: Path, secret: str) -> str:
    """Make a database with one account; returns a token of its person."""
    file.parent.mkdir(mode=0o700)
    url = f"sqlite:///{file}"
    schema.upgrade(url)
    store = Store(
        make_engine(url),
        clock=lambda: dt.datetime.now(dt.UTC),
        new_id=lambda: secrets.token_hex(8),
        secret=secret,
    )
    operators.create_user(store, {"email": EMAIL, "name": "Kari"}, password_hash=passwords.hashed(PASSWORD))
    raw = {"name": "attacks", "days": 1, "scopes": list(TokenScope)}
    issued = tokens.issue(store, operators.acting_as(store, EMAIL), raw)
    store.dispose()
    return issued.secret


def _wait(running: subprocess.Popen[bytes], log: Path, address: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while f"Uvicorn running on {address}" not in log.read_text(encoding="utf-8"):
        assert running.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.05)


def fetch(address: str, headers: Mapping[str, str] | None = None) -> tuple[int, float]:
    """Get an address; returns the status and how many seconds it took."""
    began = time.monotonic()
    request = urllib.request.Request(address, headers=dict(headers or {}))  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
        answer.read()
    return answer.status, time.monotonic() - began
