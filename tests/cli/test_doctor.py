"""`goldgap doctor`: each unsafe thing in a line of its own, and a failing exit code."""

from pathlib import Path

import pytest

from app.frameworks.schema import CatalogueError
from app.main import make_store
from app.settings import Settings
from app.store import schema
from app.store.database import make_engine
from app.usecases import operators
from tests.cli.conftest import Say
from tests.test_settings import SAFE


@pytest.fixture
def safe(goldgap: Say, environment: pytest.MonkeyPatch, url: str) -> Say:
    """Say a command on a database that is ready, with settings that are safe in production."""
    for name, value in SAFE.items():
        environment.setenv(f"GOLDGAP_{name}", value)
    environment.setenv("GOLDGAP_DATABASE_URL", url)
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).chmod(0o600)
    return goldgap


def problems(say: Say, *words: str) -> list[str]:
    said = say("doctor", "--json", *words)
    found: list[str] = said.json["problems"]
    assert said.code == (1 if found else 0)
    return found


def test_a_safe_installation_has_no_problems(safe: Say) -> None:
    said = safe("doctor", "--production")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1] == "environment: production"
    assert problems(safe) == []


def test_the_journal_mode_is_shown(say: Say) -> None:
    assert "database: SQLite, journal mode" in say("doctor").out


def test_in_development_only_what_matters_there_is_said(goldgap: Say, url: str) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).chmod(0o600)
    assert problems(goldgap) == []
    assert len(problems(goldgap, "--production")) == 5


def test_each_unsafe_setting_has_a_line(safe: Say, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GOLDGAP_SECRET_KEY", "short")
    environment.setenv("GOLDGAP_BASE_URL", "http://goldgap.example.org")
    environment.setenv("GOLDGAP_ALOWED_HOSTS", "x")
    said = safe("doctor")
    assert said.code == 1
    assert said.err == "3 problems found.\n"
    for sentence in ("SECRET_KEY is shorter", "BASE_URL is not an https address", "GOLDGAP_ALOWED_HOSTS is no setting"):
        assert sum(sentence in line for line in said.out.splitlines()) == 1


def test_a_missing_database_is_a_problem(say: Say) -> None:
    (problem,) = problems(say)
    assert "There is no database at" in problem


def test_an_old_database_is_a_problem(say: Say) -> None:
    say("migrate", "up", "--to", "0002")
    assert problems(say) == [f"The database is at revision 0002, not at {schema.head()}: run `goldgap init`."]


def test_a_database_that_somebody_changed_is_a_problem(say: Say) -> None:
    say("init")
    engine = make_engine(Settings().database_url)
    with engine.execution_options(goldgap_writing=True).connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP INDEX ix_tokens_user_id")
    engine.dispose()
    assert problems(say) == ["The database differs from its migrations: add index: ix_tokens_user_id."]


def test_demo_accounts_are_a_problem_in_production(safe: Say) -> None:
    store = make_store(Settings())
    operators.create_user(store, {"email": "a@example.org", "name": "A", "is_demo": True}, password_hash=None)
    assert problems(safe) == ["The database has demo accounts, which anybody could enter."]
    operators.disable_user(store, "a@example.org")
    store.dispose()
    assert problems(safe) == []


def test_a_database_file_that_others_can_read_is_a_problem(say: Say, tmp_path: Path) -> None:
    say("init")
    (tmp_path / "data" / "goldgap.db").chmod(0o644)
    assert problems(say) == [f"{tmp_path / 'data' / 'goldgap.db'} is open to other people of this machine."]


def test_a_folder_that_others_can_write_to_is_a_problem(say: Say, tmp_path: Path) -> None:
    say("init")
    (tmp_path / "data").chmod(0o777)
    assert problems(say) == [f"{tmp_path / 'data'} can be written to by other people of this machine."]


def test_a_changed_catalogue_is_a_problem(say: Say, environment: pytest.MonkeyPatch) -> None:
    def changed() -> None:
        raise CatalogueError("ecei/2026.1/structure.yaml: it has changed")

    say("init")
    environment.setattr("app.cli.doctor.reader.check_released", changed)
    assert problems(say) == ["ecei/2026.1/structure.yaml: it has changed"]
