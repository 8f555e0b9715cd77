"""The engine and the two ways to use it: `reading`, which the database keeps from writing, and `writing`.

A writing block commits on a clean exit and rolls back on any exception, so the commit is done before any answer
exists. Writers on SQLite queue in the process, then begin IMMEDIATE: a deferred BEGIN is what users see as
"database is locked".
"""

import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from app.domain.errors import Unavailable

# Older libraries can corrupt a WAL database when two connections write and checkpoint at the same instant.
SAFE_WAL = (3, 51, 3)
BUSY_MILLISECONDS = 5_000
_LOG = structlog.get_logger("goldgap")
_HOLD = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("name"), 0)))


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction: its connection, its one moment in time, a source of new opaque ids.

    `secret` unwraps the service's keys. What is put into `at_end` is done just before the commit, as part of it.
    """

    connection: sa.Connection
    now: dt.datetime
    new_id: Callable[[], str]
    secret: str = field(repr=False)
    at_end: list[Callable[[], object]] = field(default_factory=list, repr=False)


class Store:
    """The database, with the clock and ids that stamp what is written, and the secret that opens its keys."""

    def __init__(
        self, engine: sa.Engine, clock: Callable[[], dt.datetime], new_id: Callable[[], str], secret: str
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.new_id = new_id
        self.secret = secret
        self._writers = engine.execution_options(goldgap_writing=True)
        self._queue: threading.RLock | None = threading.RLock() if engine.dialect.name == "sqlite" else None
        self._open = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read from one snapshot; the database refuses every write. Inside `writing` it reads that transaction."""
        joined: Transaction | None = getattr(self._open, "transaction", None)
        if joined is not None:
            yield joined
            return
        with _reachable(), self.engine.connect() as connection, connection.begin():
            tx = Transaction(connection, self.clock(), self.new_id, self.secret)
            yield tx
            if tx.at_end:
                message = "what is only read has no end at which something could be written"
                raise RuntimeError(message)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write in one transaction, committed on a clean exit. A nested block joins the one that is open."""
        joined: Transaction | None = getattr(self._open, "transaction", None)
        if joined is not None:
            yield joined
            return
        if self._queue is not None:
            self._queue.acquire()
        try:
            with _reachable(), self._writers.connect() as connection, connection.begin():
                tx = Transaction(connection, self.clock(), self.new_id, self.secret)
                self._open.transaction = tx
                yield tx
                for finish in tx.at_end:
                    finish()
        finally:
            self._open.transaction = None
            if self._queue is not None:
                self._queue.release()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def make_engine(url: str) -> sa.Engine:
    """Return an engine for SQLite or PostgreSQL with the pragmas and the kind of BEGIN that we rely on."""
    parsed = sa.make_url(url)
    # What people wrote stands in the parameters of a statement, and messages of failures end in the log.
    common = {"hide_parameters": True}
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, pool_size=20, connect_args={"timeout": BUSY_MILLISECONDS / 1000}, **common)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = sa.create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, **common)
    sa.event.listen(engine, "begin", _begin_postgresql)
    return engine


@contextmanager
def _reachable() -> Iterator[None]:
    """Say in the domain's words that the database is gone, full, or busy beyond patience."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
        _LOG.warning("unavailable", cause=type(error).__name__, said=str(getattr(error, "orig", error)))
        raise Unavailable from error


def hold(tx: Transaction, name: str) -> None:
    """Keep others who hold this name waiting until the transaction ends; on SQLite every other writer waits anyway."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(_HOLD, {"name": name})


def journal_mode() -> str:
    """Return the SQLite journal mode that is safe with the library in use."""
    return "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "TRUNCATE"


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # With the driver's own transactions off, BEGIN is ours to write, and SELECTs get a snapshot too.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute(f"PRAGMA journal_mode = {journal_mode()}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("goldgap_writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get("goldgap_writing", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
