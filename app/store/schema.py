"""The database's shape: brought from revision to revision by `migrations/`, compared with the tables that we declare.

A run of migrations is one transaction (`migrations/env.py`), so a step that fails leaves the revision before the run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.store.database import make_engine
from app.store.tables import metadata
from app.store.tables.of_journal import TRIGGERS

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


class SchemaFault(Exception):
    """The database cannot be reached or brought to a revision; the message says why in a sentence."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a later revision, the newest by default, from nothing if need be; raises SchemaFault."""
    _make_file(sa.make_url(url))
    with _engine(url) as engine:
        command.upgrade(_config(engine), revision)


def downgrade(url: str, revision: str) -> None:
    """Bring the database back to an earlier revision, `base` for nothing, "-1" for one; raises SchemaFault."""
    with _engine(url) as engine:
        command.downgrade(_config(engine), revision)


def current(url: str) -> str | None:
    """Return the revision the database is at, None where it has none; raises SchemaFault."""
    with _engine(url) as engine:
        return _revision(engine)


@cache
def head() -> str:
    """Return the newest revision; raises SchemaFault unless there is exactly one."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    if len(heads) != 1:
        raise SchemaFault(f"There must be one newest migration, and there are {len(heads)}: {', '.join(heads)}.")
    return heads[0]


def is_current(engine: sa.Engine) -> bool:
    """Whether the database can be reached and is at the newest revision."""
    try:
        return _revision(engine) == head()
    except sa.exc.SQLAlchemyError:
        return False


def check(url: str) -> tuple[str, ...]:
    """Return each difference between the database and the declared tables; raises SchemaFault."""
    with _engine(url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, metadata)
        found = [*map(_in_words, differences), *_checks_that_differ(connection), *_triggers_that_differ(connection)]
        return tuple(found)


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    """Open the database for one piece of work, and say in a sentence what keeps it from being done."""
    engine = make_engine(url)
    if (file := _file(engine.url)) and not file.exists():
        raise SchemaFault(f"There is no database at {file} yet; `goldgap init` makes one.")
    try:
        yield engine
    except sa.exc.DBAPIError as error:
        # The driver's words name host, file or lock; SQLAlchemy's would add the statement.
        raise SchemaFault(f"The database refused: {str(error.orig).strip()}") from error
    except CommandError as error:
        raise SchemaFault(f"The migration cannot be run: {error}.") from error
    finally:
        engine.dispose()


def _config(engine: sa.Engine | None = None) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def _make_file(url: sa.URL) -> None:
    """Make a SQLite file and the folder it lies in, both closed to other people of this machine."""
    if file := _file(url):
        file.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        file.touch(mode=FILE_MODE)


def _file(url: sa.URL) -> Path | None:
    """Return the file of a SQLite database, None for any other."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _in_words(difference: object) -> str:
    kind, *about = difference if isinstance(difference, tuple) else difference[0]  # type: ignore[index]
    names = [str(getattr(thing, "name", thing)) for thing in about if thing is not None and not isinstance(thing, dict)]
    return f"{str(kind).replace('_', ' ')}: {', '.join(names)}"


def _checks_that_differ(connection: sa.Connection) -> Iterator[str]:
    """Compare what Alembic leaves out: the names of the CHECK constraints."""
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        declared = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        found = {str(constraint["name"]) for constraint in inspector.get_check_constraints(table.name)}
        yield from (f"add check: {name}" for name in sorted(declared - found))
        yield from (f"remove check: {name}" for name in sorted(found - declared))


def _triggers_that_differ(connection: sa.Connection) -> Iterator[str]:
    """Look whether the database still refuses what the journal's triggers have it refuse; one turned off is none."""
    question = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name == "postgresql":
        question = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    found, declared = set(connection.exec_driver_sql(question).scalars()), TRIGGERS[connection.dialect.name]
    yield from (f"add trigger: {name}" for name in sorted(declared - found))
    yield from (f"remove trigger: {name}" for name in sorted(found - declared))
