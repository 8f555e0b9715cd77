"""`goldgap journal` on both databases: what is whole, what is not, and what was cut off."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.main import make_store
from app.settings import Settings
from app.store.tables import journal
from tests.cli.conftest import Say


def tamper(statement: sa.Update | sa.Delete) -> None:
    """Change the journal as whoever owns the database can."""
    store = make_store(Settings())
    with store.writing() as tx:
        if tx.connection.dialect.name == "postgresql":
            tx.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            for trigger in ("journal_no_update", "journal_no_delete"):
                tx.connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        tx.connection.execute(statement)
    store.dispose()


def test_a_journal_as_it_was_written_is_whole(arena: Say) -> None:
    said = arena("journal", "verify")
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith(" lines in 2 chains.\n")
    found = arena("journal", "verify", "--json").json
    assert found == {"chains": 2, "lines": 2, "without_name": 0, "without_text": 0, "faults": []}


def test_a_line_that_was_changed_is_named(arena: Say) -> None:
    tamper(sa.update(journal).where(journal.c.chain == "service", journal.c.position == 1).values(verb="refused"))
    said = arena("journal", "verify")
    assert said.code == 1
    assert "Chain service, position 1 (" in said.out
    assert "its seal does not fit" in said.out
    assert said.err == "The journal is not what was written.\n"
    (fault,) = arena("journal", "verify", "--json").json["faults"]
    assert (fault["chain"], fault["position"]) == ("service", 1)


def test_what_was_cut_off_is_found_by_a_head_that_was_kept(arena: Say, tmp_path: Path) -> None:
    arena("user", "disable", "--email", "kari@example.org")
    head = tmp_path / "head.json"
    head.write_text(arena("journal", "head", "--json").out)
    service = next(each for each in json.loads(head.read_text())["heads"] if each["chain"] == "service")
    assert arena("journal", "verify", "--head", str(head)).code == 0
    last = sa.and_(journal.c.chain == "service", journal.c.position == service["position"])
    tamper(sa.delete(journal).where(last))
    said = arena("journal", "verify", "--head", str(head))
    assert said.code == 1
    assert f"the chain ends at position {service['position'] - 1}: lines were cut off" in said.out


def test_heads_name_the_programme_whose_chain_it_is(arena: Say) -> None:
    said = arena("journal", "head")
    assert said.code == 0
    programme, service = sorted(arena("journal", "head", "--json").json["heads"], key=lambda each: each["chain"])
    assert (programme["programme"], service["programme"], service["chain"]) == ("arena", None, "service")
    assert all(each["seal"] in said.out and len(each["seal"]) == 64 for each in (programme, service))
    assert all(each["at"].endswith("Z") for each in (programme, service))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"heads": [{"chain": "x"}]}', '{"heads": 3}', "seal"])
def test_a_file_that_is_no_head_is_refused_in_a_sentence(arena: Say, tmp_path: Path, text: str) -> None:
    file = tmp_path / "head.json"
    file.write_text(text)
    said = arena("journal", "verify", "--head", str(file))
    assert (said.code, said.err) == (1, f"{file} is not what `goldgap journal head --json` prints.\n")
    missing = arena("journal", "verify", "--head", str(tmp_path / "none"))
    assert (missing.code, "No such file" in missing.err) == (1, True)


def test_an_empty_journal_is_whole_and_has_no_head(say: Say) -> None:
    say("init")
    assert say("journal", "verify").out == "0 lines in 0 chains.\n"
    assert say("journal", "head").out == "The journal is empty.\n"
