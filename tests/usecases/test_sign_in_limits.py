"""Guesses at passwords: how many there can be, from where, at whom; and that the owner gets in meanwhile."""

import dataclasses
import datetime as dt
import itertools

import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from typing_extensions import override

from app.domain.accounts import Browser
from app.domain.errors import Invalid, TooMany, Unavailable
from app.store import passwords
from app.store.limits import SIGN_IN_AT_ALL, Limit
from app.usecases import sessions
from tests.make import Clock
from tests.store.kept import keep_person
from tests.usecases.signing import ELSEWHERE, PASSWORD, Person, hash_quickly, make_person
from tests.usecases.test_races import at_once
from tests.usecases.world import World

KARI = "kari-nordmann@example.org"
NETWORKS = (f"203.0.113.{number}" for number in itertools.cycle(range(250)))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


@pytest.fixture
def kari(world: World) -> Person:
    return make_person(world)


def guess(world: World, email: object, network: str = "", password: str = "") -> str:
    """Guess at a password, and return what became of it."""
    browser = Browser(network or next(NETWORKS))
    try:
        sessions.sign_in(world.store, {"email": email, "password": password}, browser)
    except TooMany as refused:
        return f"too many, wait {refused.seconds} s: {refused}"
    except Invalid as invalid:
        return invalid.problems[0].message
    return "in"


def let_through(answers: list[str]) -> int:
    return sum(not answer.startswith("too many") for answer in answers)


@pytest.mark.parametrize(
    "email", ["kari-nordmann@example.org", "unknown@example.org", "disabled@example.org", "nobody"]
)
def test_ten_guesses_in_five_minutes_are_the_most_at_one_account_known_or_not(
    world: World, kari: Person, clock: Clock, email: str
) -> None:
    keep_person(world.store, "Disabled", is_disabled=True)
    clock.move(minutes=6)
    answers = [guess(world, email) for _ in range(12)]
    wrong = "The e-mail address or the password is not right."
    refused = "too many, wait 300 s: This was tried too often. Please try again in 5 minutes."
    assert answers == [wrong] * 10 + [refused] * 2
    clock.move(minutes=4)
    assert guess(world, email) == refused
    clock.move(minutes=2)
    assert let_through([guess(world, email) for _ in range(12)]) == 10
    assert kari.actor.is_signed_in


def test_neither_capitals_nor_spaces_nor_other_forms_of_letters_make_another_account(
    world: World, kari: Person, clock: Clock
) -> None:
    clock.move(minutes=6)
    forms = [
        kari.email.upper(),
        f"  {kari.email}\n",
        kari.email.title(),
        kari.email.replace("k", "\uff4b"),
        kari.email.replace("@", "\uff20"),
        kari.email.replace(".", "\uff0e"),
    ]
    assert let_through([guess(world, form) for form in forms * 3]) == 10


def test_thirty_guesses_in_five_minutes_are_the_most_from_one_network(world: World, clock: Clock) -> None:
    answers = [guess(world, f"person-{number}@example.org", "192.0.2.9") for number in range(40)]
    assert let_through(answers) == 30
    assert let_through([guess(world, "another@example.org", "192.0.2.10")]) == 1
    clock.move(minutes=6)
    assert let_through([guess(world, f"person-{number}@example.org", "192.0.2.9") for number in range(2)]) == 2


def test_what_one_network_may_not_do_spends_nothing_of_others(world: World, kari: Person, clock: Clock) -> None:
    clock.move(minutes=6)
    for number in range(30):
        guess(world, f"person-{number}@example.org", "192.0.2.9")
    for _ in range(20):
        assert guess(world, kari.email, "192.0.2.9").startswith("too many")
    assert guess(world, kari.email, password=PASSWORD) == "in"


def test_there_is_a_most_for_everybody_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SIGN_IN_AT_ALL.most == 1_000
    monkeypatch.setattr(sessions, "SIGN_IN_AT_ALL", Limit("sign-in", 60, dt.timedelta(minutes=5)))
    answers = [guess(world, f"person-{number}@example.org") for number in range(70)]
    assert let_through(answers) == 60


def test_whoever_signed_in_on_a_browser_before_gets_in_on_it_while_others_guess(
    world: World, kari: Person, clock: Clock
) -> None:
    clock.move(minutes=6)
    mark = kari.give_password().mark
    known = dataclasses.replace(ELSEWHERE, known=mark)
    for _ in range(20):
        guess(world, kari.email)
    with pytest.raises(TooMany):
        kari.give_password(ELSEWHERE)
    assert kari.give_password(known).user.id == kari.id
    for _ in range(9):
        with pytest.raises(Invalid):
            kari.give_password(known, password="no")
    with pytest.raises(TooMany):
        kari.give_password(known)


def test_the_mark_of_a_browser_is_good_for_its_person_alone(world: World, kari: Person, clock: Clock) -> None:
    clock.move(minutes=6)
    theirs = make_person(world, name="Ola Nordmann").give_password().mark
    for mark in (theirs, "made up", "", "x" * 5_000):
        for _ in range(3):
            guess(world, kari.email)
        with pytest.raises((Invalid, TooMany)):
            kari.give_password(dataclasses.replace(ELSEWHERE, known=mark), password="no")
    with pytest.raises(TooMany):
        kari.give_password(dataclasses.replace(ELSEWHERE, known=theirs))


def test_a_guess_that_cannot_be_counted_is_not_compared(world: World, kari: Person) -> None:
    with world.store.writing() as tx:
        tx.connection.execute(sa.text("ALTER TABLE attempts RENAME TO elsewhere"))
    try:
        with pytest.raises(Unavailable):
            kari.give_password()
    finally:
        with world.store.writing() as tx:
            tx.connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO attempts"))
    assert kari.give_password().user.id == kari.id


def test_a_guess_is_counted_before_it_is_compared(kari: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise many at once would all be compared before one of them counts.
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    for _ in range(2):
        assert passwords._HASHING.acquire(timeout=1)
    try:
        for _ in range(10):
            with pytest.raises((Unavailable, TooMany)):
                kari.give_password()
    finally:
        passwords._HASHING.release(2)
    with pytest.raises(TooMany):
        kari.give_password()


@pytest.mark.parametrize("email", [KARI, "unknown@example.org", "nobody@example.org"])
def test_a_password_is_compared_once_whether_there_is_such_an_account_or_not(
    world: World, kari: Person, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    # `nobody` is there and has no password. What takes the time is done for each of them, once.
    compared: list[str | None] = []

    class Watched(PasswordHash):
        @override
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:
            compared.append(str(hash))
            return super().verify(password, hash)

    monkeypatch.setattr(passwords, "_HASHER", Watched(passwords._HASHER.hashers))
    assert guess(world, email) == "The e-mail address or the password is not right."
    (kept,) = compared
    assert str(kept).startswith("$argon2id$")
    assert kari.secret


def test_many_at_once_get_no_more_guesses_than_one_after_another(world: World, kari: Person, clock: Clock) -> None:
    clock.move(minutes=6)
    found = at_once(lambda _: guess(world, kari.email), threads=24)
    # On PostgreSQL some that come at the very same moment are refused although there is still one left.
    assert 8 <= let_through([str(each) for each in found]) <= 10
    assert guess(world, kari.email).startswith("too many")
