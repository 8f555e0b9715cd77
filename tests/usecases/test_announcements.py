"""Who is told what when something happens; cause, notice and mail are one transaction."""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from app.domain.lifecycle import Move
from app.domain.permissions import Membership
from app.domain.roles import Role
from app.store import accounts, tables
from app.store.database import Store
from app.usecases import assessments, clusters, consent, inbox, operators
from tests.make import SECRET, Clock
from tests.store.stores import content
from tests.usecases.world import World

ROUND = {"name": "Høst 2026", "reference_date": "2026-09-30"}


class Lost(Exception):
    """What goes wrong in a test."""


@dataclass(frozen=True, order=True)
class Heard:
    """A notice: to whom, what, and where it leads."""

    who: str
    kind: str
    path: str


def heard(world: World) -> list[Heard]:
    with world.store.reading() as tx:
        rows = tx.connection.execute(sa.select(tables.notices)).all()
    return sorted(Heard(row.user_id, row.kind, row.path) for row in rows)


def mailed(world: World) -> list[tuple[str, str, str]]:
    with world.store.reading() as tx:
        rows = tx.connection.execute(sa.select(tables.outbox)).all()
    return sorted((row.user_id, row.kind, json.loads(row.about)["path"]) for row in rows)


def about(world: World) -> dict[str, str]:
    """Return what the newest notices are about, which is one thing."""
    with world.store.reading() as tx:
        (found,) = {row.about for row in tx.connection.execute(sa.select(tables.notices)).all()}
    kept: dict[str, str] = json.loads(found)
    return kept


def give(world: World, person: str, membership: Membership) -> None:
    with world.store.writing() as tx:
        accounts.add_membership(tx, person, membership)


def test_a_round_that_is_opened_is_told_to_the_managers_of_its_clusters(world: World) -> None:
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.fjord.id))
    clusters.open_round(world.store, world.actor("owner"), "north", ROUND)
    assert heard(world) == [
        Heard("manager", "opened-round", "/clusters/kyst"),
        Heard("neighbour", "opened-round", "/clusters/fjord"),
        Heard("nobody", "opened-round", "/clusters/fjord"),
        Heard("nobody", "opened-round", "/clusters/kyst"),
    ]
    assert mailed(world) == [(each.who, each.kind, each.path) for each in heard(world)]


def test_a_submission_is_told_to_who_follows_the_programme_and_to_the_clusters_other_managers(world: World) -> None:
    draft = world.complete()
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    give(world, "contributor", Membership(Role.OWNER, programme_id="programme-south"))
    assessments.move(world.store, world.frameworks, world.actor("manager"), draft.id, Move.SUBMIT)
    path = f"/assessments/{draft.id}"
    assert heard(world) == [Heard(who, "submitted", path) for who in ("nobody", "owner", "reader")]
    assert about(world) == {"who": "Manager", "by": "manager", "cluster": "Kyst", "assessment": draft.title}


def test_a_withdrawal_leads_to_what_its_readers_may_still_see(world: World) -> None:
    submitted = world.submit()
    with world.store.writing() as tx:
        tx.connection.execute(sa.delete(tables.notices))
    world.withdraw(submitted)
    assert heard(world) == [Heard(who, "withdrew", "/clusters/kyst") for who in ("owner", "reader")]
    clusters.view(world.store, world.frameworks, world.actor("reader"), "kyst")


def titles(world: World) -> dict[str, str | None]:
    with world.store.reading() as tx:
        rows = tx.connection.execute(sa.select(tables.notices)).all()
        mails = tx.connection.execute(sa.select(tables.outbox)).all()
    found = {row.user_id: json.loads(row.about).get("assessment") for row in rows}
    assert found == {row.user_id: json.loads(row.about).get("assessment") for row in mails}
    return found


def forget(world: World) -> None:
    with world.store.writing() as tx:
        tx.connection.execute(sa.delete(tables.notices))
        tx.connection.execute(sa.delete(tables.outbox))


def test_of_a_withdrawal_only_the_clusters_own_people_are_told_the_title(world: World) -> None:
    submitted = world.submit()
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    give(world, "reader", Membership(Role.OBSERVER, cluster_id=world.kyst.id))
    forget(world)
    world.withdraw(submitted)
    assert titles(world) == {"nobody": submitted.title, "owner": None, "reader": submitted.title}


def test_a_cluster_that_withholds_tells_its_programme_nothing_of_what_it_submits_and_withdraws(world: World) -> None:
    submitted = world.submit()
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    consent.stop_sharing(world.store, world.manager, "kyst", "programme")
    forget(world)
    world.withdraw(submitted)
    assert [each.who for each in heard(world)] == ["nobody"]
    forget(world)
    world.submit(day=dt.date(2026, 9, 1))
    assert [each.who for each in heard(world)] == ["nobody"]
    assert set(titles(world)) == {"nobody"}


def test_who_follows_a_cluster_and_has_a_role_on_it_hears_of_it_also_where_it_withholds(world: World) -> None:
    consent.stop_sharing(world.store, world.manager, "kyst", "programme")
    give(world, "reader", Membership(Role.EVALUATOR, cluster_id=world.kyst.id))
    withdrawn = world.submit()
    assert [each.who for each in heard(world)] == ["reader"]
    forget(world)
    world.withdraw(withdrawn)
    assert titles(world) == {"reader": None}


def test_an_old_notice_does_not_go_on_showing_what_one_cannot_read_any_more(world: World) -> None:
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    submitted = world.submit()

    def told(person: str) -> Mapping[str, str]:
        (notice,) = inbox.inbox(world.store, world.actor(person)).notices
        return notice.about

    whole = {"who": "Manager", "by": "manager", "cluster": "Kyst", "assessment": submitted.title}
    assert told("reader") == told("nobody") == whole
    consent.stop_sharing(world.store, world.manager, "kyst", "programme")
    assert (told("reader"), told("nobody")) == ({"cluster": "Kyst"}, whole)
    consent.share(world.store, world.manager, "kyst", "programme")
    assert told("reader") == whole


def test_a_cluster_in_no_programme_has_nobody_to_tell_but_its_managers(world: World) -> None:
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.alene.id))
    world.submit(world.alene)
    assert {each.who for each in heard(world)} <= {"nobody"}


def test_who_has_a_role_no_more_is_not_told(world: World, clock: Clock) -> None:
    with world.store.writing() as tx:
        is_reader = tables.memberships.c.user_id == "reader"
        tx.connection.execute(sa.update(tables.memberships).where(is_reader).values(until=tx.now))
    clock.move(seconds=1)
    world.submit()
    assert [each.who for each in heard(world)] == ["owner"]


@pytest.mark.parametrize(
    ("role", "cluster", "programme", "path"),
    [
        (Role.CONTRIBUTOR, "fjord", None, "/clusters/fjord"),
        (Role.EVALUATOR, "fjord", None, "/clusters/fjord"),
        (Role.EVALUATOR, None, "north", "/clusters"),
        (Role.READER, None, "north", "/programmes/north"),
        (Role.OWNER, None, "south", "/programmes/south"),
    ],
)
def test_a_role_is_told_to_who_gets_it_and_who_loses_it(
    world: World, role: Role, cluster: str | None, programme: str | None, path: str
) -> None:
    operators.add_member(world.store, "nobody@example.org", role, cluster=cluster, programme=programme)
    operators.add_member(world.store, "nobody@example.org", role, cluster=cluster, programme=programme)
    assert heard(world) == [Heard("nobody", "gave-role", path)]
    place = cluster.capitalize() if cluster else f"Programme {programme}"
    assert about(world) == {"role": role, "place": place}
    operators.remove_member(world.store, "nobody@example.org", role, cluster=cluster, programme=programme)
    assert heard(world) == [Heard("nobody", "gave-role", path), Heard("nobody", "took-role", "/")]


def causes(world: World) -> list[Callable[[Store], object]]:
    """Everything that leaves a message, each said to a store of the caller's choice."""
    draft, submitted = world.complete(), world.submit(world.fjord)
    manager, neighbour, owner = map(world.actor, ("manager", "neighbour", "owner"))
    reader, kyst = ("reader@example.org", Role.READER), {"cluster": "kyst", "programme": None}
    return [
        lambda store: assessments.move(store, world.frameworks, manager, draft.id, Move.SUBMIT),
        lambda store: assessments.move(store, world.frameworks, neighbour, submitted.id, Move.WITHDRAW),
        lambda store: clusters.open_round(store, owner, "north", ROUND),
        lambda store: operators.add_member(store, "nobody@example.org", Role.OBSERVER, **kyst),
        lambda store: operators.remove_member(store, *reader, cluster=None, programme="north"),
    ]


def test_a_fault_after_the_cause_leaves_neither_cause_nor_message(world: World) -> None:
    def go_wrong_after(cause: Callable[[Store], object]) -> None:
        with world.store.writing():
            cause(world.store)
            raise Lost

    for cause in causes(world):
        with world.unchanged(), pytest.raises(Lost):
            go_wrong_after(cause)


def test_a_fault_at_any_step_leaves_neither_cause_nor_message(world: World, clock: Clock) -> None:
    for number, cause in enumerate(causes(world)):
        before = len(heard(world))
        for steps in itertools.count():
            left = itertools.count(steps, -1)

            def new_id(left: "itertools.count[int]" = left, mark: str = f"{number}-{steps}") -> str:
                rest = next(left)
                if not rest:
                    raise Lost
                return f"new-{mark}-{rest}"

            kept = content(world.store)
            try:
                cause(Store(world.store.engine, clock, new_id, SECRET))
            except Lost:
                assert content(world.store) == kept
                continue
            break
        assert steps > 2, "each cause takes an id for its line, a notice and a mail"
        assert len(heard(world)) > before


def test_the_demo_people_are_told_in_the_service_and_not_by_mail(world: World) -> None:
    with world.store.writing() as tx:
        tx.connection.execute(sa.update(tables.users).values(is_demo=True))
    world.submit()
    assert [each.who for each in heard(world)] == ["owner", "reader"]
    assert mailed(world) == []
