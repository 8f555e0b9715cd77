"""Where one is signed in: everybody sees and ends their own sessions, and nobody else's."""

import dataclasses
import datetime as dt

import pytest

from app.domain.errors import NotFound, NotSignedIn
from app.domain.permissions import VISITOR
from app.usecases import second_steps, sessions, tokens
from app.usecases.sessions import OwnSession
from tests.make import NOW, Clock
from tests.usecases.signing import ELSEWHERE, Person, make_person
from tests.usecases.world import World


@pytest.fixture
def kari(world: World) -> Person:
    return make_person(world)


def own(person: Person) -> tuple[OwnSession, ...]:
    return sessions.own(person.world.store, person.actor, person.secret)


def test_ones_sessions_are_listed_with_their_browsers_and_which_is_this_one(
    world: World, kari: Person, clock: Clock
) -> None:
    clock.now += dt.timedelta(minutes=1)
    kari.give_password(ELSEWHERE)
    make_person(world, name="Ola Nordmann")
    found = {session.client: session for session in own(kari)}
    assert {client: session.is_this for client, session in found.items()} == {
        "Firefox, Linux": True,
        "Safari, iPhone": False,
    }
    assert found["Firefox, Linux"].created_at == NOW
    assert found["Safari, iPhone"].created_at == found["Safari, iPhone"].seen_at == NOW + dt.timedelta(minutes=1)
    assert all(session.id for session in found.values())


def test_one_session_is_ended_at_once_and_the_others_stay(world: World, kari: Person) -> None:
    elsewhere = kari.give_password(ELSEWHERE).secret
    (other,) = [session for session in own(kari) if not session.is_this]
    with world.one_line("ended-session"):
        sessions.end(world.store, kari.actor, other.id)
    assert (world.journal()[-1].by, world.journal()[-1].subject) == (kari.id, other.id)
    assert (kari.of(elsewhere), kari.actor.user_id) == (VISITOR, kari.id)
    with world.unchanged(), pytest.raises(NotFound):
        sessions.end(world.store, kari.actor, other.id)


def test_nobody_ends_another_persons_session(world: World, kari: Person) -> None:
    ola = make_person(world, name="Ola Nordmann")
    (his,) = own(ola)
    with world.unchanged(), pytest.raises(NotFound):
        sessions.end(world.store, kari.actor, his.id)
    assert ola.actor.user_id == ola.id


def test_all_other_sessions_are_ended_at_once_and_counted(world: World, kari: Person) -> None:
    ola = make_person(world, name="Ola Nordmann")
    elsewhere = [kari.give_password(ELSEWHERE).secret for _ in range(2)]
    with world.one_line("ended-sessions"):
        assert sessions.end_others(world.store, kari.actor, kari.secret) == 2
    line = world.journal()[-1]
    assert (line.by, line.subject, line.after) == (kari.id, kari.id, {"ended": 2})
    assert [kari.of(secret) for secret in elsewhere] == [VISITOR, VISITOR]
    assert (kari.actor.user_id, ola.actor.user_id) == (kari.id, ola.id)
    with world.unchanged():
        assert sessions.end_others(world.store, kari.actor, kari.secret) == 0


@pytest.mark.parametrize("secret", ["", "no session", "another person's"])
def test_the_others_are_ended_from_a_session_of_ones_own_alone(world: World, kari: Person, secret: str) -> None:
    kari.give_password(ELSEWHERE)
    ola = make_person(world, name="Ola Nordmann")
    with world.unchanged(), pytest.raises(NotSignedIn) as refused:
        sessions.end_others(world.store, kari.actor, ola.secret if secret == "another person's" else secret)
    assert (refused.value.code, refused.value.message) == ("sign-in", "Please sign in first.")


def test_the_ways_to_confirm_are_those_that_one_has(world: World, kari: Person) -> None:
    def ways() -> tuple[bool, bool, bool]:
        found = second_steps.ways(world.store, kari.actor)
        assert found.user.id == kari.id
        return found.by_app, found.by_passkey, found.by_password

    assert ways() == (False, False, True)
    kari.use_app()
    assert ways() == (True, False, True)
    kari.use_passkey()
    assert ways() == (True, True, True)


def test_whoever_still_lacks_a_factor_can_confirm_who_they_are(world: World, kari: Person) -> None:
    lacking = dataclasses.replace(kari.actor, lacks_factor=True)
    assert second_steps.ways(world.store, lacking).by_password
    raw = {"password": "en lang setning om torsk"}
    assert second_steps.confirm(world.store, lacking, kari.secret, raw, ELSEWHERE, None).secret


def test_ones_tokens_are_listed_and_nobody_elses(world: World, kari: Person) -> None:
    ola = make_person(world, name="Ola Nordmann")
    raw = {"name": "Excel", "days": 30, "scopes": ["read"]}
    mine = tokens.issue(world.store, kari.actor, raw).token
    tokens.issue(world.store, ola.actor, raw)
    assert tokens.listed(world.store, kari.actor) == (mine,)
