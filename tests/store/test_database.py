"""The engine's settings, read back from the databases themselves on each pooled connection."""

import sqlite3

import pytest
import sqlalchemy as sa

from app.store import database
from app.store.database import Store, make_engine
from tests.make import SECRET, Clock, Ids
from tests.postgres import PostgresDatabases
from tests.sqlite import SqliteDatabases

# FULL is 2; a moment's wait for another process is better than "database is locked".
PRAGMAS = {"foreign_keys": 1, "synchronous": 2, "busy_timeout": 5_000}


@pytest.fixture
def sqlite_store(sqlite: SqliteDatabases) -> Store:
    return Store(make_engine(sqlite.fresh_database()), Clock(), Ids(), SECRET)


def test_every_pooled_connection_of_sqlite_is_set_up(sqlite_store: Store) -> None:
    connections = [sqlite_store.engine.connect() for _ in range(25)]
    assert len({id(connection.connection.dbapi_connection) for connection in connections}) == 25
    for connection in connections:
        for pragma, expected in PRAGMAS.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == expected, pragma
        assert str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()).upper() == database.journal_mode()
        connection.close()
    sqlite_store.dispose()


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_the_journal_mode_is_the_one_that_is_safe_with_the_library(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], mode: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert database.journal_mode() == mode


def test_a_pooled_connection_of_sqlite_reads_and_writes_by_turns(sqlite_store: Store) -> None:
    for _ in range(3):
        with sqlite_store.writing() as tx:
            assert tx.connection.exec_driver_sql("PRAGMA query_only").scalar() == 0
            assert tx.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        with sqlite_store.reading() as tx:
            assert tx.connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    sqlite_store.dispose()


def test_a_writer_on_sqlite_holds_the_lock_before_its_first_statement(sqlite_store: Store) -> None:
    file = str(sqlite_store.engine.url.database)
    with sqlite_store.writing():
        other = sqlite3.connect(file, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    sqlite_store.dispose()


def test_transactions_on_postgresql_are_what_they_are_called(postgres: PostgresDatabases) -> None:
    store = Store(make_engine(postgres.fresh_database()), Clock(), Ids(), SECRET)
    kinds = sa.text("SELECT current_setting('transaction_read_only'), current_setting('transaction_isolation')")
    for _ in range(3):
        with store.reading() as tx:
            assert tx.connection.execute(kinds).one() == ("on", "repeatable read")
        with store.writing() as tx:
            assert tx.connection.execute(kinds).one() == ("off", "read committed")
    store.dispose()


def test_a_connection_that_postgresql_closed_meanwhile_is_replaced(postgres: PostgresDatabases) -> None:
    store = Store(make_engine(postgres.fresh_database()), Clock(), Ids(), SECRET)
    with store.reading() as tx:
        pid = tx.connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
    other = make_engine(store.engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    other.dispose()
    with store.reading() as tx:
        assert tx.connection.execute(sa.text("SELECT pg_backend_pid()")).scalar() != pid
    store.dispose()
