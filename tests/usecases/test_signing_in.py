"""Signing in and out, and how long a session lasts."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.accounts import Browser
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import VISITOR, Actor, Membership
from app.domain.roles import Role
from app.store import passwords, tables
from app.store.entering import SignedIn
from app.usecases import operators, sessions, tokens
from app.usecases.sessions import DemoPerson
from tests.make import NOW, Clock
from tests.store.kept import keep_person, keep_programme
from tests.store.stores import content
from tests.usecases.world import World

PASSWORD = "correct horse battery"
DIGEST = passwords.hashed(PASSWORD)
EMAIL = "kåre-nordmann@example.org"


@pytest.fixture
def kare(world: World) -> Actor:
    """Somebody with a password, who observes the programme south."""
    role = Membership(Role.READER, programme_id=keep_programme(world.store, "south").id)
    keep_person(world.store, "Kåre Nordmann", role, password_hash=DIGEST, language="nb")
    return operators.acting_as(world.store, EMAIL)


def sign_in(world: World, email: object = EMAIL, password: object = PASSWORD, network: str = "192.0.2.1") -> SignedIn:
    return sessions.sign_in(world.store, {"email": email, "password": password}, Browser(network))


def by_session(world: World, signed_in: SignedIn) -> Actor:
    return sessions.by_session(world.store, signed_in.secret)


def test_whoever_signs_in_is_known_by_the_sessions_secret_until_they_sign_out(world: World, kare: Actor) -> None:
    with world.one_line("signed-in"):
        signed_in = sign_in(world)
    assert signed_in.user.email == EMAIL
    line = world.journal()[-1]
    assert (line.subject, line.by, line.before, line.after) == (kare.user_id, kare.user_id, {}, {})
    actor = by_session(world, signed_in)
    assert (actor.user_id, actor.name, actor.memberships) == (kare.user_id, "Kåre Nordmann", kare.memberships)
    assert (actor.language, actor.token_scopes, actor.is_administrator) == ("nb", None, False)
    with world.one_line("signed-out"):
        sessions.sign_out(world.store, signed_in.secret)
    assert by_session(world, signed_in) == VISITOR


@pytest.mark.usefixtures("kare")
@pytest.mark.parametrize(
    "email",
    [
        EMAIL,
        f"  {EMAIL}\n",
        "KÅRE-Nordmann@Example.ORG",
        "ka\u030are-nordmann@example.org",
        "\uff4b\uff21\u030are-nordmann\uff20example\uff0eorg",
    ],
    ids=ascii,
)
def test_one_address_signs_in_however_it_is_typed(world: World, email: str) -> None:
    assert sign_in(world, email).user.email == EMAIL


WRONG: list[tuple[object, object]] = [
    (EMAIL, PASSWORD.upper()),
    (EMAIL, f"{PASSWORD} "),
    (EMAIL, PASSWORD[:-1]),
    (EMAIL, ""),
    (EMAIL, None),
    (EMAIL, 5),
    (EMAIL, [PASSWORD]),
    (EMAIL, "x" * 100_000),
    (EMAIL, PASSWORD + "\x00"),
    (EMAIL, PASSWORD + "\ud800"),
    ("unknown@example.org", PASSWORD),
    ("disabled@example.org", PASSWORD),
    ("disabled@example.org", "wrong"),
    ("nobody@example.org", PASSWORD),
    ("nobody@example.org", ""),
    ("", ""),
    ("", PASSWORD),
    (None, None),
    (5, PASSWORD),
    ([EMAIL], PASSWORD),
    ("kåre", PASSWORD),
    (f"{EMAIL}\x00", PASSWORD),
    (f"{EMAIL}\ud800", PASSWORD),
    ("\x00", PASSWORD),
    ("%", PASSWORD),
    ("' OR 1=1 --", PASSWORD),
    ("x" * 100_000, PASSWORD),
]


@pytest.mark.usefixtures("kare")
def test_every_failure_to_sign_in_is_the_same_refusal_and_writes_nothing(world: World) -> None:
    keep_person(world.store, "Disabled", password_hash=DIGEST, is_disabled=True)
    for email, password in WRONG:
        with world.unchanged(but_counted=True), pytest.raises(Invalid) as refused:
            sign_in(world, email, password)
        problems = [
            (problem.field, problem.code, problem.message, dict(problem.params)) for problem in refused.value.problems
        ]
        assert problems == [("email", "sign-in", "The e-mail address or the password is not right.", {})]
        assert refused.value.__cause__ is None
    with pytest.raises(Invalid):
        sessions.sign_in(world.store, {}, Browser("192.0.2.1"))


def test_a_person_without_a_password_cannot_sign_in_with_any(world: World) -> None:
    for password in ("", PASSWORD, None):
        with world.unchanged(but_counted=True), pytest.raises(Invalid):
            sign_in(world, "manager@example.org", password)


def test_no_secret_and_no_password_is_kept_as_it_is(world: World, kare: Actor) -> None:
    signed_in = sign_in(world)
    token = tokens.issue(world.store, kare, {"name": "t", "scopes": ["read"], "days": 1})
    kept = str(content(world.store))
    for secret in (PASSWORD, signed_in.secret, token.secret, token.secret.split("_")[2]):
        assert secret not in kept
    assert DIGEST in kept
    assert DIGEST.startswith("$argon2id$")
    assert passwords.hashed(PASSWORD) != DIGEST


@pytest.mark.usefixtures("kare")
def test_a_sessions_secret_is_long_and_never_the_same(world: World) -> None:
    secrets = {sign_in(world).secret for _ in range(5)}
    assert len(secrets) == 5
    assert min(map(len, secrets)) >= 43  # 256 bits in base64


SHORT, IDLE, LONG = dt.timedelta(minutes=1), dt.timedelta(hours=2), dt.timedelta(hours=12)
MOMENT = dt.timedelta(microseconds=1)


@pytest.mark.usefixtures("kare")
def test_a_session_ends_after_two_hours_without_use(world: World, clock: Clock) -> None:
    signed_in = sign_in(world)
    clock.now = NOW + IDLE - MOMENT
    assert by_session(world, signed_in).is_signed_in
    clock.now += IDLE - MOMENT
    assert by_session(world, signed_in).is_signed_in
    clock.now += IDLE
    with world.unchanged():
        assert by_session(world, signed_in) == VISITOR


@pytest.mark.usefixtures("kare")
def test_a_session_ends_after_twelve_hours_however_much_it_is_used(world: World, clock: Clock) -> None:
    signed_in = sign_in(world)
    for hour in range(1, 12):
        clock.now = NOW + dt.timedelta(hours=hour)
        assert by_session(world, signed_in).is_signed_in
    clock.now = NOW + LONG - MOMENT
    assert by_session(world, signed_in).is_signed_in
    clock.now = NOW + LONG
    assert by_session(world, signed_in) == VISITOR


@pytest.mark.usefixtures("kare")
def test_the_last_use_is_written_down_once_a_minute_and_without_a_line(world: World, clock: Clock) -> None:
    def seen_at() -> object:
        with world.store.reading() as tx:
            return tx.connection.execute(sa.select(tables.sessions.c.seen_at)).scalar_one()

    signed_in = sign_in(world)
    clock.now = NOW + SHORT - MOMENT
    with world.unchanged():
        assert by_session(world, signed_in).is_signed_in
    clock.now = NOW + SHORT
    before = world.verbs()
    assert by_session(world, signed_in).is_signed_in
    assert seen_at() == NOW + SHORT
    assert world.verbs() == before


@pytest.mark.usefixtures("kare")
def test_signing_in_forgets_sessions_that_are_over_and_no_others(world: World, clock: Clock) -> None:
    over = sign_in(world)
    clock.now = NOW + dt.timedelta(hours=1)
    alive = sign_in(world)
    clock.now = NOW + IDLE + SHORT
    sign_in(world)
    assert len(content(world.store)["sessions"]) == 2
    assert by_session(world, over) == VISITOR
    assert by_session(world, alive).is_signed_in


@pytest.mark.parametrize(
    "secret", ["", "x", "x" * 100_000, "\x00", "\ud800", "' OR 1=1 --"], ids=lambda s: ascii(s)[:20]
)
def test_a_secret_of_no_session_is_a_visitors(world: World, secret: str) -> None:
    with world.unchanged():
        assert sessions.by_session(world.store, secret) == VISITOR


@pytest.mark.usefixtures("kare")
def test_a_disabled_persons_sessions_end_with_the_next_request(world: World) -> None:
    signed_in = sign_in(world)
    operators.disable_user(world.store, EMAIL)
    assert by_session(world, signed_in) == VISITOR


@pytest.mark.usefixtures("kare")
def test_signing_out_ends_this_session_and_no_other(world: World) -> None:
    here, there = sign_in(world), sign_in(world)
    sessions.sign_out(world.store, here.secret)
    assert by_session(world, here) == VISITOR
    assert by_session(world, there).is_signed_in


def test_demo_people_sign_in_by_one_click_and_nobody_else_does(world: World, kare: Actor) -> None:
    keep_person(world.store, "Demo Admin", is_demo=True, is_administrator=True)
    keep_person(world.store, "Demo Manager", Membership(Role.MANAGER, cluster_id=world.kyst.id), is_demo=True)
    keep_person(world.store, "Demo Gone", is_demo=True, is_disabled=True)
    admin, manager = sessions.demo_people(world.store)
    assert admin == DemoPerson(admin.user, Role.ADMINISTRATOR, "")
    assert manager == DemoPerson(manager.user, Role.MANAGER, "Kyst")
    with world.one_line("signed-in"):
        signed_in = sessions.sign_in_to_demo(world.store, "demo-manager", Browser("127.0.0.1"))
    actor = by_session(world, signed_in)
    assert (actor.user_id, actor.is_demo) == ("demo-manager", True)
    for user_id in (str(kare.user_id), "demo-gone", "missing", "", "\x00", "\ud800"):
        with world.unchanged(), pytest.raises(NotFound):
            sessions.sign_in_to_demo(world.store, user_id, Browser("127.0.0.1"))


def test_without_demo_data_there_are_no_demo_people(world: World) -> None:
    assert sessions.demo_people(world.store) == []
