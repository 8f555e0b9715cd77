"""When somebody was last here before: kept across sessions, sign-outs and sessions that faded."""

import datetime as dt

import pytest

from app.store import accounts, visits
from app.store.database import Store
from tests.make import NOW, Clock
from tests.store.kept import keep_person

LIFE, IDLE = dt.timedelta(hours=12), dt.timedelta(hours=2)


@pytest.fixture
def kari(store: Store) -> str:
    return keep_person(store).id


def sign_in(store: Store, user_id: str, digest: str) -> dt.datetime | None:
    """Begin a session as the use case does, and return what is news since then."""
    with store.writing() as tx:
        visits.begin(tx, user_id)
        visits.fade(tx, tx.now - LIFE, tx.now - IDLE)
        accounts.end_sessions_before(tx, tx.now - LIFE, tx.now - IDLE)
        accounts.add_session(tx, digest, user_id)
    return before(store, user_id)


def before(store: Store, user_id: str) -> dt.datetime | None:
    with store.reading() as tx:
        return visits.before(tx, user_id)


def test_who_was_never_here_has_no_visit_before(store: Store, kari: str) -> None:
    assert before(store, kari) is None
    assert sign_in(store, kari, "first") is None
    assert before(store, "nobody") is None


def test_a_session_that_was_left_open_tells_when_its_person_was_last_seen(
    store: Store, kari: str, clock: Clock
) -> None:
    sign_in(store, kari, "first")
    seen = clock.move(hours=1)
    with store.writing() as tx:
        accounts.touch_session(tx, "first")
    clock.move(days=7)
    assert sign_in(store, kari, "second") == seen


def test_a_sign_out_tells_the_same(store: Store, kari: str, clock: Clock) -> None:
    sign_in(store, kari, "first")
    out = clock.move(hours=1)
    with store.writing() as tx:
        visits.end(tx, "first")
        accounts.end_session(tx, "first")
    clock.move(days=7)
    assert sign_in(store, kari, "second") == out


def test_a_session_that_others_sweep_away_tells_it_too(store: Store, kari: str, clock: Clock) -> None:
    ola = keep_person(store, "Ola Nordmann").id
    sign_in(store, kari, "first")
    clock.move(days=1)
    sign_in(store, ola, "other")
    assert before(store, kari) == NOW
    clock.move(days=1)
    assert sign_in(store, kari, "second") == NOW


def test_within_a_session_it_stands_still(store: Store, kari: str, clock: Clock) -> None:
    sign_in(store, kari, "first")
    clock.move(days=1)
    assert sign_in(store, kari, "second") == NOW
    for _ in range(3):
        clock.move(minutes=5)
        with store.writing() as tx:
            accounts.touch_session(tx, "second")
        assert before(store, kari) == NOW


def test_it_never_goes_back(store: Store, kari: str, clock: Clock) -> None:
    sign_in(store, kari, "first")
    later = clock.move(days=1)
    with store.writing() as tx:
        visits.end(tx, "first")
    clock.move(days=-1)
    with store.writing() as tx:
        visits.end(tx, "first")
    assert before(store, kari) == later


def test_a_session_that_is_not_there_tells_nothing(store: Store, kari: str) -> None:
    with store.writing() as tx:
        visits.end(tx, "unknown")
    assert before(store, kari) is None
