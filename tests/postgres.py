"""A real PostgreSQL in a temporary folder, and a database of its own for each test that asks.

Each test process has its own server, started by the first test that needs it: nothing to share, nothing to lock.
It listens on a Unix socket in a folder that only we can enter.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from tests.programs import find_program

# Debian keeps each version in its own folder; the newest wins. Elsewhere the path has it.
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)

# A watchman makes and starts the server, and waits on a pipe whose other end only the test process holds. When that
# process closes it or dies, by whatever signal, the watchman stops the server and takes the folder away.
WATCHMAN = """
bin=$1 folder=$2; shift 2
{
    "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync &&
    exec "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 -c timezone=UTC "$@"
} >"$folder/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait $!
rm -rf "$folder"
"""
FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class PostgresDatabases:
    """Makes and drops databases on one running server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def fresh_database(self, template: str | None = None) -> str:
        """The URL of a new database, empty or a copy of the template."""
        name = f"test_{next(self._numbers)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")  # 16 ms; wal_log, the default: 167 ms
        self._execute(command.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def template(self, migrate: Callable[[str], object]) -> str:
        """A template made once by `migrate(url)`, which must close its connections, for any number of copies."""
        url = self.fresh_database()
        migrate(url)
        name = _name(url)
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        return name

    def drop_database(self, url: str) -> None:
        """Drop it, even while somebody is connected."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(url))))

    def _execute(self, command: sql.Composed) -> None:
        with psycopg.connect(host=str(self._folder), user="postgres", autocommit=True) as connection:
            connection.execute(command)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresDatabases]:
    """A server of one's own. Fast and forgetful, unless `durable`: then it writes to disk as in production."""
    programs = find_program("initdb", folders=FOLDERS).parent
    # /tmp, as a socket's path must be short, and open to the other user: PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="goldgap-postgres-", dir="/tmp"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with subprocess.Popen(
        ["sh", "-c", WATCHMAN, "watchman", programs, folder, *([] if durable else FORGETFUL)],
        stdin=subprocess.PIPE,
        start_new_session=True,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    ) as watchman:
        try:
            _wait_until_ready(folder)
            yield PostgresDatabases(folder)
        finally:
            watchman.communicate()


def _wait_until_ready(folder: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres").close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()) from error
            time.sleep(0.05)
        else:
            return


def _name(url: str) -> str:
    name = make_url(url).database
    assert name, f"no database in {url}"
    return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """The server of this test process."""
    with running_postgres() as databases:
        yield databases
