"""The databases that tests are given: real, migrated, one's own, and gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.postgres import PostgresDatabases, running_postgres
from tests.sqlite import SqliteDatabases

Databases = PostgresDatabases | SqliteDatabases


def query(url: str, statement: str) -> list[object]:
    """Run one statement in a transaction of its own, and leave no connection behind."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement))
        return list(result.scalars()) if result.returns_rows else []


def migrate(url: str) -> None:
    query(url, "CREATE TABLE cluster (slug text PRIMARY KEY)")


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Databases:
    chosen: Databases = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    return databases.template(migrate)


@pytest.fixture
def url(databases: Databases, template: str) -> Iterator[str]:
    url = databases.fresh_database(template)
    yield url
    databases.drop_database(url)


@pytest.mark.parametrize("turn", range(4))
def test_each_test_gets_a_migrated_database_that_nobody_wrote_to(url: str, turn: int) -> None:
    assert query(url, "SELECT slug FROM cluster") == []
    query(url, f"INSERT INTO cluster VALUES ('{turn}')")  # noqa: S608  our own number
    assert query(url, "SELECT slug FROM cluster") == [str(turn)]


def test_a_database_without_template_is_empty(databases: Databases) -> None:
    url = databases.fresh_database()
    migrate(url)
    databases.drop_database(url)


def test_the_server_knows_letters_beyond_ascii(postgres: PostgresDatabases) -> None:
    assert query(postgres.fresh_database(), "SELECT lower('ÅLESUND')") == ["ålesund"]


def test_a_durable_server_writes_to_disk(postgres: PostgresDatabases) -> None:
    setting = "SELECT current_setting('fsync')"
    assert query(postgres.fresh_database(), setting) == ["off"]
    with running_postgres(durable=True) as durable:
        assert query(durable.fresh_database(), setting) == ["on"]


@pytest.mark.usefixtures("postgres")  # skipped with the others where there is no PostgreSQL
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_the_server_stops_and_leaves_nothing_when_the_test_process_dies(ending: signal.Signals) -> None:
    # A program that a shell has put in the background inherits that SIGINT is ignored.
    program = (
        "import signal, tests.postgres as p, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with p.running_postgres() as d: print(d._folder, flush=True), time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        server = int((folder / "data/postmaster.pid").read_text().split()[0])
        os.kill(server, 0)
        process.send_signal(ending)
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
