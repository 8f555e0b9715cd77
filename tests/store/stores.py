"""A store on a fresh migrated database, once on SQLite and once on PostgreSQL; the clock and the ids are the test's.

Folders whose tests need it import these fixtures into their conftest.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.store import schema
from app.store.database import Store, make_engine
from app.store.tables import metadata
from tests.make import SECRET, Clock, Ids
from tests.postgres import PostgresDatabases
from tests.sqlite import SqliteDatabases

Databases = PostgresDatabases | SqliteDatabases
Rows = dict[str, list[str]]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Every test that asks for a store runs on both kinds of database."""
    fixture = {"sqlite": "sqlite", "postgresql": "postgres"}[request.param]
    chosen: Databases = request.getfixturevalue(fixture)
    return chosen


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """A database at the newest revision, to be copied."""
    return databases.template(_migrate)


@pytest.fixture(scope="session")
def shared(databases: Databases, template: str) -> str | None:
    """The one copy that tests on PostgreSQL take turns with: emptying it is many times faster than another copy."""
    return databases.fresh_database(template) if isinstance(databases, PostgresDatabases) else None


@pytest.fixture
def url(databases: Databases, template: str, shared: str | None) -> Iterator[str]:
    """A migrated database with nothing in it."""
    if shared:
        yield shared
        _empty(shared)
        return
    url = databases.fresh_database(template)
    yield url
    databases.drop_database(url)


@pytest.fixture
def clock() -> Clock:
    """The time, which the test moves."""
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    """A store on a migrated database of the test's own."""
    store = Store(make_engine(url), clock, Ids(), SECRET)
    yield store
    store.dispose()


def content(store: Store) -> Rows:
    """Return every row of every table, to see what a test changed, or that it changed nothing."""
    with store.reading() as tx:
        tables = {table.name: tx.connection.execute(sa.select(table)) for table in metadata.sorted_tables}
        return {name: sorted(map(repr, found)) for name, found in tables.items()}


def _migrate(url: str) -> None:
    schema.upgrade(url)
    # In the journal mode TRUNCATE an empty journal stays behind; only one with something in it says "still open".
    journal = Path(f"{sa.make_url(url).database}-journal")
    if journal.exists() and not journal.stat().st_size:
        journal.unlink()


def _empty(url: str) -> None:
    engine = make_engine(url)
    with engine.execution_options(goldgap_writing=True).connect() as connection, connection.begin():
        # Who owns the server may: the journal refuses every DELETE otherwise.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
    engine.dispose()
