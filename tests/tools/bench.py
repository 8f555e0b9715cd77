"""The benchmark as one table of ratios: `python -m tests.tools.bench [--quick]`; it never fails for being slow.

Every candidate is measured in turn with its yardstick, round after round. A figure means something beside the others
of its own run, and nothing beside those of another: only the ratios are findings.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from app.store.database import journal_mode
from tests.postgres import running_postgres
from tests.tools import measures
from tests.tools.measures import Bench, Measured, Pace, Started

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
FULL = Pace(rounds=5, seconds=0.8, starts=3, databases=(SQLITE, POSTGRESQL))
QUICK = Pace(rounds=1, seconds=0.3, starts=1, databases=(SQLITE,))


@dataclass(frozen=True, slots=True)
class Target:
    """The share of the yardstick that is aimed at; where a multiple of the usual way is given, that decides."""

    share: float
    multiple: float | None = None
    p99: float | None = None

    @property
    def words(self) -> str:
        """The target as the table has it."""
        parts = [f"{self.multiple:g}x" if self.multiple else "", f"p99 {self.p99:g} s" if self.p99 else ""]
        return ", ".join([f"{self.share:.2f}", *filter(None, parts)])

    def is_met(self, measured: Measured) -> bool:
        """Whether what was measured comes up to it; a share that is good while answers fail is not."""
        share, multiple = measured.ratio("yardstick") or 0.0, measured.ratio("usual")
        fast = multiple >= self.multiple if self.multiple and multiple else share >= self.share
        return fast and not measured.failed and (self.p99 is None or measured.p99 <= self.p99)


TARGETS: Mapping[str, Mapping[str, Target]] = {
    "gap-json": {SQLITE: Target(0.10, multiple=3), POSTGRESQL: Target(0.05, multiple=3)},
    "gap-json-unchanged": {SQLITE: Target(0.18), POSTGRESQL: Target(0.10)},
    "gap-page": {SQLITE: Target(0.03), POSTGRESQL: Target(0.03)},
    "autosave": {
        SQLITE: Target(0.12, p99=0.4) if journal_mode() == "WAL" else Target(0.05, p99=1.0),
        POSTGRESQL: Target(0.12, p99=0.5),
    },
}
NAMES = {
    "gap-json": "gap JSON",
    "gap-json-unchanged": "gap JSON, unchanged (304)",
    "gap-page": "gap page",
    "autosave": f"autosave, {measures.WRITERS} clients",
}
START, DEMO, MEGABYTES = 1.8, 8, 200
COLUMNS = ("what", "yardstick", "share", "x usual", "first target", "", "beside it")


def line(measured: Measured, database: str) -> tuple[str, ...]:
    """Put what was measured into a line of the table."""
    name, target = f"{NAMES[measured.what]}, {database}", TARGETS[measured.what][database]
    if measured.fault:
        return name, measured.yardstick, "-", "-", target.words, "NOT THERE", measured.fault
    share, multiple = measured.ratio("yardstick") or 0.0, measured.ratio("usual")
    beside = [f"{measured.rate:,.0f}/s", f"{measured.failed} failed"]
    beside += [f"p99 {measured.p99:.2f} s"] if target.p99 else []
    verdict = "met" if target.is_met(measured) else "MISSED"
    times = "-" if multiple is None else f"{multiple:.1f}"
    return name, measured.yardstick, f"{share:.3f}", times, target.words, verdict, ", ".join(beside)


def start_lines(found: Started) -> Iterator[tuple[str, ...]]:
    """Yield the lines about starting."""
    ratio = found.first_answer / found.imports
    verdict = "met" if ratio <= START else "MISSED"
    beside = f"{found.first_answer:.2f} s, imports {found.imports:.2f} s"
    yield "start to first answer", "import fastapi, sqlmodel", f"{ratio:.2f}", "-", f"at most {START}", verdict, beside
    ratio = found.demo / found.imports
    verdict = "met" if ratio <= DEMO else "MISSED"
    beside = f"{found.demo:.2f} s, imports {found.imports:.2f} s"
    yield "demo loaded", "import fastapi, sqlmodel", f"{ratio:.2f}", "-", f"at most {DEMO}", verdict, beside
    verdict = "met" if found.megabytes <= MEGABYTES else "MISSED"
    yield "memory at rest", "-", "-", "-", f"at most {MEGABYTES} MB", verdict, f"{found.megabytes:.0f} MB"


def lines(pace: Pace) -> Iterator[tuple[str, ...]]:
    """Measure everything, and yield each line of the table as it is known."""
    yield COLUMNS
    for database in pace.databases:
        try:
            with _database(database) as url:
                for measured in Bench(url, pace).run():
                    yield line(measured, database)
                if database == SQLITE:
                    yield from start_lines(measures.started(url, pace.starts))
        except pytest.skip.Exception as missing:
            yield database, "-", "-", "-", "-", "NOT THERE", str(missing)


@contextmanager
def _database(name: str) -> Iterator[str]:
    """Give an empty database that writes to disk as in production."""
    if name == POSTGRESQL:
        with running_postgres(durable=True) as databases:
            yield databases.fresh_database()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.db"


def main(arguments: list[str]) -> int:
    """Print the table."""
    if arguments not in ([], ["--quick"]):
        sys.stderr.write("Use: python -m tests.tools.bench [--quick]\n")
        return 2
    widths = (37, 24, 6, 8, 17, 9, 0)
    library = f"SQLite {sqlite3.sqlite_version}, {journal_mode()}, synchronous FULL"
    sys.stdout.write(f"One worker, {measures.READERS} connections for reading; {library}.\n")
    for cells in lines(QUICK if arguments else FULL):
        sys.stdout.write(
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() + "\n"
        )
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
