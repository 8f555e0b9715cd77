"""S14: who an answer of a provider lets in: never into an account by its address, and at first without any right."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.accounts import Browser, has_address
from app.domain.errors import ConfirmationDue, Conflict, Invalid, NotFound, NotPermitted, NotSignedIn, Unavailable
from app.domain.identities import CARRIED_COUNT, CARRIED_LENGTH, PENDING_LIFE, Proof
from app.domain.messages import Kind
from app.domain.permissions import VISITOR
from app.domain.roles import Role
from app.store import tables
from app.store.keys import digest
from app.usecases import identities, operators, sessions
from tests.make import NOW, Clock
from tests.store.kept import keep_person
from tests.store.stores import content
from tests.usecases.people import mails
from tests.usecases.test_races import at_once
from tests.usecases.world import World

ISSUER = "https://id.example.org"
PROOF = Proof(ISSUER, "subject-1", "Testporten", name="Kari Nordmann", email="kari@example.com")
BELIEVED = frozenset({ISSUER})


def proof(subject: str = "subject-1", **changes: object) -> Proof:
    return dataclasses.replace(PROOF, subject=subject, **changes)  # type: ignore[arg-type]


HERE = Browser("192.0.2.1")


def rows(world: World, table: str) -> int:
    return len(content(world.store)[table])


def test_the_first_time_makes_an_account_without_any_right_and_the_second_finds_it(world: World, clock: Clock) -> None:
    with world.one_line("signed-in"):
        first = identities.sign_in(world.store, PROOF, "nb", Browser("192.0.2.1", "Firefox, Linux"))
    line = world.journal()[-1]
    assert (line.subject, line.by, line.after) == (
        first.user.id,
        first.user.id,
        {"issuer": ISSUER, "new_account": True},
    )
    actor = sessions.by_session(world.store, first.secret)
    assert (actor.user_id, actor.name, actor.language) == (first.user.id, "Kari Nordmann", "nb")
    assert (actor.memberships, actor.is_administrator, actor.is_demo) == ((), False, False)
    assert first.user.email == "kari@example.com"
    clock.move(hours=1)
    with world.one_line("signed-in"):
        again = identities.sign_in(world.store, proof(name="Another", email="another@example.com"), "en", HERE)
    assert again.user == first.user
    assert world.journal()[-1].after == {"issuer": ISSUER}
    (way,) = identities.connected(world.store, sessions.by_session(world.store, again.secret), BELIEVED)
    assert (way.identity.created_at, way.identity.last_used_at) == (NOW, NOW + dt.timedelta(hours=1))
    assert "subject-1" not in str([(each.before, each.after) for each in world.journal()])


@pytest.mark.parametrize(
    "other", [proof("subject-2", email=None), proof(issuer="https://other.example.org", email=None)]
)
def test_another_subject_or_another_issuer_is_another_person(world: World, other: Proof) -> None:
    first = identities.sign_in(world.store, PROOF, None, HERE)
    second = identities.sign_in(world.store, dataclasses.replace(other, email=None), None, HERE)
    assert first.user.id != second.user.id


@pytest.mark.parametrize("name", ["manager", "administrator"])
def test_an_address_alone_opens_nobodys_account(world: World, name: str) -> None:
    with world.unchanged(), pytest.raises(Conflict) as refused:
        identities.sign_in(world.store, proof(email=f"{name}@example.org"), None, HERE)
    assert refused.value.code == "address-taken"
    assert "Sign in to it first" in str(refused.value)
    with world.unchanged(), pytest.raises(Conflict):
        identities.sign_in(world.store, proof(email=f"{name}@example.org"), None, HERE)


def test_without_a_proven_address_the_account_has_one_that_reaches_nobody(world: World) -> None:
    first = identities.sign_in(world.store, proof("a", email=None), None, HERE).user
    second = identities.sign_in(world.store, proof("b", email=None), None, HERE).user
    assert first.email != second.email
    assert first.email == f"{first.id}@no-address.invalid"
    assert not has_address(first.email)
    assert has_address("kari@example.org")
    operators.add_member(world.store, first.email, Role.OBSERVER, cluster="kyst", programme=None)
    assert operators.acting_as(world.store, first.email).memberships


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "a\nb", "x" * 201, "\u202eevil", "\ud800"], ids=ascii)
def test_a_name_that_cannot_be_kept_gives_way_to_one_that_tells_people_apart(world: World, name: str) -> None:
    user = identities.sign_in(world.store, proof(name=name), None, HERE).user
    assert user.name == f"Testporten {user.id[:6]}"


def test_a_disabled_account_is_refused_in_the_words_for_any_answer_that_is_not_believed(world: World) -> None:
    user = identities.sign_in(world.store, PROOF, None, HERE).user
    operators.disable_user(world.store, user.email)
    with world.unchanged(), pytest.raises(Invalid) as refused:
        identities.sign_in(world.store, PROOF, None, HERE)
    assert refused.value.problems == identities.not_believed("Testporten").problems


def test_a_second_factor_that_was_shown_there_counts_from_now_and_none_is_none(world: World) -> None:
    def factor_at(secret: str) -> object:
        with world.store.reading() as tx:
            found = tx.connection.execute(sa.select(tables.sessions.c.factor_at, tables.sessions.c.digest)).all()
        return {row.digest: row.factor_at for row in found}[digest(secret)]

    shown = identities.sign_in(world.store, proof(has_second_factor=True), None, HERE)
    assert factor_at(shown.secret) == NOW
    assert factor_at(identities.sign_in(world.store, PROOF, None, HERE).secret) is None


def test_browsers_that_finish_a_first_sign_in_at_once_make_one_account(world: World) -> None:
    entered = at_once(lambda _: identities.sign_in(world.store, PROOF, None, HERE), threads=8)
    assert len({each.user.id for each in entered}) == 1  # type: ignore[attr-defined]
    assert rows(world, "identities") == 1
    with world.store.reading() as tx:
        found = tx.connection.execute(sa.select(tables.users.c.id).where(tables.users.c.email == PROOF.email)).all()
    assert len(found) == 1
    assert [line.after.get("new_account") for line in world.journal() if line.verb == "signed-in"].count(True) == 1


def test_one_connects_an_identity_with_ones_own_account_and_enters_by_it(world: World) -> None:
    manager = world.manager
    with world.one_line("connected-identity"):
        identities.connect(world.store, manager, PROOF, began_by=manager.user_id)
    assert (world.journal()[-1].subject, world.journal()[-1].after) == (manager.user_id, {"issuer": ISSUER})
    with world.unchanged():
        identities.connect(world.store, manager, PROOF, began_by=manager.user_id)
    entered = identities.sign_in(world.store, proof(email="manager@example.org"), None, HERE)
    assert entered.user.id == manager.user_id
    assert sessions.by_session(world.store, entered.secret).memberships == manager.memberships


def test_ways_in_change_only_soon_after_a_confirmation_and_the_person_is_told(world: World) -> None:
    fresh, long_ago = world.manager, dataclasses.replace(world.manager, confirmed_at=NOW - dt.timedelta(hours=1))
    with world.unchanged(), pytest.raises(ConfirmationDue):
        identities.start(world.store, "/account", connecting=long_ago)
    identities.connect(world.store, fresh, PROOF, began_by=fresh.user_id)
    with world.unchanged(), pytest.raises(ConfirmationDue):
        identities.disconnect(world.store, long_ago, ISSUER, "subject-1", BELIEVED)
    identities.connect(world.store, fresh, proof("subject-2"), began_by=fresh.user_id)
    identities.disconnect(world.store, fresh, ISSUER, "subject-1", BELIEVED)
    changes = [about["change"] for _, about in mails(world, Kind.CHANGED_SIGN_IN)]
    assert changes == ["connected-identity", "connected-identity", "disconnected-identity"]


def test_what_somebody_else_has_or_has_begun_is_not_connected(world: World) -> None:
    identities.connect(world.store, world.manager, PROOF, began_by=world.manager.user_id)
    nobody = world.actor("nobody")
    refusals = {nobody.user_id: "connected-elsewhere", "manager": "began-by-another", None: "began-by-another"}
    for began_by, code in refusals.items():
        with world.unchanged(), pytest.raises(Conflict) as refused:
            identities.connect(world.store, nobody, PROOF, began_by=began_by)
        assert refused.value.code == code
    with world.unchanged(), pytest.raises(NotSignedIn):
        identities.connect(world.store, VISITOR, PROOF, began_by=None)
    with world.unchanged(), pytest.raises(NotPermitted):
        identities.connect(world.store, world.token("nobody", "write"), PROOF, began_by="nobody")


def test_many_who_connect_one_identity_at_once_leave_it_with_one(world: World) -> None:
    people = [world.actor(name) for name in ("manager", "contributor", "observer", "nobody")]

    def connect(number: int) -> None:
        identities.connect(world.store, people[number], PROOF, began_by=people[number].user_id)

    found = at_once(connect, threads=4)
    assert found.count(None) == 1
    assert rows(world, "identities") == 1


def test_the_only_way_in_stays_and_any_other_goes(world: World) -> None:
    entered = identities.sign_in(world.store, PROOF, None, HERE)
    actor = sessions.by_session(world.store, entered.secret)
    with world.unchanged(), pytest.raises(Conflict) as refused:
        identities.disconnect(world.store, actor, ISSUER, "subject-1", BELIEVED)
    assert refused.value.code == "only-way-in"
    # One at a provider that nobody can sign in through any more is no way in.
    identities.connect(world.store, actor, proof("old", issuer="https://former.example.org"), began_by=actor.user_id)
    with world.unchanged(), pytest.raises(Conflict):
        identities.disconnect(world.store, actor, ISSUER, "subject-1", BELIEVED)
    identities.connect(world.store, actor, proof("subject-2"), began_by=actor.user_id)
    assert [way.is_only for way in identities.connected(world.store, actor, BELIEVED)] == [False] * 3
    with world.one_line("disconnected-identity"):
        identities.disconnect(world.store, actor, ISSUER, "subject-1", BELIEVED)
    assert world.journal()[-1].before == {"issuer": ISSUER}
    with world.unchanged(), pytest.raises(Conflict):
        identities.disconnect(world.store, actor, ISSUER, "subject-2", BELIEVED)
    assert identities.sign_in(world.store, proof(email=None), None, HERE).user.id != entered.user.id


def test_with_a_password_every_identity_can_go(world: World) -> None:
    user = keep_person(world.store, "Per Moe", password_hash="x")
    actor = operators.acting_as(world.store, user.email)
    identities.connect(world.store, actor, PROOF, began_by=user.id)
    assert [way.is_only for way in identities.connected(world.store, actor, BELIEVED)] == [False]
    identities.disconnect(world.store, actor, ISSUER, "subject-1", BELIEVED)
    assert identities.connected(world.store, actor, BELIEVED) == []


def test_two_who_take_away_the_last_two_ways_in_at_once_leave_one(world: World) -> None:
    actor = sessions.by_session(world.store, identities.sign_in(world.store, PROOF, None, HERE).secret)
    identities.connect(world.store, actor, proof("subject-2"), began_by=actor.user_id)

    def disconnect(number: int) -> None:
        identities.disconnect(world.store, actor, ISSUER, f"subject-{number + 1}", BELIEVED)

    assert at_once(disconnect, threads=2).count(None) == 1
    assert rows(world, "identities") == 1


def test_nobody_disconnects_what_is_not_theirs(world: World) -> None:
    identities.connect(world.store, world.manager, PROOF, began_by=world.manager.user_id)
    for actor, refusal in (
        (world.actor("nobody"), NotFound),
        (world.actor("administrator"), NotFound),
        (VISITOR, NotSignedIn),
        (world.token("manager", "write"), NotPermitted),
    ):
        with world.unchanged(), pytest.raises(refusal):
            identities.disconnect(world.store, actor, ISSUER, "subject-1", BELIEVED)
    with pytest.raises(NotSignedIn):
        identities.connected(world.store, VISITOR, BELIEVED)


def test_a_pending_sign_in_is_read_by_the_service_alone_with_its_state_and_in_time(world: World, clock: Clock) -> None:
    pending = identities.start(world.store, "/account")
    sealed = identities.seal(world.store, pending)
    assert identities.unseal(world.store, sealed, pending.state) == pending
    assert pending.verifier not in sealed
    assert len({pending.state, pending.nonce, pending.verifier}) == 3
    assert min(map(len, (pending.state, pending.nonce, pending.verifier))) >= 43
    for text, state in (
        (sealed, "another"),
        (sealed, pending.state[:-1]),
        (sealed, "\ud800"),
        (sealed[:-2] + "AA", pending.state),
        ("", pending.state),
        ("å", pending.state),
    ):
        assert identities.unseal(world.store, text, state) is None
    clock.now = NOW + PENDING_LIFE - dt.timedelta(microseconds=1)
    assert identities.unseal(world.store, sealed, pending.state)
    for moment in (NOW + PENDING_LIFE, NOW - dt.timedelta(microseconds=1)):
        clock.now = moment
        assert identities.unseal(world.store, sealed, pending.state) is None


def test_beginning_writes_no_line_and_two_beginnings_have_nothing_in_common(world: World) -> None:
    verbs = world.verbs()
    first, second = (identities.start(world.store, "/") for _ in range(2))
    assert {first.state, first.nonce, first.verifier}.isdisjoint({second.state, second.nonce, second.verifier})
    assert world.verbs() == verbs
    assert identities.start(world.store, "/", connecting=world.manager).connects == world.manager.user_id
    with pytest.raises(NotSignedIn):
        identities.start(world.store, "/", connecting=VISITOR)
    with pytest.raises(NotPermitted):
        identities.start(world.store, "/", connecting=world.token("manager", "write"))


def test_what_was_typed_rests_sealed_and_is_handed_back_once(world: World) -> None:
    pending = identities.start(world.store, "/", carried="hemmelig notat")
    assert "hemmelig" not in str(content(world.store))
    assert identities.hand_back(world.store, pending) == "hemmelig notat"
    assert identities.hand_back(world.store, pending) is None
    assert rows(world, "carried") == 0
    assert identities.hand_back(world.store, identities.start(world.store, "/")) is None


def test_what_was_typed_is_kept_for_so_many_and_so_long_and_no_more(world: World, clock: Clock) -> None:
    with world.unchanged(), pytest.raises(Unavailable):
        identities.start(world.store, "/", carried="x" * (CARRIED_LENGTH + 1))
    with world.store.writing():
        for _ in range(CARRIED_COUNT):
            identities.start(world.store, "/", carried="x")
    with world.unchanged(), pytest.raises(Unavailable):
        identities.start(world.store, "/", carried="x")
    identities.start(world.store, "/")
    clock.now = NOW + PENDING_LIFE
    identities.start(world.store, "/", carried="x")
    assert rows(world, "carried") == 1
