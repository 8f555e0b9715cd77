"""Measures what no test may assert on a busy machine: whether answers tell by their time, and what a flood does.

`python -m tests.tools.sign_in_measured` prints the ratio of the median times for known and unknown accounts over
pairs of requests, and how the service does while 64 people sign in at the same moment.
"""

import datetime as dt
import http.client
import itertools
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

from starlette.testclient import TestClient

from app.main import create_app, make_store
from app.settings import Settings
from app.store import passwords, schema
from app.store.database import Store, make_engine
from app.usecases import operators
from tests.make import SECRET

PAIRS, FLOOD = 200, 64
PASSWORD = "en lang setning om torsk"
_PROGRAM = Path(sys.executable).with_name("goldgap")
_ORIGIN = "http://testserver"


def make_people(store: Store) -> None:
    """Make an account of each kind that somebody might want to tell apart."""
    hashed = passwords.hashed(PASSWORD)
    kinds = {"known": hashed, "disabled": hashed, "passwordless": None}
    for name, password_hash in kinds.items():
        operators.create_user(store, {"email": f"{name}@example.org", "name": name}, password_hash=password_hash)
    operators.disable_user(store, "disabled@example.org")


def ratios(folder: Path) -> Iterator[tuple[str, float]]:
    """Yield the ratio of the median times of known to unknown accounts for each question that could be asked."""
    url = f"sqlite:///{folder / 'pairs.db'}"
    schema.upgrade(url)
    days = itertools.count()
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    # Each moment is three hours later, so that no limit is reached.
    store = Store(make_engine(url), lambda: start + dt.timedelta(hours=3 * next(days)), _ids(), SECRET)
    make_people(store)
    app = create_app(Settings(), store)
    browser = TestClient(app, base_url=_ORIGIN, headers={"Origin": _ORIGIN}, follow_redirects=False)
    for path, more in (("/sign-in", {"password": "not the right one"}), ("/forgot", {})):
        for name in ("known", "disabled", "passwordless"):
            yield f"{path} {name} to unknown", _ratio(browser, path, name, more)
    store.dispose()


def _ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):016x}"


def _ratio(browser: TestClient, path: str, name: str, more: dict[str, str]) -> float:
    times: dict[str, list[float]] = {name: [], "unknown": []}
    for pair in range(PAIRS + 5):
        for who in random.sample(sorted(times), 2):
            begun = time.perf_counter()
            status = browser.post(path, data={"email": f"{who}@example.org", **more}).status_code
            if pair >= 5:
                times[who].append(time.perf_counter() - begun)
            if status not in {200, 422}:
                raise RuntimeError(f"{path} {who}: {status}")
    return statistics.median(times[name]) / statistics.median(times["unknown"])


def flood(folder: Path) -> Iterator[tuple[str, object]]:
    """Yield how the service does while many sign in at the same moment, each from an address of their own."""
    with _served(folder) as (pid, port):
        _get(port, "/sign-in")
        before = _memory(pid)
        stop = threading.Event()
        with ThreadPoolExecutor(FLOOD + 2) as pool:
            health = pool.submit(_watch, port, "/healthz", stop)
            page = pool.submit(_watch, port, "/frameworks", stop)
            try:
                found = list(pool.map(lambda number: _sign_in(port, number), range(FLOOD)))
            finally:
                stop.set()
        statuses = sorted({status for status, _ in found})
        yield f"{FLOOD} sign-ins at once: statuses", statuses
        yield "  signed in", sum(status == 303 for status, _ in found)
        yield "  slowest, s", round(max(seconds for _, seconds in found), 2)
        yield "  /healthz p95, ms", _p95(health.result())
        yield "  /frameworks p95, ms", _p95(page.result())
        yield "  memory, MB more", round((_memory(pid) - before) / 1024)


def _p95(times: list[float]) -> int:
    return round(1000 * statistics.quantiles(times, n=20)[-1]) if len(times) > 1 else round(1000 * times[0])


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, int]]:
    settings = {"GOLDGAP_DATA_DIR": str(folder), "GOLDGAP_DATABASE_URL": f"sqlite:///{folder / 'flood.db'}"}
    schema.upgrade(settings["GOLDGAP_DATABASE_URL"])
    store = make_store(Settings(database_url=settings["GOLDGAP_DATABASE_URL"]))
    hashed = passwords.hashed(PASSWORD)
    for number in range(FLOOD):
        raw = {"email": f"person-{number}@example.org", "name": f"Person {number}"}
        operators.create_user(store, raw, password_hash=hashed)
    store.dispose()
    port = _free_port()
    command = [str(_PROGRAM), "serve", "--port", str(port)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        _wait(port)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            _get(port, "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _get(port: int, path: str) -> float:
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - begun


def _watch(port: int, path: str, stop: threading.Event) -> list[float]:
    times = []
    while not stop.is_set():
        begun = time.perf_counter()
        with suppress(OSError):  # what is not answered in time has taken that time
            _get(port, path)
        times.append(time.perf_counter() - begun)
        time.sleep(0.02)
    return times


def _sign_in(port: int, number: int) -> tuple[int, float]:
    begun = time.perf_counter()
    source = (f"127.0.1.{number + 1}", 0)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=source)
    body = urlencode({"email": f"person-{number}@example.org", "password": PASSWORD})
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status, time.perf_counter() - begun


def _memory(pid: int) -> int:
    """Return the most memory that a process has had, in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        for what, ratio in ratios(Path(folder)):
            print(f"{what:<45}{ratio:.3f}")  # noqa: T201 - what it is for
        for what, found in flood(Path(folder)):
            print(f"{what:<45}{found}")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
