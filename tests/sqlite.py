"""SQLite databases for tests: each is a file of its own, empty or a copy of a migrated template."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url


class SqliteDatabases:
    """Makes and drops database files in one folder; the same three words as PostgresDatabases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def fresh_database(self, template: str | None = None) -> str:
        """The URL of a new database, empty or a copy of the template."""
        file = self._folder / f"test_{next(self._numbers)}.db"
        if template:
            shutil.copyfile(template, file)
        return f"sqlite:///{file}"

    def template(self, migrate: Callable[[str], object]) -> str:
        """A template made once by `migrate(url)`, which must close its connections, for any number of copies."""
        url = self.fresh_database()
        migrate(url)
        file = _file(url)
        assert not _beside(file), f"a connection to {file} is still open: its last changes are not in the file"
        return str(file)

    def drop_database(self, url: str) -> None:
        """Remove the file and what stands beside it."""
        file = _file(url)
        for path in [file, *_beside(file)]:
            path.unlink(missing_ok=True)


def _file(url: str) -> Path:
    name = make_url(url).database
    assert name, f"no file in {url}"
    return Path(name)


def _beside(file: Path) -> list[Path]:
    return list(file.parent.glob(f"{file.name}-*"))


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """The database folder of this test process."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))
