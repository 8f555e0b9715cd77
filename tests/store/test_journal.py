"""The journal in the database: what a line says."""

import datetime as dt
import json

import sqlalchemy as sa

from app.domain.permissions import VISITOR
from app.store import journal
from app.store.database import Store
from app.store.journal import Verb
from app.store.tables import journal as lines
from tests.make import DAY, NOW, Clock, make_actor, make_cluster


def read(store: Store) -> list[dict[str, object]]:
    with store.reading() as tx:
        return [dict(row) for row in tx.connection.execute(sa.select(lines).order_by(lines.c.id)).mappings()]


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
    (line,) = read(store)
    assert json.loads(str(line.pop("before"))) == {"level": None, "note": ""}
    after = str(line.pop("after"))
    assert "👩" in after
    assert json.loads(after) == {"level": 3, "note": "Bedre 👩\u200d🚀", "day": "2026-09-30", "at": f"{NOW}"}
    assert line == {
        "id": "id-00001",
        "at": moment,
        "actor_id": "user-1",
        "actor_name": "Åse Ødegård",
        "verb": "answered",
        "subject": "assessment-1",
        "cluster_id": "cluster-kyst",
        "programme_id": "programme-north",
    }


def test_a_line_may_be_about_a_programme_or_about_neither(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.OPENED_ROUND, "round-1", programme_id="programme-north")
        journal.note(tx, VISITOR, Verb.SIGNED_OUT, "")
        journal.note(tx, make_actor(), Verb.STARTED, "a", cluster=make_cluster("alene", None))
    found = [(line["actor_id"], line["cluster_id"], line["programme_id"], line["before"]) for line in read(store)]
    assert found == [
        ("user-1", None, "programme-north", "{}"),
        ("", None, None, "{}"),
        ("user-1", "cluster-alene", None, "{}"),
    ]


def test_a_line_outlives_what_it_is_about(store: Store) -> None:
    with store.writing() as tx:
        journal.note(tx, make_actor(), Verb.DELETED, "gone", cluster=make_cluster("gone"))
    assert read(store)[0]["at"] == NOW
    assert read(store)[0]["at"] != NOW + dt.timedelta(seconds=1)


def test_every_verb_can_be_written_and_is_in_the_past_tense(store: Store) -> None:
    with store.writing() as tx:
        for verb in Verb:
            journal.note(tx, VISITOR, verb, "")
    assert [line["verb"] for line in read(store)] == list(Verb)
    irregular = {Verb.WITHDREW}
    assert all(verb.split("-")[0].endswith("ed") for verb in set(Verb) - irregular)
