"""What tests of pages may ask for: the application on a fresh migrated database, and a world to fill it with."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import make_url

from app.frameworks.reader import Frameworks
from app.main import create_app
from app.settings import Settings
from app.store import schema
from app.store.database import Store, make_engine
from tests.frameworks import catalogues
from tests.make import SECRET
from tests.pages.world import Clock, World
from tests.sqlite import SqliteDatabases


@pytest.fixture(scope="session")
def migrated(sqlite: SqliteDatabases) -> str:
    """A database file at the newest revision, to be copied."""
    return sqlite.template(_migrate)


def _migrate(url: str) -> None:
    schema.upgrade(url)
    # In the journal mode TRUNCATE an empty journal stays behind; only one with something in it says "still open".
    journal = Path(f"{make_url(url).database}-journal")
    if journal.exists() and not journal.stat().st_size:
        journal.unlink()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(sqlite: SqliteDatabases, migrated: str, clock: Clock) -> Iterator[Store]:
    url = sqlite.fresh_database(migrated)
    numbers = itertools.count(1)
    store = Store(make_engine(url), clock=clock, new_id=lambda: f"{next(numbers):016x}", secret=SECRET)
    yield store
    store.dispose()
    sqlite.drop_database(url)


@pytest.fixture
def frameworks() -> Frameworks:
    """ECEI, the default, and the tiny standard, both offered."""
    return catalogues.both()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for compiled templates, so that each is compiled once a run and not once a test."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="session")
def built(compiled: Path) -> FastAPI:
    """The application once for all tests: its first answer takes a twentieth of a second to be prepared for."""
    app = create_app(Settings(), frameworks=catalogues.both())
    for code in app.state.languages.codes:
        cache = FileSystemBytecodeCache(str(compiled), f"{code}-%s")
        app.state.templates.environment(code).bytecode_cache = cache
    return app


@pytest.fixture
def app(built: FastAPI, store: Store, frameworks: Frameworks) -> Iterator[FastAPI]:
    """The application on the test's own database and frameworks; what a test does to its state is undone."""
    kept = dict(built.state._state)
    built.state.store, built.state.frameworks = store, frameworks
    yield built
    built.state._state.clear()
    built.state._state.update(kept)


@pytest.fixture
def world(app: FastAPI, store: Store, frameworks: Frameworks, clock: Clock) -> World:
    return World(app, store, frameworks, clock)
