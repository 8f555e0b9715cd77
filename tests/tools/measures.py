"""What the benchmark measures: each candidate in turn with its yardstick and with the usual way."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median

from tests.tools import bench_data, servers
from tests.tools.load import Answer, Client, Tally, always, ask, drive, request

READERS, WRITERS = 32, 64
BARE, NOTHING = "bare ASGI, same bytes", "saves nothing"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long everything is measured, and on which databases."""

    rounds: int
    seconds: float
    starts: int
    databases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found: by name of the candidate, one tally a round. Without any, `fault` says why."""

    what: str
    yardstick: str
    tallies: Mapping[str, list[Tally]]
    fault: str = ""

    def ratio(self, other: str) -> float | None:
        """Return how many times another's rate ours is, by the median of the rounds; None where it answered nothing."""
        pairs = zip(self.tallies["goldgap"], self.tallies.get(other, []), strict=False)
        ratios = [own.rate / theirs.rate for own, theirs in pairs if theirs.rate]
        return median(ratios) if ratios else None

    @property
    def rate(self) -> float:
        """Our own good answers per second."""
        return median(tally.rate for tally in self.tallies["goldgap"])

    @property
    def p99(self) -> float:
        """How long 99 of 100 of our answers take at most, in seconds."""
        return median(tally.quantile(0.99) for tally in self.tallies["goldgap"])

    @property
    def failed(self) -> int:
        """How many of our answers were not the good one."""
        return sum(tally.failed for tally in self.tallies["goldgap"])


@dataclass(frozen=True, slots=True)
class Started:
    """How long the service takes to its first answer, how long the bare imports take, and its memory at rest."""

    first_answer: float
    imports: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Stand:
    """Somebody who is measured: at which port, and who asks there."""

    port: int
    clients: Callable[[], list[Client]]


class Bench:
    """The servers over one database, and what is asked of them."""

    def __init__(self, url: str, pace: Pace) -> None:
        self.pace = pace
        self.desks = bench_data.seed(url, WRITERS)
        self.running = contextlib.ExitStack()
        self.folder = Path(self.running.enter_context(tempfile.TemporaryDirectory()))
        self.ours = self._serve("goldgap", "/healthz", GOLDGAP_DATABASE_URL=url)
        self.usual = self._serve("usual", "/openapi.json", GOLDGAP_DATABASE_URL=url)

    def run(self) -> Iterator[Measured]:
        """Yield every measure."""
        with self.running:
            desk = self.desks[0]
            tag = ask(self.ours, desk.gap_json, desk.program).header("etag")
            unchanged = {**desk.program, "If-None-Match": tag or "none"}
            yield self._reading("gap JSON", desk.gap_json, desk.program, usual=True)
            yield self._reading("gap JSON, unchanged", desk.gap_json, unchanged, good=304)
            yield self._reading("gap page", desk.gap_page, desk.browser)
            yield self._autosave()

    def _reading(
        self, what: str, path: str, headers: Mapping[str, str], *, good: int = 200, usual: bool = False
    ) -> Measured:
        """Measure something that is read again and again."""
        answer = ask(self.ours, path, headers)
        if answer.status != good:
            return Measured(what, BARE, {}, f"answers {answer.status}")
        sent = request("GET", path, headers)

        def clients() -> list[Client]:
            return [always(sent) for _ in range(READERS)]

        stands = {"yardstick": self._by_heart("bare", path, answer), "goldgap": self.ours}
        stands.update({"usual": self.usual} if usual else {})
        return self._in_turn(what, BARE, {name: Stand(port, clients) for name, port in stands.items()}, good)

    def _autosave(self) -> Measured:
        """Measure people who each save one answer after another."""
        what, desk = f"autosave, {WRITERS} clients", self.desks[0]
        answer = ask(self.ours, desk.save, desk.browser, desk.form())
        if answer.status != HTTPStatus.OK:
            return Measured(what, NOTHING, {}, f"answers {answer.status}")
        desk.revision += 1

        def keeping() -> list[Client]:
            return [each.saving() for each in self.desks]

        stands = {
            "yardstick": Stand(
                self._by_heart("nothing", desk.save, answer), lambda: [desk.saving_nothing() for _ in self.desks]
            ),
            "goldgap": Stand(self.ours, keeping),
            "usual": Stand(self.usual, keeping),
        }
        return self._in_turn(what, NOTHING, stands, HTTPStatus.OK)

    def _in_turn(self, what: str, yardstick: str, stands: Mapping[str, Stand], good: int) -> Measured:
        tallies: dict[str, list[Tally]] = {name: [] for name in stands}
        for _round in range(self.pace.rounds):
            for name, stand in stands.items():
                tallies[name].append(drive(stand.port, stand.clients(), self.pace.seconds, good))
        return Measured(what, yardstick, tallies)

    def _by_heart(self, which: str, path: str, answer: Answer) -> int:
        """Serve an answer by heart and return the port."""
        file = self.folder / f"{len(list(self.folder.iterdir()))}.json"
        servers.write(file, {path: answer})
        return self._serve(which, path, **{servers.ANSWERS: str(file)})

    def _serve(self, which: str, path: str, **environment: str) -> int:
        return self.running.enter_context(servers.serving(which, path, **environment))


def started(url: str, times: int) -> Started:
    """Start the service as an operator does, several times, beside the bare imports of what it is built with."""
    first, imports, memory = [], [], []
    for _time in range(times):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import fastapi, sqlmodel"], check=True)
        imports.append(time.perf_counter() - begin)
        port = servers.free_port()
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
        begin = time.perf_counter()
        with servers.running(command, port, "/healthz", GOLDGAP_DATABASE_URL=url) as process:
            first.append(time.perf_counter() - begin)
            memory.append(_megabytes(process.pid))
    return Started(median(first), median(imports), median(memory))


def _megabytes(process: int) -> float:
    """Return how much memory a process holds, where the system says so."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)
