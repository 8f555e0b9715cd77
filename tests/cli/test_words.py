"""The command line as a whole: every promised word is there, quick where it can be, and faults are plain sentences."""

import importlib
import subprocess
import sys
from collections.abc import Mapping

import pytest
from pydantic import BaseModel, ValidationError

from app import __version__, cli
from app.cli.refusals import sentences
from app.domain.errors import Conflict, Invalid, NotFound, NotPermitted, Problem
from app.frameworks.schema import CatalogueError
from app.settings import UnsafeSettings
from app.store import schema
from app.store.schema import SchemaFault
from tests.cli.conftest import Say

# Every word that the outside may count on and that has its use by now.
PROMISED: Mapping[str, tuple[str, ...]] = {
    "version": (),
    "serve": ("--host", "--port", "--workers", "--tls-cert", "--tls-key"),
    "worker": ("--once",),
    "mail": ("test", "list", "retry"),
    "init": (),
    "demo": ("--if-empty",),
    "migrate": ("up", "down", "check", "current"),
    "user": ("create", "list", "disable"),
    "member": ("add", "remove"),
    "programme": ("create",),
    "token": ("create", "list", "revoke"),
    "person": ("export", "erase"),
    "import": ("clusters",),
    "export": ("portfolio",),
    "routes": ("--json",),
    "doctor": ("--production",),
    "frameworks": ("check",),
    "journal": ("verify", "head"),
    "keys": ("list", "rotate"),
}


def test_the_version_is_printed_without_reading_the_rest() -> None:
    code = "import sys; from app.cli import main\ntry: main(['version'])\nfinally: print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    version, modules = printed.splitlines()
    assert version == __version__
    assert not {"fastapi", "sqlalchemy", "app.main", "app.settings"} & set(modules.split())


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "app.cli", "version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{__version__}\n"


@pytest.mark.parametrize(("word", "parts"), PROMISED.items())
def test_each_promised_word_is_there(say: Say, word: str, parts: tuple[str, ...]) -> None:
    said = say(word, "--help")
    assert said.code == 0
    for part in parts:
        assert part in said.out
    assert word in say("--help").out


def test_there_is_no_word_beside_the_promised() -> None:
    assert {"version", *cli.WORDS} == set(PROMISED)
    for module in set(cli.WORDS.values()):
        assert importlib.import_module(f"app.cli.{module}").commands


def test_with_nothing_said_it_says_what_there_is(say: Say) -> None:
    said = say()
    assert "Usage: goldgap" in said.out + said.err
    assert "frameworks" in said.out + said.err


def test_an_unknown_word_fails(say: Say) -> None:
    said = say("servee")
    assert said.code == 2
    assert "No such command" in said.err
    assert "Traceback" not in said.err


def test_a_wrong_setting_is_said_in_a_sentence(say: Say, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GOLDGAP_DATABASE_URL", "mysql://h/d")
    said = say("migrate", "current")
    assert said.code == 1
    assert said.out == ""
    assert (
        said.err == "GOLDGAP_DATABASE_URL: the database must be SQLite (sqlite:///…) or PostgreSQL (postgresql://…).\n"
    )


def test_a_command_on_an_empty_database_says_what_to_do(say: Say) -> None:
    said = say("user", "list")
    assert said.code == 1
    assert "There is no database at" in said.err
    assert "`goldgap init`" in said.err


def test_a_command_on_an_old_database_says_what_to_do(say: Say) -> None:
    assert say("migrate", "up", "--to", "0002").code == 0
    said = say("user", "list")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"The database is at revision 0002, not at {schema.head()}: run `goldgap init` first.\n"


class _Shape(BaseModel):
    level: int


def test_each_refusal_has_its_sentences() -> None:
    problem = Problem(
        "days", "days", "Choose between %(shortest)s and %(longest)s days.", {"shortest": 1, "longest": 366}
    )
    assert sentences(Invalid(problem)) == ["days: Choose between 1 and 366 days."]
    assert sentences(NotFound()) == ["There is no such person, cluster, programme or token."]
    assert sentences(NotPermitted("role", "Your role does not allow this here.")) == [
        "Your role does not allow this here."
    ]
    assert sentences(Conflict("n", "%(n)s left", n=2)) == ["2 left"]
    assert sentences(CatalogueError("a: one", "b: two")) == ("a: one", "b: two")
    assert sentences(SchemaFault("No database.")) == ["No database."]
    assert list(sentences(UnsafeSettings(["One.", "Two."])) or ())[1:] == ["One.", "Two."]
    assert sentences(FileNotFoundError(2, "No such file or directory", "x.csv")) == [
        "x.csv: No such file or directory."
    ]
    assert sentences(OSError("no space")) == ["no space."]
    with pytest.raises(ValidationError) as refused:
        _Shape.model_validate({"level": "high"})
    assert next(iter(sentences(refused.value) or ())).startswith("GOLDGAP_LEVEL: Input should be a valid integer")


def test_a_fault_of_our_own_is_not_hidden(environment: pytest.MonkeyPatch) -> None:
    def faulty(_word: str | None) -> None:
        raise ZeroDivisionError

    environment.setattr(cli, "build", faulty)
    with pytest.raises(ZeroDivisionError):
        cli.main(["version"])
