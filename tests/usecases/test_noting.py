"""Every accepted write leaves exactly as many lines as it is changes, in its own transaction, or is not accepted."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import sqlalchemy as sa

from app.domain.errors import GoldgapError, Stale
from app.store import journal as kept_journal
from app.store.chain_check import check
from app.store.database import Store
from app.usecases import assessments, clusters, portfolio
from app.usecases.portfolio import Query, Sheet
from tests.store.lines import lines
from tests.store.stores import content
from tests.usecases.world import World


def refuse_lines(store: Store) -> None:
    """Let the database take no line any more, as a full disk would."""
    with store.writing() as tx:
        if tx.connection.dialect.name == "sqlite":
            stop = "BEGIN SELECT RAISE(ABORT, 'full'); END"
            tx.connection.exec_driver_sql(f"CREATE TRIGGER full BEFORE INSERT ON journal {stop}")
        else:
            tx.connection.exec_driver_sql(
                "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'full'; END$$"
            )
            row = "FOR EACH ROW EXECUTE FUNCTION stop()"
            tx.connection.exec_driver_sql(f"CREATE TRIGGER stop BEFORE INSERT ON journal {row}")


def take_lines_again(store: Store) -> None:
    with store.writing() as tx:
        if tx.connection.dialect.name == "sqlite":
            tx.connection.exec_driver_sql("DROP TRIGGER full")
        else:
            tx.connection.exec_driver_sql("DROP FUNCTION stop() CASCADE")


def test_what_cannot_be_noted_is_not_done(world: World) -> None:
    draft = world.start()
    before = content(world.store)
    refuse_lines(world.store)
    try:
        for _ in range(25):
            with pytest.raises(sa.exc.DBAPIError, match="full"):
                world.answer(draft, {"A.1": 1})
        with pytest.raises(sa.exc.DBAPIError, match="full"):
            clusters.update(world.store, world.manager, "kyst", {"name": "Other"}, 1)
        with pytest.raises(sa.exc.DBAPIError, match="full"):
            portfolio.export(world.store, world.frameworks, world.actor("owner"), Query(), Sheet.CLUSTERS, "en", "csv")
        assert content(world.store) == before
    finally:
        take_lines_again(world.store)


def test_racing_writes_leave_one_line_for_each_that_was_accepted(world: World) -> None:
    draft, attempts = world.start(), 400
    numbers = ("A.1", "A.2", "B.1")

    def race(turn: int) -> int:
        number = numbers[turn % 3]
        revision = assessments.report(world.store, world.frameworks, world.manager, draft.id).assessment
        raw, based = {"level": turn % 2, "note": str(turn)}, revision.answer(number).revision
        try:
            assessments.answer(world.store, world.frameworks, world.manager, draft.id, number, raw, based)
        except Stale:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        accepted = sum(pool.map(race, range(attempts)))
    now = world.read(draft)
    answered = [line for line in lines(world.store) if line["verb"] == "answered"]
    assert accepted == len(answered) == sum(now.answer(number).revision for number in numbers)
    for number in numbers:
        notes = [line for line in world.journal() if line.after.get("indicator") == number]
        # In the order of the chain, each begins where the one before ended.
        ordered = sorted(
            (line for line in answered if line["indicator"] == number), key=lambda line: int(line["position"])
        )
        assert len(ordered) == len(notes)
        texts = [(line["before"], line["after"]) for line in ordered]
        assert all(after == before for (_, after), (before, _) in pairwise(texts))
    assert check(world.store).faults == ()


@pytest.mark.parametrize("sheet", list(Sheet))
def test_an_export_leaves_one_line_that_says_what_went_out(world: World, sheet: Sheet) -> None:
    world.submit()
    with world.one_line("exported"):
        portfolio.export(world.store, world.frameworks, world.actor("owner"), Query(), sheet, "en", "csv")
    line = world.journal()[-1]
    assert (line.by, line.subject, line.programme) == ("owner", f"portfolio/{sheet}", "programme-north")
    assert line.after == {"format": "csv", "clusters": 2}
    with world.one_line("exported"):
        portfolio.export(world.store, world.frameworks, world.actor("administrator"), Query(), sheet, "en", "json")
    assert (world.journal()[-1].programme, world.journal()[-1].after["clusters"]) == (None, 4)


def test_the_whole_list_leaves_one_line_and_a_page_of_it_none(world: World) -> None:
    world.submit()
    owner = world.actor("owner")
    with world.one_line("exported"):
        assessments.listed(world.store, world.frameworks, owner, exported_as="ndjson")
    assert (world.journal()[-1].subject, world.journal()[-1].after) == (
        "assessments",
        {"format": "ndjson", "clusters": 1},
    )
    with world.unchanged():
        assessments.listed(world.store, world.frameworks, owner)


def test_what_is_refused_leaves_no_line_in_the_transaction_that_was_undone(world: World) -> None:
    draft = world.start()
    with world.unchanged():
        for who in ("observer", "owner", "stranger"):
            with pytest.raises(GoldgapError):
                assessments.delete(world.store, world.actor(who), draft.id)


def test_after_a_person_is_forgotten_the_journal_still_holds(world: World) -> None:
    world.submit()
    with world.store.writing() as tx:
        assert kept_journal.forget(tx, "manager") >= 1
    checked = check(world.store)
    assert checked.faults == ()
    assert checked.without_name == len([line for line in world.journal() if line.by == "manager"])
