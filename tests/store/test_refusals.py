"""Refusals in the journal: a line each, and never so many that somebody could fill a disk with them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.permissions import VISITOR, Actor
from app.store import refusals
from app.store.database import Store
from app.store.refusals import MOST, MOST_IN_ALL
from tests.make import Clock, make_actor
from tests.store.lines import lines
from tests.store.stores import content


def refuse(store: Store, actor: Actor = VISITOR, group: str = "192.0.2.1") -> bool:
    return refusals.note(store, actor, group, "update_cluster", "POST", "role")


def test_a_refusal_leaves_a_line_that_says_who_where_and_why(store: Store) -> None:
    assert refuse(store, make_actor(name="Kari"))
    (line,) = lines(store)
    said = {name: line[name] for name in ("actor_id", "name", "verb", "subject", "chain", "cluster_id", "after")}
    assert said == {
        "actor_id": "user-1",
        "name": "Kari",
        "verb": "refused",
        "subject": "update_cluster",
        "chain": "service",
        "cluster_id": None,
        "after": '{"code": "role", "method": "POST"}',
    }


def test_a_visitors_address_is_written_nowhere(store: Store) -> None:
    assert refuse(store)
    assert "192.0.2.1" not in repr(content(store))


def test_one_person_leaves_twenty_lines_an_hour_and_the_last_one_says_so(store: Store, clock: Clock) -> None:
    actor = make_actor()
    assert [refuse(store, actor) for _ in range(MOST + 5)] == [True] * MOST + [False] * 5
    found = lines(store)
    assert len(found) == MOST == 20
    assert "not written this hour" in found[-1]["after"]
    assert not any("not written" in line["after"] for line in found[:-1])
    # Another person, and visitors, are counted apart, and an hour later there is room again.
    assert refuse(store)
    clock.move(minutes=67)
    assert refuse(store, actor)


def test_beyond_that_nothing_at_all_is_written(store: Store) -> None:
    for _ in range(MOST):
        refuse(store)
    before = content(store)
    assert not refuse(store)
    assert content(store) == before


def test_visitors_of_one_group_are_counted_together(store: Store) -> None:
    assert sum(refuse(store, group="a") for _ in range(MOST + 1)) == MOST
    assert refuse(store, group="b")


def test_all_together_leave_a_thousand_lines_an_hour(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_IN_ALL == 1_000
    monkeypatch.setattr(refusals, "MOST_IN_ALL", 30)
    assert sum(refuse(store, group=str(number)) for number in range(40)) == 30
    assert "not written this hour" in lines(store)[-1]["after"]


def test_the_cap_holds_when_they_come_at_the_same_moment(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: refuse(store), range(60)))
    assert sum(written) == len(lines(store)) == MOST
