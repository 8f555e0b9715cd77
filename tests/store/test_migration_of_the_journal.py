"""Migration 0008 with real lines: what was said stays, chained, and the first seal holds all of it fast."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.store import chains, journal, schema
from app.store.chain_check import check
from app.store.database import Store, make_engine
from app.store.journal import Verb
from app.store.tables import journal as table
from tests.make import NOW, SECRET, Clock, Ids, make_actor, make_cluster
from tests.store.contents import content, writing
from tests.store.lines import lines

OLD = """INSERT INTO journal (id, at, actor_id, actor_name, verb, subject, cluster_id, programme_id, before, after)
VALUES (:id, :at, :actor_id, :actor_name, :verb, :subject, :cluster_id, :programme_id, :before, :after)"""
COUNT = 2_345


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    databases = request.getfixturevalue(request.param)
    fresh = databases.fresh_database()
    schema.upgrade(fresh, "0007")
    yield fresh
    databases.drop_database(fresh)


def old_lines() -> list[dict[str, object]]:
    """More lines than are moved at once: two programmes and none, equal moments, odd words, empty and whole texts."""
    found = []
    for number in range(COUNT):
        programme = ("north", "south", None)[number % 3]
        after = {"indicator": f"2.{number % 5}", "level": number % 5, "note": "Bedre 👩\u200d🚀" if number % 7 else ""}
        is_answer = number % 4 > 0
        found.append(
            {
                "id": f"old-{(number * 7919) % COUNT:05}",
                "at": NOW - dt.timedelta(days=90) + dt.timedelta(seconds=number // 3, microseconds=number % 2),
                "actor_id": f"user-{number % 11}" if number % 13 else "",
                "actor_name": f"Åse {number % 11}" if number % 13 else "",
                "verb": "answered" if is_answer else "signed-out",
                "subject": f"assessment-{number % 17}",
                "cluster_id": f"cluster-{number % 17}" if programme else None,
                "programme_id": programme,
                "before": "{}",
                "after": json.dumps(after, ensure_ascii=False) if is_answer else "{}",
            }
        )
    return found


def keep(url: str, rows: list[dict[str, object]]) -> None:
    with writing(url) as connection:
        moment = sa.bindparam("at", type_=sa.DateTime(timezone=True))
        connection.execute(sa.text(OLD).bindparams(moment), rows)


def opened(url: str) -> Store:
    return Store(make_engine(url), Clock(), Ids(), SECRET)


def test_lines_are_moved_into_chains_and_back_without_a_word_lost(url: str) -> None:
    keep(url, old_lines())
    before = content(url, {"journal"})["journal"]
    schema.upgrade(url)
    store = opened(url)
    found = {line["id"]: line for line in lines(store)}
    for old in old_lines():
        line = found[str(old["id"])]
        same = ("at", "actor_id", "verb", "subject", "cluster_id", "programme_id")
        assert [line[name] for name in same] == [old[name] for name in same]
        assert (line["name"] or "", line["after"] or "{}") == (old["actor_name"], old["after"])
        assert line["indicator"] == (json.loads(str(old["after"])).get("indicator"))
        assert line["chain"] == (old["programme_id"] or chains.SERVICE)
    checked = check(store)
    assert (checked.chains, checked.lines, checked.faults) == (3, COUNT, ())
    store.dispose()
    schema.downgrade(url, "0007")
    after = content(url, {"journal"})["journal"]
    assert sorted(map(repr, after)) == sorted(map(repr, before))


def test_lines_stand_in_the_order_of_their_moments(url: str) -> None:
    keep(url, old_lines())
    schema.upgrade(url)
    store = opened(url)
    for chain in ("north", "south", chains.SERVICE):
        in_chain = sorted((line for line in lines(store) if line["chain"] == chain), key=lambda line: line["position"])
        assert [(line["at"], line["id"]) for line in in_chain] == sorted((line["at"], line["id"]) for line in in_chain)
    store.dispose()


def test_the_first_seal_holds_every_old_chain_fast(url: str) -> None:
    keep(url, old_lines())
    schema.upgrade(url)
    store = opened(url)
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "new", cluster=make_cluster())
    fresh = [(line["chain"], line["verb"]) for line in lines(store) if line["key_id"]]
    sealed = [(chain, "sealed") for chain in ("north", "service", "south")]
    assert sorted(fresh) == sorted([("programme-north", "started"), *sealed])
    assert check(store).faults == ()
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "another")
    assert len([line for line in lines(store) if line["verb"] == "sealed"]) == 3
    with store.writing() as tx:
        _unguard(tx.connection)
        tx.connection.execute(sa.update(table).where(table.c.id == "old-00007").values(verb="submitted"))
    (fault,) = check(store).faults
    assert fault.line_id == "old-00007"
    store.dispose()


def test_down_and_up_again_with_seals_begins_them_anew(url: str) -> None:
    keep(url, old_lines()[:20])
    schema.upgrade(url)
    for _ in range(2):
        store = opened(url)
        store.new_id = lambda: uuid.uuid4().hex
        with store.writing() as tx:
            journal.note(tx, make_actor(), Verb.STARTED, "new", cluster=make_cluster())
        assert check(store).faults == ()
        store.dispose()
        schema.downgrade(url, "-1")
        assert content(url, {"keys"}) == {"keys": []}
        schema.upgrade(url)
        store = opened(url)
        assert check(store).faults == ()
        store.dispose()


def test_a_trigger_that_is_gone_is_a_difference(url: str) -> None:
    schema.upgrade(url)
    assert schema.check(url) == ()
    with writing(url) as connection:
        on = " ON journal" if connection.dialect.name == "postgresql" else ""
        name = "journal_append_only" if on else "journal_no_delete"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        if on:
            connection.exec_driver_sql("ALTER TABLE journal_texts DISABLE TRIGGER journal_texts_unchanged")
    expected = ["journal_append_only", "journal_texts_unchanged"] if on else ["journal_no_delete"]
    assert list(schema.check(url)) == [f"add trigger: {name}" for name in expected]


def _unguard(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    else:
        connection.exec_driver_sql("DROP TRIGGER journal_no_update")
