"""The way out: one's own roles, leaving, closing one's account, and opening it again by an operator."""

import dataclasses
import datetime as dt

import pytest

from app.domain.accounts import Browser
from app.domain.errors import Conflict, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.permissions import VISITOR, Membership
from app.domain.roles import Role
from app.store import passwords
from app.usecases import departures, operators, sessions, tokens
from tests.store.kept import keep_person
from tests.usecases.people import give, invite, roles
from tests.usecases.world import World

KYST = "cluster-kyst"
UNTIL = dt.datetime(2026, 10, 20, 22, tzinfo=dt.UTC)
PASSWORD = "four words in a row"


def close(world: World, person: str, email: object = None) -> None:
    raw = {"email": f"{person}@example.org" if email is None else email}
    departures.close_account(world.store, world.actor(person), raw)


@pytest.mark.parametrize("person", ["observer", "contributor", "evaluator"])
def test_whoever_has_a_role_on_a_cluster_leaves_it(world: World, person: str) -> None:
    found = departures.leaving(world.store, world.actor(person), cluster="kyst")
    assert (found.place.about.name, found.is_last) == ("Kyst", False)
    assert [role.role for role in found.roles] == [person]
    with world.one_line("left"):
        departures.leave(world.store, world.actor(person), cluster="kyst")
    assert world.actor(person).memberships == ()
    line = world.journal()[-1]
    assert (line.subject, line.cluster, line.before) == (person, KYST, {"roles": [person]})


def test_every_role_there_is_given_up_and_none_elsewhere(world: World) -> None:
    give(
        world,
        "nobody",
        Membership(Role.CONTRIBUTOR, cluster_id=KYST),
        Membership(Role.MANAGER, cluster_id=KYST, until=UNTIL),
    )
    give(world, "nobody", Membership(Role.EVALUATOR, cluster_id=world.fjord.id))
    departures.leave(world.store, world.actor("nobody"), cluster="kyst")
    assert roles(world, "nobody") == {world.fjord.id: Role.EVALUATOR}


@pytest.mark.parametrize("deputy_stays", [False, True])
def test_the_last_manager_cannot_leave(world: World, *, deputy_stays: bool) -> None:
    if deputy_stays:
        give(world, "nobody", Membership(Role.MANAGER, cluster_id=KYST, until=UNTIL))
    assert departures.leaving(world.store, world.manager, cluster="kyst").is_last
    with world.unchanged(), pytest.raises(Conflict) as refused:
        departures.leave(world.store, world.manager, cluster="kyst")
    assert refused.value.code == "last-manager"
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=KYST))
    departures.leave(world.store, world.manager, cluster="kyst")


def test_the_last_owner_cannot_leave(world: World) -> None:
    with world.unchanged(), pytest.raises(Conflict) as refused:
        departures.leave(world.store, world.actor("owner"), programme="north")
    assert refused.value.code == "last-owner"
    departures.leave(world.store, world.actor("reader"), programme="north")
    give(world, "nobody", Membership(Role.OWNER, programme_id="programme-north"))
    departures.leave(world.store, world.actor("owner"), programme="north")
    assert world.actor("owner").memberships == ()


@pytest.mark.parametrize(
    ("person", "refusal"),
    [("owner", NotPermitted), ("administrator", NotPermitted), ("neighbour", NotFound), ("nobody", NotFound)],
)
def test_what_one_has_no_role_on_cannot_be_left(world: World, person: str, refusal: type[Exception]) -> None:
    for sentence in (departures.leaving, departures.leave):
        with world.unchanged(), pytest.raises(refusal):
            sentence(world.store, world.actor(person), cluster="kyst")
        with pytest.raises(NotSignedIn):
            sentence(world.store, VISITOR, cluster="kyst")


def test_ones_own_roles_are_listed_with_the_invitations_that_wait(world: World) -> None:
    link = invite(world, email="neighbour@example.org", role="observer")
    found = departures.roles(world.store, world.actor("neighbour"))
    assert [(own.place.about.name, own.member.role, own.is_last) for own in found.roles] == [("Fjord", "manager", True)]
    assert [(offer.id, place.about.name) for offer, place in found.offers] == [(link.id, "Kyst")]
    world.clock.move(hours=72)
    assert departures.roles(world.store, world.actor("neighbour")).offers == ()


def test_closing_ones_account_ends_every_role_session_and_token_at_once(world: World) -> None:
    keep_person(
        world.store, "Kari", Membership(Role.CONTRIBUTOR, cluster_id=KYST), password_hash=passwords.hashed(PASSWORD)
    )
    login = {"email": "kari@example.org", "password": PASSWORD}
    two = [sessions.sign_in(world.store, login, Browser("192.0.2.1")).secret for _ in range(2)]
    token = tokens.issue(world.store, world.actor("kari"), {"name": "x", "days": 9, "scopes": ["read"]}).secret
    with world.one_line("closed-account"):
        close(world, "kari")
    assert [sessions.by_session(world.store, secret) for secret in two] == [VISITOR, VISITOR]
    with pytest.raises(NotSignedIn):
        tokens.by_token(world.store, token)
    with pytest.raises(Invalid):
        sessions.sign_in(world.store, login, Browser("192.0.2.1"))
    assert world.actor("kari").memberships == ()
    assert world.journal()[-1].before == {"roles": [{"role": "contributor", "on": KYST}]}
    with world.one_line("enabled-user"):
        assert not operators.enable_user(world.store, "kari@example.org").is_disabled
    assert sessions.by_session(world.store, two[0]) == VISITOR
    with pytest.raises(NotSignedIn):
        tokens.by_token(world.store, token)
    assert (
        sessions.by_session(world.store, sessions.sign_in(world.store, login, Browser("192.0.2.1")).secret).memberships
        == ()
    )


def test_what_an_operator_has_disabled_comes_back_with_its_roles_and_without_its_sessions(world: World) -> None:
    keep_person(
        world.store, "Kari", Membership(Role.CONTRIBUTOR, cluster_id=KYST), password_hash=passwords.hashed(PASSWORD)
    )
    secret = sessions.sign_in(
        world.store, {"email": "kari@example.org", "password": PASSWORD}, Browser("192.0.2.1")
    ).secret
    operators.disable_user(world.store, "kari@example.org")
    operators.enable_user(world.store, "kari@example.org")
    assert sessions.by_session(world.store, secret) == VISITOR
    assert roles(world, "kari") == {KYST: Role.CONTRIBUTOR}


@pytest.mark.parametrize("typed", ["", "observer", "other@example.org", 5, "observer@example.org\x00"])
def test_an_account_is_closed_only_by_typing_its_own_address(world: World, typed: object) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        close(world, "observer", typed)
    assert [problem.code for problem in refused.value.problems] == ["own-address"]
    close(world, "observer", " Observer@EXAMPLE.org ")


@pytest.mark.parametrize(
    ("person", "code"), [("manager", "last-manager"), ("owner", "last-owner"), ("administrator", "last-administrator")]
)
def test_whoever_is_the_last_somewhere_cannot_close_their_account(world: World, person: str, code: str) -> None:
    with world.unchanged(), pytest.raises(Conflict) as refused:
        close(world, person)
    assert refused.value.code == code


def test_the_demos_people_keep_their_accounts(world: World) -> None:
    visitor = dataclasses.replace(world.actor("observer"), is_demo=True)
    with world.unchanged(), pytest.raises(NotPermitted) as refused:
        departures.close_account(world.store, visitor, {"email": "observer@example.org"})
    assert refused.value.code == "demo"


def test_an_administrator_who_is_not_the_only_one_can(world: World) -> None:
    keep_person(world.store, "Second", is_administrator=True)
    close(world, "administrator")
    with pytest.raises(Conflict):
        close(world, "second")


def test_a_token_closes_no_account_and_leaves_nothing(world: World) -> None:
    token = world.token("observer", "read", "write", "admin", "portfolio", "evaluate")
    for sentence in (
        lambda: departures.close_account(world.store, token, {"email": "observer@example.org"}),
        lambda: departures.leave(world.store, token, cluster="kyst"),
        lambda: departures.roles(world.store, token),
    ):
        with world.unchanged(), pytest.raises(NotPermitted):
            sentence()
