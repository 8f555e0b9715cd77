"""What people can ask for about themselves: all of it and nothing of others, another name, to be forgotten."""

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.errors import ConfirmationDue, Conflict, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.permissions import VISITOR
from app.domain.retention import Retention
from app.domain.roles import Role
from app.store import tables
from app.store.persons import _LEFT_OUT, OWN
from app.usecases import gaps, journal, operators, persons, retention
from app.usecases.operators import OPERATOR
from tests.make import NOW, Clock
from tests.store.stores import content
from tests.usecases.world import World

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
    with world.store.writing() as tx:
        about = json.dumps({"who": "Manager", "cluster": "Manager of things"})
        row = {"id": "n", "user_id": "owner", "kind": "submitted", "about": about, "path": "/", "created_at": NOW}
        tx.connection.execute(sa.insert(tables.notices).values(row))
    persons.erase_of(world.store, OPERATOR, "manager@example.org")
    with world.store.reading() as tx:
        told = tx.connection.execute(sa.select(tables.notices.c.about)).scalar_one()
    assert json.loads(told) == {"who": "", "cluster": "Manager of things"}


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
    assert persons.erase_of(world.store, OPERATOR, "manager@example.org").id == "manager"


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
