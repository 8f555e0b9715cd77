"""The journal in the database: what a line says."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.domain.permissions import VISITOR, Actor
from app.store import chains, journal, keys
from app.store.database import Store
from app.store.journal import Verb
from app.store.keys import Purpose
from app.store.tables import journal as table
from app.store.tables import journal_names, journal_texts
from tests.make import DAY, NOW, Clock, make_actor, make_cluster
from tests.store.lines import lines


def test_a_line_says_who_did_what_to_what_and_what_it_was_before_and_after(store: Store, clock: Clock) -> None:
    moment = clock.move(hours=3)
    with store.writing() as tx:
        journal.note(
            tx,
            make_actor(name="Åse Ødegård"),
            Verb.ANSWERED,
            "assessment-1",
            cluster=make_cluster(),
            programme_id="another",
            before={"level": None, "note": ""},
            after={"level": 3, "note": "Bedre 👩\u200d🚀", "day": DAY, "at": NOW},
        )
    (line,) = lines(store)
    assert json.loads(str(line.pop("before"))) == {"level": None, "note": ""}
    after = str(line.pop("after"))
    assert "👩" in after
    assert json.loads(after) == {"level": 3, "note": "Bedre 👩\u200d🚀", "day": "2026-09-30", "at": f"{NOW}"}
    made = {line.pop(name) for name in ("name_digest", "text_digest", "key_id", "seal")}
    assert len(made) == 4
    assert "" not in made
    assert line == {
        "id": "id-00001",
        "at": moment,
        "actor_id": "user-1",
        "name": "Åse Ødegård",
        "verb": "answered",
        "subject": "assessment-1",
        "indicator": None,
        "cluster_id": "cluster-kyst",
        "programme_id": "programme-north",
        "chain": "programme-north",
        "position": 1,
    }


def test_a_line_may_be_about_a_programme_or_about_neither(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.OPENED_ROUND, "round-1", programme_id="programme-north")
        journal.note(tx, VISITOR, Verb.SIGNED_OUT, "")
        journal.note(tx, make_actor(), Verb.STARTED, "a", cluster=make_cluster("alene", None))
    found = [(line["actor_id"], line["cluster_id"], line["programme_id"], line["before"]) for line in lines(store)]
    assert found == [
        ("user-1", None, "programme-north", None),
        ("", None, None, None),
        ("user-1", "cluster-alene", None, None),
    ]


def test_a_line_outlives_what_it_is_about(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.DELETED, "gone", cluster=make_cluster("gone"))
    assert lines(store)[0]["at"] == NOW
    assert lines(store)[0]["at"] != NOW + dt.timedelta(seconds=1)


def test_every_verb_can_be_written_and_is_in_the_past_tense(store: Store) -> None:
    with store.writing() as tx:
        for verb in Verb:
            journal.note(tx, VISITOR, verb, "")
    assert [line["verb"] for line in lines(store)] == list(Verb)
    irregular = {"withdrew", "gave", "began", "made", "left", "read", "reset"}
    assert all(verb.endswith("ed") or verb in irregular for verb in {each.split("-")[0] for each in Verb})


def test_lines_are_written_when_everything_else_is_done_and_say_when_they_were_noted(
    store: Store, clock: Clock
) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "a")
        assert tx.connection.execute(sa.select(table.c.id)).all() == []
        clock.move(hours=1)
    assert lines(store)[0]["at"] == NOW


def test_what_is_noted_at_the_very_end_is_written_too(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "a")
        tx.at_end.append(lambda: journal.note(tx, make_actor(), Verb.SUBMITTED, "a"))
    assert [(line["verb"], line["position"]) for line in lines(store)] == [("started", 1), ("submitted", 2)]


def test_a_transaction_that_fails_leaves_no_line_and_no_key(store: Store) -> None:
    def fail() -> None:
        with store.writing() as tx:
            journal.note(tx, make_actor(), Verb.STARTED, "a")
            tx.at_end.append(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        fail()
    assert lines(store) == []
    with store.reading() as tx:
        assert keys.listed(tx) == []


def test_who_only_reads_cannot_leave_a_line_and_be_told_that_it_is_there(store: Store) -> None:
    with pytest.raises(RuntimeError, match="only read"), store.reading() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "a")


def test_each_programme_has_a_chain_and_the_service_one(store: Store) -> None:
    with store.writing() as tx:
        for number, programme in enumerate(("south", "north", None, "south", None)):
            journal.note(tx, make_actor(), Verb.STARTED, str(number), programme_id=programme)
    found = [(line["chain"], line["position"]) for line in lines(store)]
    assert found == [("south", 1), ("north", 1), (chains.SERVICE, 1), ("south", 2), (chains.SERVICE, 2)]


def test_a_name_stands_once_beside_all_the_lines_of_a_person(store: Store) -> None:
    for name in ("Kari", "Kari", "Kari Nordmann"):
        with store.writing() as tx:
            journal.note(tx, make_actor(name=name), Verb.STARTED, "a")
    assert [line["name"] for line in lines(store)] == ["Kari", "Kari", "Kari Nordmann"]
    with store.reading() as tx:
        assert sorted(tx.connection.execute(sa.select(journal_names.c.name)).scalars()) == ["Kari", "Kari Nordmann"]


def test_a_line_about_an_indicator_can_be_found_by_it(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.ANSWERED, "a", before={"indicator": "2.5"}, after={"indicator": "2.5"})
        journal.note(tx, make_actor(), Verb.DELETED, "a", before={"indicator": "4.1"})
        journal.note(tx, make_actor(), Verb.DELETED, "a", before={"indicator": 3})
    assert [line["indicator"] for line in lines(store)] == ["2.5", "4.1", None]


def test_the_chain_holds_no_name_and_no_text(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(name="Zxqv Person"), Verb.UPDATED, "a", after={"name": "Zxqv Cluster"})
    with store.reading() as tx:
        assert "Zxqv" not in repr(tx.connection.execute(sa.select(table)).all())


def test_many_writers_at_once_make_one_chain_without_a_gap(store: Store) -> None:
    def write(number: int) -> None:
        # In turns two programmes first and last: whoever took the chains in that order would wait in a circle.
        programmes = ("north", "south", None) if number % 2 else (None, "south", "north")
        with store.writing() as tx:
            for programme in programmes:
                journal.note(tx, make_actor(name=f"Person {number % 5}"), Verb.STARTED, "a", programme_id=programme)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(48)))
    for chain in ("north", "south", chains.SERVICE):
        assert sorted(x["position"] for x in lines(store) if x["chain"] == chain) == list(range(1, 49))


def test_a_rotated_key_seals_from_the_next_line_on_also_in_another_process(store: Store, clock: Clock) -> None:
    other = Store(store.engine, clock, store.new_id, store.secret)
    for each in (store, other):
        with each.writing() as tx:
            journal.note(tx, make_actor(), Verb.STARTED, "a")
    with store.writing() as tx:
        made = keys.add(tx, Purpose.JOURNAL).id
    with other.writing() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "b")
    first, second, third = (line["key_id"] for line in sorted(lines(store), key=lambda line: line["position"]))
    assert first == second != third == made


def test_forgetting_a_person_takes_the_name_and_what_was_said_about_them(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(name="Kari"), Verb.ANSWERED, "a", after={"level": 3})
        journal.note(tx, make_actor(name="Kari N"), Verb.SIGNED_IN, "user-1")
        journal.note(tx, VISITOR, Verb.CREATED_USER, "user-1", after={"is_administrator": True})
        journal.note(tx, VISITOR, Verb.CREATED_USER, "user-2", after={"is_administrator": False})
    with store.writing() as tx:
        assert journal.forget(tx, "user-1") == 3
        assert journal.forget(tx, "user-1") == 0
    found = [(line["actor_id"], line["name"], line["after"]) for line in lines(store)]
    assert found == [
        ("user-1", None, '{"level": 3}'),
        ("user-1", None, None),
        ("", None, None),
        ("", None, '{"is_administrator": false}'),
    ]


def test_forgetting_in_time_takes_old_texts_and_names_that_nobody_bears_any_more(store: Store, clock: Clock) -> None:
    kari, ola, per = (Actor(name.lower(), name) for name in ("Kari", "Ola", "Per"))
    with store.writing() as tx:
        for actor in (kari, ola):
            journal.note(tx, actor, Verb.ANSWERED, "a", after={"level": 1})
    moment = clock.move(days=1)
    with store.writing() as tx:
        journal.note(tx, ola, Verb.ANSWERED, "a", after={"level": 2})
        journal.note(tx, per, Verb.ANSWERED, "a", after={"level": 3})
    clock.move(days=1)
    with store.writing() as tx:
        assert journal.forget_before(tx, moment) == 3
        assert journal.forget_before(tx, moment) == 0
    assert [(line["actor_id"], line["name"], line["after"]) for line in lines(store)] == [
        ("kari", None, None),
        ("ola", "Ola", None),
        ("ola", "Ola", '{"level": 2}'),
        ("per", "Per", '{"level": 3}'),
    ]


UNCHANGED = [
    sa.update(table).values(verb="submitted"),
    sa.update(table).where(table.c.id == "nobody").values(position=9),
    sa.delete(table),
    sa.update(journal_names).values(name="Nobody"),
    sa.update(journal_texts).values(after="{}"),
]


@pytest.mark.parametrize("statement", UNCHANGED, ids=str)
def test_the_database_itself_refuses_to_change_what_was_written(store: Store, statement: sa.Update | sa.Delete) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.UPDATED, "a", after={"name": "A"})
    before = lines(store)
    touches_nothing = "WHERE" in str(statement) and store.engine.dialect.name == "sqlite"
    if not touches_nothing:
        with pytest.raises(sa.exc.DBAPIError, match="only added to"), store.writing() as tx:
            tx.connection.execute(statement)
    assert lines(store) == before


@pytest.mark.parametrize("name", ["journal", "journal_names", "journal_texts"])
def test_nothing_is_replaced_and_nothing_is_emptied_at_once(store: Store, name: str) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.UPDATED, "a", after={"name": "A"})
    before = lines(store)
    statement = f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}"  # noqa: S608 - a name of ours
    if store.engine.dialect.name == "postgresql":
        statement = f"TRUNCATE {name}"
    with pytest.raises(sa.exc.DBAPIError, match="only added to"), store.writing() as tx:
        tx.connection.exec_driver_sql(statement)
    assert lines(store) == before


@pytest.mark.parametrize("taken", [journal_names, journal_texts], ids=str)
def test_names_and_texts_can_be_erased(store: Store, taken: sa.Table) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.UPDATED, "a", after={"name": "A"})
    with store.writing() as tx:
        assert tx.connection.execute(sa.delete(taken)).rowcount == 1
    assert len(lines(store)) == 1
