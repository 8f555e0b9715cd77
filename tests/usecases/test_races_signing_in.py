"""Many at the same moment with what is good once: one gets through, on both databases."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
import pytest

from app.domain.errors import GoldgapError
from app.store import sessions as kept_sessions
from app.store.limits import Limit
from app.usecases import passwords as own
from app.usecases import second_factors, second_steps
from tests.authenticator import SITE
from tests.usecases.signing import HERE, Person, hash_quickly, make_person
from tests.usecases.test_own_passwords import ask, link
from tests.usecases.world import World

NEW = {"new_password": "en annen setning om sild", "again": "en annen setning om sild"}


@pytest.fixture
def kari(world: World) -> Person:
    return make_person(world)


@pytest.fixture(autouse=True)
def _let_many_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so many try that nothing but the race decides."""
    many = Limit("many", 10_000, dt.timedelta(minutes=5))
    for module in (second_steps, second_factors):
        monkeypatch.setattr(module, "CODES", (many,))
    monkeypatch.setattr(own, "LINKS_FROM", many)
    hash_quickly(monkeypatch)


def at_once(say: Callable[[int], object], threads: int) -> Counter[str]:
    """Say a sentence in many threads at the same moment, and count how each ended."""
    together = Barrier(threads)

    def each(number: int) -> str:
        together.wait()
        try:
            say(number)
        except GoldgapError as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(each, range(threads)))


def halves(kari: Person, number: int) -> list[str]:
    """Begin many sessions that wait for the second step."""
    with kari.world.store.writing() as tx:
        return [kept_sessions.begin(tx, kari.id, "") for _ in range(number)]


def test_of_fifty_uses_of_one_recovery_code_one_gets_in(world: World, kari: Person) -> None:
    kari.use_app()
    secrets, code = halves(kari, 50), kari.codes[0]
    found = at_once(lambda number: kari.take(secrets[number], code=code), 50)
    assert found == {"done": 1, "Invalid": 49}
    assert world.verbs().count("signed-in") == 2
    assert second_factors.overview(world.store, kari.actor).codes_left == 9


def test_of_fifty_uses_of_one_code_one_gets_in(kari: Person) -> None:
    kari.use_app()
    secrets, code = halves(kari, 50), kari.code()
    assert at_once(lambda number: kari.take(secrets[number], code=code), 50) == {"done": 1, "Invalid": 49}


def test_of_fifty_steps_of_one_session_one_is_taken(kari: Person) -> None:
    kari.use_app()
    (secret,) = halves(kari, 1)
    found = at_once(lambda number: kari.take(secret, code=kari.codes[number % 10]), 50)
    assert found["done"] == 1
    assert found["done"] + found["NotSignedIn"] + found["Invalid"] == 50
    assert second_factors.overview(kari.world.store, kari.actor).codes_left >= 9 - found["Invalid"]


def test_of_fifty_uses_of_one_answer_of_a_passkey_one_gets_in(world: World, kari: Person) -> None:
    kari.use_passkey()
    (secret,) = halves(kari, 1)
    answer = kari.answer(secret)
    found = at_once(
        lambda _: second_steps.take(world.store, secret, {"passkey": answer}, HERE, SITE),
        50,
    )
    assert found["done"] == 1
    assert found["done"] + found["NotSignedIn"] + found["Invalid"] == 50


def test_of_a_hundred_uses_of_one_link_one_sets_the_password(world: World, kari: Person) -> None:
    ask(world, kari.email)
    followed = link(world)
    found = at_once(lambda _: own.set_by_link(world.store, *followed, NEW, HERE), 100)
    assert found == {"done": 1, "NotFound": 99}
    assert world.verbs().count("reset-password") == 1
    assert kari.give_password(password=NEW["new_password"]).user.id == kari.id


def test_of_many_who_put_an_app_to_use_with_one_code_one_does(world: World, kari: Person) -> None:
    second_factors.begin_app(world.store, kari.actor)
    kari.app = pyotp.TOTP(second_factors.new_secret(world.store, kari.actor).secret)
    actor, secret, code = kari.actor, kari.secret, kari.code()
    found = at_once(lambda _: second_factors.add_app(world.store, actor, secret, {"code": code}), 16)
    assert found["done"] == 1
    assert world.verbs().count("added-second-factor") == 1
