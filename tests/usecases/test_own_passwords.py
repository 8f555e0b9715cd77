"""Changing one's password, and setting a new one through a link that a mail brings."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from app.domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn, TooMany
from app.domain.messages import Kind
from app.domain.permissions import VISITOR
from app.store import links, tables
from app.usecases import operators, passwords, second_steps, tokens
from tests.make import Clock
from tests.store.kept import keep_person
from tests.store.stores import content
from tests.usecases.signing import ELSEWHERE, HERE, PASSWORD, Person, mails, make_person
from tests.usecases.world import World

NEW = "en annen setning om sild"
SENT = {"password": PASSWORD, "new_password": NEW, "again": NEW}


@pytest.fixture
def kari(world: World) -> Person:
    return make_person(world)


def change(kari: Person, **raw: object) -> str:
    return passwords.change(kari.world.store, kari.actor, kari.secret, SENT | raw)


def ask(world: World, email: str = "kari-nordmann@example.org") -> None:
    passwords.ask(world.store, {"email": email}, HERE)


def link(world: World) -> tuple[str, str]:
    """Return what the newest mail's link is made of."""
    reset_id = json.loads(mails(world, "reset-password")[-1])["reset"]
    with world.store.reading() as tx:
        return reset_id, links.secret(tx, Kind.RESET_PASSWORD, reset_id)


def use(world: World, followed: tuple[str, str], **raw: object) -> object:
    return passwords.set_by_link(world.store, *followed, SENT | raw, HERE)


def test_a_changed_password_signs_out_everywhere_else_and_its_owner_is_told(world: World, kari: Person) -> None:
    elsewhere, old = kari.give_password(ELSEWHERE).secret, kari.secret
    issued = tokens.issue(world.store, kari.actor, {"name": "t", "scopes": ["read"], "days": 1})
    with world.one_line("changed-password"):
        kari.secret = change(kari)
    assert kari.actor.user_id == kari.id
    assert (kari.of(old), kari.of(elsewhere)) == (VISITOR, VISITOR)
    assert tokens.by_token(world.store, issued.secret).user_id == kari.id
    assert len(mails(world, "changed-password")) == 1
    with pytest.raises(Invalid):
        kari.give_password()
    assert kari.give_password(password=NEW).user.id == kari.id
    assert NEW not in str(content(world.store))


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"password": "wrong"}, "password", "password"),
        ({"password": None}, "password", "password"),
        ({"password": "x" * 100_000}, "password", "password"),
        ({"new_password": "short", "again": "short"}, "new_password", "password"),
        ({"new_password": "x" * 257, "again": "x" * 257}, "new_password", "password"),
        ({"new_password": None}, "new_password", "password"),
        ({"new_password": "password1234", "again": "password1234"}, "new_password", "common"),
        ({"new_password": "kari-nordmann!", "again": "kari-nordmann!"}, "new_password", "personal"),
        ({"again": f"{NEW} "}, "again", "again"),
        ({"again": None}, "again", "again"),
    ],
)
def test_a_password_that_cannot_be_set_is_refused(
    world: World, kari: Person, raw: dict[str, object], field: str, code: str
) -> None:
    with world.unchanged(but_counted=True), pytest.raises(Invalid) as refused:
        change(kari, **raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


def test_guesses_at_the_password_of_before_are_limited(world: World, kari: Person) -> None:
    for _ in range(10):
        with pytest.raises(Invalid):
            change(kari, password="wrong")
    with world.unchanged(), pytest.raises(TooMany):
        change(kari)


def test_a_password_is_changed_in_ones_own_session_only(world: World, kari: Person) -> None:
    ola = make_person(world, name="Ola Nordmann")
    with pytest.raises(NotSignedIn):
        passwords.change(world.store, kari.actor, ola.secret, SENT)
    with pytest.raises(NotPermitted):
        passwords.change(world.store, world.token("manager", "admin"), kari.secret, SENT)
    with pytest.raises(NotSignedIn):
        passwords.change(world.store, VISITOR, "", SENT)


def test_a_link_sets_a_password_once_and_signs_out_everywhere(world: World, kari: Person) -> None:
    with world.one_line("asked-for-password"):
        ask(world)
    followed = link(world)
    assert len(followed[1]) == 64  # 256 bits
    assert passwords.by_link(world.store, *followed, HERE).user.id == kari.id
    with world.one_line("reset-password"):
        use(world, followed)
    assert kari.actor == VISITOR
    assert len(mails(world, "changed-password")) == 1
    for _ in range(2):
        with world.unchanged(but_counted=True), pytest.raises(NotFound):
            use(world, followed, new_password="yet another one", again="yet another one")
    assert kari.give_password(password=NEW).user.id == kari.id


def test_no_secret_of_a_link_is_kept(world: World, kari: Person) -> None:
    ask(world, kari.email)
    assert link(world)[1] not in str(content(world.store))


@pytest.mark.parametrize(
    "typed",
    ["KARI-NORDMANN@EXAMPLE.ORG", " Kari-Nordmann@Example.org ", "\uff4bari-nordmann@example.org"],
    ids=lambda typed: f"{typed!a}, ciso-assistant #3016",
)
def test_a_link_comes_however_the_address_is_typed_and_goes_to_the_one_that_is_kept(
    world: World, kari: Person, typed: str
) -> None:
    ask(world, typed)
    with world.store.reading() as tx:
        goals = tx.connection.execute(sa.select(tables.outbox.c.address)).scalars().all()
    assert goals == [kari.email]
    use(world, link(world))
    assert kari.give_password(password=NEW).user.id == kari.id


def test_a_link_is_good_for_twenty_minutes_and_only_the_newest(world: World, kari: Person, clock: Clock) -> None:
    ask(world, kari.email)
    older = link(world)
    ask(world, kari.email)
    newer = link(world)
    with pytest.raises(NotFound):
        use(world, older)
    clock.now += dt.timedelta(minutes=20) - dt.timedelta(microseconds=1)
    assert passwords.by_link(world.store, *newer, HERE).user.id == kari.id
    clock.now += dt.timedelta(microseconds=1)
    with pytest.raises(NotFound):
        passwords.by_link(world.store, *newer, HERE)
    with pytest.raises(NotFound):
        use(world, newer)


def test_a_password_that_is_refused_leaves_the_link_good(world: World, kari: Person) -> None:
    ask(world, kari.email)
    followed = link(world)
    with world.unchanged(), pytest.raises(Invalid):
        use(world, followed, new_password="password1234", again="password1234")
    use(world, followed)


def test_a_changed_password_makes_the_links_of_before_worthless(world: World, kari: Person) -> None:
    ask(world, kari.email)
    followed = link(world)
    change(kari)
    with pytest.raises(NotFound):
        use(world, followed)


def test_a_link_does_not_go_past_the_second_factor(world: World, kari: Person) -> None:
    kari.use_app()
    ask(world, kari.email)
    use(world, link(world))
    begun = kari.give_password(password=NEW)
    assert begun.needs_factor
    assert second_steps.waiting(world.store, begun.secret) is not None
    assert kari.of(begun.secret) == VISITOR


def test_a_link_is_a_first_password_for_whoever_has_none(world: World) -> None:
    ask(world, "manager@example.org")
    use(world, link(world))
    assert Person(world, "manager").give_password(password=NEW).user.name == "Manager"


def test_a_link_of_somebody_who_was_disabled_meanwhile_is_good_no_more(world: World, kari: Person) -> None:
    ask(world, kari.email)
    followed = link(world)
    operators.disable_user(world.store, kari.email)
    with pytest.raises(NotFound):
        passwords.by_link(world.store, *followed, HERE)
    with pytest.raises(NotFound):
        use(world, followed)


@pytest.mark.parametrize("email", ["unknown@example.org", "disabled@example.org", "demo@example.org"])
def test_nobody_else_is_mailed_and_nobody_can_tell(world: World, email: str) -> None:
    keep_person(world.store, "Disabled", is_disabled=True)
    keep_person(world.store, "Demo", is_demo=True)
    with world.one_line("asked-for-password"):
        ask(world, email)
    assert mails(world, "reset-password") == []
    assert world.journal()[-1].subject == ""


@pytest.mark.parametrize("email", [None, "", "nobody", 5, "kari@example.org\x00"])
def test_what_is_no_address_is_refused(world: World, email: object) -> None:
    with world.unchanged(), pytest.raises(Invalid):
        passwords.ask(world.store, {"email": email}, HERE)


def test_five_links_a_day_are_the_most_for_one_address_known_or_not(world: World, clock: Clock) -> None:
    for email in ("manager@example.org", "unknown@example.org"):
        for capitals in range(5):
            ask(world, email[:capitals].upper() + email[capitals:])
            clock.move(minutes=11)
        with world.unchanged(but_counted=True), pytest.raises(TooMany) as refused:
            ask(world, email)
        assert refused.value.seconds == 24 * 3600
    assert len(mails(world, "reset-password")) == 5


def test_ten_links_in_ten_minutes_are_the_most_for_one_network(world: World) -> None:
    for number in range(10):
        ask(world, f"somebody-{number}@example.org")
    with world.unchanged(), pytest.raises(TooMany):
        ask(world, "manager@example.org")
    passwords.ask(world.store, {"email": "manager@example.org"}, ELSEWHERE)


WRONG = ["", "x", "0" * 64, "x" * 10_000, "\x00", "\ud800", "' OR 1=1 --"]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: ascii(wrong)[:12])
def test_a_link_that_never_was_is_refused(world: World, kari: Person, wrong: str) -> None:
    ask(world, kari.email)
    reset_id, secret = link(world)
    for followed in ((reset_id, wrong), (wrong, secret), (wrong, wrong)):
        with world.unchanged(but_counted=True), pytest.raises(NotFound):
            passwords.by_link(world.store, *followed, HERE)


def test_guesses_at_links_are_limited(world: World) -> None:
    for _ in range(30):
        with pytest.raises(NotFound):
            passwords.by_link(world.store, "x", "y", HERE)
    with pytest.raises(TooMany):
        passwords.by_link(world.store, "x", "y", HERE)


def test_old_links_are_forgotten(world: World, kari: Person, clock: Clock) -> None:
    ask(world, kari.email)
    clock.move(days=2)
    ask(world, kari.email)
    with world.store.reading() as tx:
        assert len(tx.connection.execute(sa.select(tables.resets.c.id)).all()) == 1
