"""What every test of the command line may ask for: a database named by the environment, and a way to say a command."""

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from app.cli import main
from tests.store.stores import databases, shared, template, url

__all__ = ["databases", "shared", "template", "url"]


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


class Say(Protocol):
    """Says a command in this process."""

    def __call__(self, *words: str, stdin: str = "") -> Said: ...


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without settings but a data folder of the test's own."""
    for name in [name for name in os.environ if name.startswith("GOLDGAP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GOLDGAP_DATA_DIR", str(tmp_path / "data"))
    return monkeypatch


@pytest.fixture
def say(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Say a command on the SQLite database of the data folder, which is not there yet."""

    def _say(*words: str, stdin: str = "") -> Said:
        environment.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return _say


@pytest.fixture
def goldgap(say: Say, environment: pytest.MonkeyPatch, url: str) -> Say:
    """Say a command on a migrated database, once on SQLite and once on PostgreSQL."""
    environment.setenv("GOLDGAP_DATABASE_URL", url)
    return say


@pytest.fixture
def arena(goldgap: Say) -> Say:
    """The same, with a programme and a person in it."""
    assert goldgap("programme", "create", "--name", "Arena", "--slug", "arena").code == 0
    assert goldgap("user", "create", "--email", "kari@example.org", "--name", "Kari Nordmann").code == 0
    return goldgap
