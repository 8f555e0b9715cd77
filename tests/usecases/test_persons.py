"""What people can ask for about themselves: all of it and nothing of others, another name, to be forgotten."""

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.errors import ConfirmationDue, Conflict, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.permissions import VISITOR, Membership
from app.domain.retention import Retention
from app.domain.roles import Role
from app.store import tables
from app.store.persons import _LEFT_OUT, OWN
from app.usecases import assessments, gaps, history, journal, operators, persons, retention
from app.usecases.operators import OPERATOR
from tests.make import NOW, Clock
from tests.store.stores import content
from tests.usecases.people import give
from tests.usecases.world import World

NORTH = "programme-north"
LATER = NOW + dt.timedelta(days=1)
# What is written for a cluster stays with the cluster; ids lead to nobody.
STAYS = {"answers"}
FIXED: dict[str, object] = {
    "role": "observer",
    "closed_as": "declined",
    "giver_becomes": "nothing",
    "audience": "peers",
    "level": 1,
    "about": None,
}
WRITTEN_ELSEWHERE = {"users", "journal", "journal_names", "consents"}


def fill(world: World, who: str) -> dict[str, set[str]]:
    """Put a row about a person into every table that can hold one; return the canaries in it, by table."""
    assessment = world.start().id if who == "manager" else world.start(world.fjord).id
    found: dict[str, set[str]] = {}
    with world.store.writing() as tx:
        for name in sorted(set(OWN) - WRITTEN_ELSEWHERE):
            row: dict[str, Any] = {}
            for column in tables.metadata.tables[name].columns:
                row[column.name] = value(column, world, who, assessment)
                text = str(row[column.name])
                if "canary" in text and column.name not in _LEFT_OUT.get(name, ()):
                    found.setdefault(name, set()).add(f"canary-{who}-{name}-{column.name}")
            tx.connection.execute(sa.insert(tables.metadata.tables[name]).values(row))
    return found


def value(column: sa.Column[Any], world: World, who: str, assessment: str) -> object:
    canary = f"canary-{who}-{column.table.name}-{column.name}"
    known: dict[str, object] = {
        **dict.fromkeys(("user_id", "invited_by", "updated_by"), who),
        "cluster_id": world.kyst.id,
        "programme_id": None,
        "assessment_id": assessment,
        **FIXED,
        "about": json.dumps({"who": canary}),
    }
    if column.name in known:
        return known[column.name]
    kinds: dict[type, object] = {str: canary, int: 1, bytes: canary.encode(), dt.datetime: LATER, bool: False}
    kind = column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type
    return kinds[kind.python_type]


def dumped(data: persons.PersonalData) -> str:
    return json.dumps(data.rows, default=str)


def test_an_export_has_everything_about_the_person_and_nothing_of_others(world: World) -> None:
    mine, others = fill(world, "manager"), fill(world, "neighbour")
    exported = dumped(persons.export_own(world.store, world.manager))
    assert {canary for found in mine.values() for canary in found if canary not in exported} == set()
    assert {canary for found in others.values() for canary in found if canary in exported} == set()
    assert "manager@example.org" in exported
    assert "neighbour@example.org" not in exported
    assert '"Autumn"' in exported  # the title in the journal's line about what the person started


def test_an_export_has_no_secret_and_no_digest_of_one(world: World) -> None:
    fill(world, "manager")
    exported = dumped(persons.export_own(world.store, world.manager))
    for table, columns in _LEFT_OUT.items():
        for column in columns:
            assert f"canary-manager-{table}-{column}" not in exported


def test_erasing_leaves_the_person_nowhere_and_everybody_else_as_they_were(world: World) -> None:
    mine, others = fill(world, "manager"), fill(world, "neighbour")
    operators.add_member(world.store, "neighbour@example.org", Role.MANAGER, cluster="kyst", programme=None)
    persons.rename(world.store, world.manager, {"name": "Kari «Canary» O'Hara"})
    persons.erase_own(world.store, world.manager, {"email": " Manager@Example.org "})
    left = json.dumps(content(world.store), ensure_ascii=False)
    gone = [canary for table, found in mine.items() if table not in STAYS for canary in found if canary in left]
    assert gone == []
    for trace in ("manager@example.org", "O'Hara", "Manager"):
        assert trace not in left.replace('"manager"', ""), trace
    assert {canary for found in others.values() for canary in found if canary not in left} == set()
    assert "neighbour@example.org" in left
    assert world.verbs()[-1] == "erased"


def test_scores_and_journal_are_valid_after_erasing(world: World) -> None:
    assessment = world.submit()
    owner = world.actor("owner")
    before = gaps.gap(world.store, world.frameworks, owner, assessment.id)
    persons.erase_of(world.store, OPERATOR, "manager@example.org")
    after = gaps.gap(world.store, world.frameworks, owner, assessment.id)
    assert after.assessment.levels == before.assessment.levels
    assert {answer.updated_by for answer in after.assessment.answers.values()} == {""}
    assert dataclasses.replace(after, assessment=before.assessment) == before
    assert not journal.verify(world.store).faults


def test_names_in_what_others_were_told_go_too(world: World) -> None:
    world.submit()
    persons.rename(world.store, world.manager, {"name": "Kari Ny"})
    persons.erase_of(world.store, OPERATOR, "manager@example.org")
    with world.store.reading() as tx:
        told = [json.loads(about) for about in tx.connection.execute(sa.select(tables.notices.c.about)).scalars()]
    assert told
    assert {(about["who"], about["cluster"]) for about in told if about.get("by") == "manager"} == {("", "Kyst")}


def rows(world: World, table: str) -> list[dict[str, object]]:
    """Return every row of a table."""
    with world.store.reading() as tx:
        found = tx.connection.execute(sa.select(tables.metadata.tables[table])).mappings()
        return sorted((dict(row) for row in found), key=repr)


@pytest.mark.parametrize("name", ["level", "Kyst", "owner", "submitted", "Contributor", "2026-09-30"])
def test_whoever_goes_takes_nothing_of_others_along_whatever_they_were_called(world: World, name: str) -> None:
    assessment = world.submit()
    persons.rename(world.store, world.actor("observer"), {"name": name})
    lines = rows(world, "journal")
    theirs = {line["id"] for line in lines if "observer" in {line["actor_id"], line["subject"]}}
    kept = [text for text in rows(world, "journal_texts") if text["line_id"] not in theirs]
    told = [notice for notice in rows(world, "notices") if notice["user_id"] != "observer"]
    same = {table: rows(world, table) for table in ("answers", "assessments", "clusters", "receipts")}
    persons.erase_own(world.store, world.actor("observer"), {"email": "observer@example.org"})
    assert (len(kept), len(told)) > (3, 1)
    assert [text for text in rows(world, "journal_texts") if text["line_id"] not in theirs] == kept
    assert rows(world, "notices") == told
    assert {table: rows(world, table) for table in same} == same
    found = history.of_assessment(world.store, world.frameworks, world.manager, assessment.id, behind=None, limit=99)
    assert all(line.after["level"] is not None for line in found.lines if line.verb == "answered")


def test_an_answer_that_is_kept_for_a_repeated_request_names_nobody_who_has_gone(world: World) -> None:
    kept = {"status": 200, "headers": "{}", "request_digest": "d", "kept_at": NOW}
    bodies = {
        "gone": b'{"answers": [{"updated_by": "Manager"}]}',
        "stays": b'{"answers": [{"updated_by": "Owner", "note": "Manager"}]}',
        "empty": b"",
    }
    with world.store.writing() as tx:
        for key, body in bodies.items():
            tx.connection.execute(sa.insert(tables.receipts).values(user_id="owner", key=key, body=body, **kept))
    persons.erase_of(world.store, OPERATOR, "manager@example.org")
    assert {row["key"] for row in rows(world, "receipts")} == {"stays", "empty"}


def test_what_stood_there_before_is_not_among_ones_own_data(world: World) -> None:
    draft = world.start()
    for revision, (who, note) in enumerate((("manager", "what the manager wrote"), ("contributor", "mine"))):
        raw = {"level": 1, "note": note}
        assessments.answer(world.store, world.frameworks, world.actor(who), draft.id, "A.1", raw, revision)
    said = json.dumps(persons.export_own(world.store, world.actor("contributor")).rows, default=str)
    assert ("mine" in said, "what the manager wrote" in said) == (True, False)


def test_another_address_or_another_person_erases_nothing(world: World) -> None:
    for typed in ("neighbour@example.org", "", "x", None, 7):
        with world.unchanged(), pytest.raises(Invalid):
            persons.erase_own(world.store, world.manager, {"email": typed})
    with world.unchanged(), pytest.raises(NotSignedIn):
        persons.erase_own(world.store, VISITOR, {"email": "manager@example.org"})
    with world.unchanged(), pytest.raises(NotPermitted):
        persons.erase_own(world.store, world.token("manager", "write"), {"email": "manager@example.org"})
    with world.unchanged(), pytest.raises(NotFound):
        persons.erase_of(world.store, OPERATOR, "nobody-at-all@example.org")


def test_the_last_manager_hands_over_before_going_and_the_operator_need_not_wait(world: World) -> None:
    with world.unchanged(), pytest.raises(Conflict, match="needs a manager"):
        persons.erase_own(world.store, world.manager, {"email": "manager@example.org"})
    erased = persons.erase_of(world.store, OPERATOR, "manager@example.org")
    assert (erased.user.id, [place.about.slug for place in erased.left]) == ("manager", ["kyst"])


def test_an_erasure_by_the_operator_says_what_nobody_keeps_any_more(world: World) -> None:
    deputy = Membership(Role.MANAGER, cluster_id=world.kyst.id, until=LATER)
    give(
        world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id), Membership(Role.OWNER, programme_id=NORTH)
    )
    give(world, "contributor", deputy)
    left = [
        [place.about.slug for place in persons.erase_of(world.store, OPERATOR, f"{who}@example.org").left]
        for who in ("contributor", "manager", "owner", "nobody")
    ]
    assert left == [[], [], [], ["kyst", "north"]]


def test_who_has_not_shown_lately_who_they_are_is_asked_to(world: World) -> None:
    lately = dataclasses.replace(world.actor("observer"), confirmed_at=NOW - dt.timedelta(minutes=15))
    with world.unchanged(), pytest.raises(ConfirmationDue):
        persons.erase_own(world.store, lately, {"email": "observer@example.org"})
    with world.unchanged(), pytest.raises(ConfirmationDue):
        persons.export_own(world.store, lately)


def test_a_name_is_changed_and_both_names_go_when_the_person_does(world: World) -> None:
    with world.one_line("renamed"):
        assert persons.rename(world.store, world.manager, {"name": "Kari Ny"}).name == "Kari Ny"
    for name in ("", "x" * 500, None):
        with world.unchanged(), pytest.raises(Invalid):
            persons.rename(world.store, world.manager, {"name": name})


def test_old_texts_and_names_leave_the_journal_in_time_and_it_still_proves_itself(world: World, clock: Clock) -> None:
    world.submit()
    clock.move(days=5 * 365 + 1)
    world.submit(world.fjord)
    retention.tidy(world.store, Retention())
    left = json.dumps(content(world.store)["journal_names"])
    assert ("Manager" in left, "Neighbour" in left) == (False, True)
    assert not journal.verify(world.store).faults
