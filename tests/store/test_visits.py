"""When somebody was last here before: kept across sessions, sign-outs and sessions that faded."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.store import keys, sessions, tables, visits
from app.store.database import Store
from tests.make import NOW, Clock
from tests.store.kept import keep_person


@pytest.fixture
def kari(store: Store) -> str:
    return keep_person(store).id


def sign_in(store: Store, user_id: str, digest: str) -> dt.datetime | None:
    """Begin a session, known by a digest of the test's own, and return what is news since then."""
    with store.writing() as tx:
        begun = sessions.begin(tx, user_id, "")
        same = tables.sessions.c.digest == keys.digest(begun)
        tx.connection.execute(sa.update(tables.sessions).where(same).values(digest=digest))
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
        sessions.touch(tx, "first")
    clock.move(days=7)
    assert sign_in(store, kari, "second") == seen


def test_a_sign_out_tells_the_same(store: Store, kari: str, clock: Clock) -> None:
    sign_in(store, kari, "first")
    out = clock.move(hours=1)
    with store.writing() as tx:
        sessions.end(tx, "first")
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
            sessions.touch(tx, "second")
        assert before(store, kari) == NOW


def test_it_never_goes_back(store: Store, kari: str, clock: Clock) -> None:
    sign_in(store, kari, "first")
    sign_in(store, kari, "second")
    later = clock.move(minutes=30)
    with store.writing() as tx:
        sessions.end(tx, "first")
    clock.move(minutes=-20)
    with store.writing() as tx:
        sessions.end(tx, "second")
    assert before(store, kari) == later


def test_a_session_that_is_not_there_tells_nothing(store: Store, kari: str) -> None:
    with store.writing() as tx:
        sessions.end(tx, "unknown")
    assert before(store, kari) is None
