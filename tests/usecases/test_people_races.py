"""Many at once: one acceptance of a link, one manager who stays, and limits that hold."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from app.domain.errors import GoldgapError
from app.domain.invitations import MOST_OPEN
from app.domain.permissions import Actor, Membership
from app.domain.roles import Role
from app.usecases import departures, invitations, members, operators
from app.usecases.invitations import Accepted
from tests.usecases.people import accept, give, invite, membership_id, roles
from tests.usecases.signing import hash_quickly
from tests.usecases.world import World

PARALLEL = 100


def at_once(say: Callable[[int], object], threads: int) -> list[object]:
    """Say a sentence in many threads at the same moment; return each answer, or the code of the refusal it met."""
    together = threading.Barrier(threads)

    def each(number: int) -> object:
        together.wait()
        try:
            return say(number)
        except GoldgapError as refusal:
            return refusal.code

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(each, range(threads)))


def test_of_a_hundred_who_accept_one_link_at_once_one_does(world: World) -> None:
    link, somebody = invite(world, email="nobody@example.org"), world.actor("nobody")
    found = at_once(lambda _: accept(world, link, somebody), PARALLEL)
    # The others come too late, or to a page that says it is done; none fails in any other way.
    assert {each if isinstance(each, str) else type(each) for each in found} <= {Accepted, "invitation"}
    assert world.verbs() == ["invited", "accepted-invitation"]
    assert roles(world, "nobody") == {"cluster-kyst": Role.CONTRIBUTOR}


def test_of_many_who_make_an_account_of_one_link_at_once_one_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_quickly(monkeypatch)
    link = invite(world)
    found = at_once(lambda _: accept(world, link), 8)
    assert Counter(each if isinstance(each, str) else type(each) for each in found) == {Accepted: 1, "invitation": 7}
    assert world.verbs() == ["invited", "created-user", "accepted-invitation"]
    assert len([user for user in operators.users(world.store) if user.email == "ase@example.org"]) == 1


def test_two_links_to_one_new_address_make_one_account(world: World) -> None:
    links = [invite(world, role="observer"), invite(world, by="owner", role="evaluator")]
    at_once(lambda number: accept(world, links[number % 2]), 4)
    assert len([user for user in operators.users(world.store) if user.email == "ase@example.org"]) == 1


def test_accepting_and_withdrawing_at_once_come_to_one_end(world: World) -> None:
    manager = world.manager

    def answer(number: int, key: str, somebody: Actor) -> object:
        if number % 2:
            return invitations.withdraw(world.store, manager, key)
        return invitations.accept(world.store, somebody, key, None, {}, "en")

    for turn in range(8):
        link = invite(world, email="nobody@example.org", role="observer")
        at_once(partial(answer, key=link.id, somebody=world.actor("nobody")), 4)
        ends = Counter(world.verbs())
        assert ends["accepted-invitation"] + ends["withdrew-invitation"] == turn + 1
        if roles(world, "nobody"):
            departures.leave(world.store, world.actor("nobody"), cluster="kyst")


PAIR = ("manager", "nobody")
GO: dict[str, Callable[[World, Actor, str], object]] = {
    "leave": lambda world, actor, _: departures.leave(world.store, actor, cluster="kyst"),
    "remove each other": lambda world, actor, key: members.remove(world.store, actor, key),
    "close": lambda world, actor, _: close(world, actor),
}


def close(world: World, actor: Actor) -> None:
    departures.close_account(world.store, actor, {"email": f"{actor.user_id}@example.org"})


@pytest.mark.parametrize("how", GO)
def test_of_two_managers_who_go_at_once_one_stays(world: World, how: str) -> None:
    for _ in range(4):
        actors = [give(world, name, Membership(Role.MANAGER, cluster_id=world.kyst.id)) for name in PAIR]
        keys = [membership_id(world, name, Role.MANAGER) for name in reversed(PAIR)]
        both = tuple(zip(actors, keys, strict=True))
        found = at_once(partial(lambda number, both: GO[how](world, *both[number]), both=both), 2)
        assert [each for each in found if isinstance(each, str)] == ["last-manager"]
        assert sum(bool(world.actor(name).memberships) for name in PAIR) == 1
        for name in PAIR:
            operators.enable_user(world.store, f"{name}@example.org")


def test_of_two_who_are_handed_one_cluster_at_once_one_gets_it(world: World) -> None:
    manager = world.manager
    heirs = ("contributor", "observer")
    found = at_once(
        lambda number: members.hand_over(world.store, manager, "kyst", {"to": heirs[number], "becomes": "nothing"}), 2
    )
    assert len([each for each in found if isinstance(each, str)]) == 1
    assert [roles(world, name).get("cluster-kyst") for name in heirs].count(Role.MANAGER) == 1
    assert world.verbs() == ["handed-over"]


def test_the_limit_of_open_invitations_holds_for_many_at_once(world: World) -> None:
    manager = world.manager

    def say(number: int) -> None:
        raw = {"email": f"person-{number}@example.org", "role": "observer"}
        invitations.invite(world.store, manager, raw, cluster="kyst")

    found = at_once(say, MOST_OPEN + 6)
    assert Counter(found) == {None: MOST_OPEN, "invalid": 6}
