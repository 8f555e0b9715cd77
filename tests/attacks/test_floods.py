"""Floods (S18): each is refused before it costs much, measured on the service as it is shipped."""

import contextlib
import os
import statistics
import threading
import time
from pathlib import Path

import pytest

from tests.attacks.floods import FLOODS, MEGABYTE, PARTS, Flood
from tests.attacks.proxy import HOST
from tests.process import Process, received, status

MOST_MEMORY = 150 * MEGABYTE
MOST_SECONDS = 2.0
HEALTH = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
ELSEWHERE = (
    "/static/..%2fpyproject.toml",
    "/static/%2e%2e/pyproject.toml",
    "/static/%2e%2e%2fpyproject.toml",
    "/static/..%252fpyproject.toml",
    "/static/..%5cpyproject.toml",
    "/static/\\..\\pyproject.toml",
    "/static/css/../../pyproject.toml",
    "/static/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
    "/static//etc/passwd",
    "//etc/passwd",
    "/static/css/%00",
    "/static/css",
    "/static/",
    "/static/css/" + "a" * 5_000,
    "/static/%2e%2e%2fstatic-elsewhere/x",
    "/static/vendor/manifest.toml/..",
    "/.git/config",
    "/.env",
)


def processor_seconds(process: Process) -> float:
    """Return how long the service has been at work since it began, whatever else this machine is doing."""
    fields = Path(f"/proc/{process.running.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(process: Process, flood: Flood) -> bytes:
    """Send a flood, as far as the service takes it, and return the answer."""
    with process.connect(20) as connection:
        with contextlib.suppress(OSError):
            for piece in flood.pieces(process.token):
                connection.sendall(piece)
        return received(connection)


@pytest.mark.parametrize("name", FLOODS)
def test_it_is_answered_at_once_and_in_little_memory(process: Process, name: str) -> None:
    process.said(HEALTH)
    memory, seconds = process.forget(), processor_seconds(process)
    answer = send(process, FLOODS[name])
    assert status(answer) in FLOODS[name].due, answer[:300]
    assert processor_seconds(process) - seconds <= MOST_SECONDS
    assert process.memory() - memory <= MOST_MEMORY
    assert b"Traceback" not in answer
    assert b'"fault"' not in process.log.read_bytes()


def test_32_large_files_at_once_cost_little_and_keep_nobody_waiting_cve_2025_54121(process: Process) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="email"; filename="x"\r\n\r\n' + b"x" * (50 * MEGABYTE)
    flood = Flood(frozenset({0, 413}), kind=PARTS, body=part, in_chunks=True)
    memory = process.forget()
    answers: list[int] = []
    senders = [threading.Thread(target=lambda: answers.append(status(send(process, flood)))) for _ in range(32)]
    for sender in senders:
        sender.start()
    times: list[float] = []
    while any(sender.is_alive() for sender in senders) or len(times) < 20:
        began = time.monotonic()
        assert status(process.said(HEALTH)) == 200
        times.append(time.monotonic() - began)
    for sender in senders:
        sender.join()
    assert set(answers) <= flood.due
    assert statistics.quantiles(times, n=20)[18] <= 0.5
    assert process.memory() - memory <= MOST_MEMORY


def test_bodies_that_never_end_do_not_fill_the_memory(process: Process) -> None:
    head = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000000\r\n\r\n".encode()
    memory = process.forget()
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(process.connect()) for _ in range(200)]
        for connection in opened:
            with contextlib.suppress(OSError):
                connection.sendall(head + b"x" * 900_000)
        assert status(process.said(HEALTH)) == 200
        assert process.memory() - memory <= MOST_MEMORY
        # Those that came too late have been told so; the rest is still being waited for.
        refused = 0
        for connection in opened:
            connection.settimeout(0)
            with contextlib.suppress(BlockingIOError, ConnectionResetError):
                refused += connection.recv(20).startswith(b"HTTP/1.1 503")
        assert 0 < refused < 200


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_file_elsewhere_is_served_cve_2023_29159(process: Process, path: str) -> None:
    answer = process.said(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    assert status(answer) in {400, 404}
    assert b"[project]" not in answer
    assert b"root:" not in answer
