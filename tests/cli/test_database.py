"""`goldgap init` and `goldgap migrate` on both databases."""

from pathlib import Path

import pytest

from app.store import schema
from tests.cli.conftest import Say
from tests.store.stores import Databases


@pytest.fixture
def on_empty(say: Say, environment: pytest.MonkeyPatch, databases: Databases) -> Say:
    """Say a command on a database with nothing in it."""
    environment.setenv("GOLDGAP_DATABASE_URL", databases.fresh_database())
    return say


def test_init_makes_the_data_folder_and_the_database(say: Say, tmp_path: Path) -> None:
    said = say("init")
    assert said.code == 0
    assert said.out == f"The database is at revision {schema.head()}, the newest.\n"
    assert (tmp_path / "data" / "goldgap.db").stat().st_size


def test_init_twice_changes_nothing(on_empty: Say) -> None:
    first, second = on_empty("init", "--json"), on_empty("init", "--json")
    assert first.code == second.code == 0
    assert first.json == second.json == {"revision": schema.head(), "newest": schema.head()}


def test_up_down_check_and_current(on_empty: Say) -> None:
    assert "newest is" in on_empty("migrate", "up", "--to", "0001").out
    assert on_empty("migrate", "current", "--json").json == {"revision": "0001", "newest": schema.head()}
    assert on_empty("migrate", "check").code == 1
    assert on_empty("migrate", "up").code == 0
    checked = on_empty("migrate", "check")
    assert (checked.code, checked.out) == (0, "The database is what the program declares.\n")
    assert on_empty("migrate", "down", "--json").json["revision"] == f"{int(schema.head()) - 1:04}"
    assert on_empty("migrate", "down", "--to", "base").out.startswith("The database is empty; the newest is")
    assert on_empty("migrate", "current", "--json").json["revision"] is None


def test_check_prints_what_differs_and_fails(on_empty: Say) -> None:
    on_empty("migrate", "up", "--to", "0003")
    said = on_empty("migrate", "check", "--json")
    assert said.code == 1
    assert "add table: journal" in said.json["differences"]
    assert said.err == "The database is not what the program declares.\n"


def test_a_revision_that_does_not_exist_is_refused(on_empty: Say) -> None:
    said = on_empty("migrate", "up", "--to", "no-such")
    assert said.code == 1
    assert said.err.startswith("The migration cannot be run: Can't locate revision")
