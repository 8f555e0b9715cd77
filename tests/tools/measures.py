"""What the benchmark measures: each candidate in turn with its yardstick and with the usual way."""

import contextlib
import os
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
    """How long the service takes to its first answer, how long the bare imports take, and its memory at rest.

    `demo`: how long `goldgap demo` takes to load an empty database.
    """

    first_answer: float
    imports: float
    megabytes: float
    demo: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Something that is read again and again."""

    what: str
    path: str
    headers: Mapping[str, str]
    good: int = HTTPStatus.OK
    has_usual: bool = False


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
        self.ours = self._serve("goldgap", GOLDGAP_DATABASE_URL=url)
        self.usual = self._serve("usual", GOLDGAP_DATABASE_URL=url)

    def run(self) -> Iterator[Measured]:
        """Yield every measure."""
        with self.running:
            desk, readings = self.desks[0], self._readings()
            answers = {f"/{each.what}": ask(self.ours, each.path, each.headers) for each in readings}
            answers[desk.save] = ask(self.ours, desk.save, desk.browser, desk.form())
            desk.revision += answers[desk.save].status == HTTPStatus.OK
            yardstick = self._yardstick(answers)
            for each in readings:
                yield self._reading(each, answers[f"/{each.what}"].status, yardstick)
            yield self._autosave(answers[desk.save].status, yardstick)

    def _readings(self) -> list[Reading]:
        desk = self.desks[0]
        tag = ask(self.ours, desk.gap_json, desk.program).header("etag")
        unchanged = {**desk.program, "If-None-Match": tag or "none"}
        return [
            Reading("gap-json", desk.gap_json, desk.program, has_usual=True),
            Reading("gap-json-unchanged", desk.gap_json, unchanged, HTTPStatus.NOT_MODIFIED),
            Reading("gap-page", desk.gap_page, desk.browser),
        ]

    def _reading(self, reading: Reading, status: int, yardstick: int) -> Measured:
        if status != reading.good:
            return Measured(reading.what, BARE, {}, f"answers {status}")

        def asking(path: str) -> Callable[[], list[Client]]:
            sent = request("GET", path, reading.headers)
            return lambda: [always(sent) for _ in range(READERS)]

        stands = {"yardstick": Stand(yardstick, asking(f"/{reading.what}"))}
        stands["goldgap"] = Stand(self.ours, asking(reading.path))
        if reading.has_usual:
            stands["usual"] = Stand(self.usual, asking(reading.path))
        return self._in_turn(reading.what, BARE, stands, reading.good)

    def _autosave(self, status: int, yardstick: int) -> Measured:
        """Measure people who each save one answer after another."""
        if status != HTTPStatus.OK:
            return Measured("autosave", NOTHING, {}, f"answers {status}")
        desk = self.desks[0]
        stands = {
            "yardstick": Stand(yardstick, lambda: [desk.saving_nothing() for _ in self.desks]),
            "goldgap": Stand(self.ours, lambda: [each.saving() for each in self.desks]),
            "usual": Stand(self.usual, lambda: [each.saving() for each in self.desks]),
        }
        return self._in_turn("autosave", NOTHING, stands, HTTPStatus.OK)

    def _in_turn(self, what: str, yardstick: str, stands: Mapping[str, Stand], good: int) -> Measured:
        tallies: dict[str, list[Tally]] = {name: [] for name in stands}
        for _round in range(self.pace.rounds):
            for name, stand in stands.items():
                tallies[name].append(drive(stand.port, stand.clients(), self.pace.seconds, good))
        return Measured(what, yardstick, tallies)

    def _yardstick(self, answers: Mapping[str, Answer]) -> int:
        """Serve answers by heart and return the port."""
        file = Path(self.running.enter_context(tempfile.TemporaryDirectory())) / "answers.json"
        servers.write(file, answers)
        return self._serve("yardstick", **{servers.ANSWERS: str(file)})

    def _serve(self, which: str, **environment: str) -> int:
        return self.running.enter_context(servers.serving(which, **environment))


def started(url: str, times: int) -> Started:
    """Start the service as an operator does, several times, beside the bare imports of what it is built with."""
    first, imports, memory, demo = [], [], [], []
    for _time in range(times):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import fastapi, sqlmodel"], check=True)
        imports.append(time.perf_counter() - begin)
        port = servers.free_port()
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
        begin = time.perf_counter()
        with servers.running(command, port, GOLDGAP_DATABASE_URL=url) as process:
            first.append(time.perf_counter() - begin)
            memory.append(_megabytes(process.pid))
        demo.append(_demo_loaded())
    return Started(median(first), median(imports), median(memory), median(demo))


def _demo_loaded() -> float:
    with tempfile.TemporaryDirectory() as folder:
        goldgap = [sys.executable, "-m", "app.cli"]
        known = {name: value for name, value in os.environ.items() if not name.startswith("GOLDGAP_")}
        known["GOLDGAP_DATABASE_URL"] = f"sqlite:///{folder}/demo.db"
        subprocess.run([*goldgap, "init"], check=True, env=known, stdout=subprocess.DEVNULL)
        begin = time.perf_counter()
        subprocess.run([*goldgap, "demo"], check=True, env=known, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin


def _megabytes(process: int) -> float:
    """Return how much memory a process holds, where the system says so."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)
