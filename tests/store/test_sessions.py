"""Sessions as they are kept: found by digest, half until the second factor is shown, over in time."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.accounts import SECOND_STEP_LIFE, SESSION_IDLE, SESSION_LIFE
from app.store import accounts, sessions, tables, totps
from app.store.database import Store, Transaction
from app.store.keys import digest
from tests.make import NOW, Clock
from tests.store.kept import keep_person

MOMENT = dt.timedelta(microseconds=1)


def use_an_app(tx: Transaction, user_id: str) -> None:
    """Put a secret to use without a code."""
    totps.begin(tx, user_id)
    tx.connection.exec_driver_sql("UPDATE totps SET confirmed_at = '2026-10-01 08:00:00'")


def test_a_session_comes_back_with_its_person_until_it_is_ended(store: Store, clock: Clock) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        sessions.add(tx, "digest", user.id, client="Firefox, Linux")
        sessions.add(tx, "other", user.id)
    later = clock.move(minutes=30)
    with store.writing() as tx:
        sessions.touch(tx, "digest")
    with store.reading() as tx:
        found, other = sessions.load(tx, "digest"), sessions.load(tx, "other")
        assert found is not None
        assert other is not None
        assert (found.user, found.created_at, found.seen_at, found.confirmed_at) == (user, NOW, later, NOW)
        assert (found.client, found.factor_at, found.challenge, found.has_factor) == (
            "Firefox, Linux",
            None,
            None,
            False,
        )
        assert (other.seen_at, other.client) == (NOW, "")
        assert found.id != other.id
        assert sessions.load(tx, "unknown") is None
    with store.writing() as tx:
        sessions.end(tx, "digest")
        sessions.end(tx, "unknown")
        assert sessions.load(tx, "digest") is None
        assert sessions.load(tx, "other") is not None


def test_sessions_that_began_or_were_last_used_too_long_ago_are_forgotten(store: Store, clock: Clock) -> None:
    user = keep_person(store)
    for name in ("old", "idle", "alive"):
        with store.writing() as tx:
            sessions.add(tx, name, user.id)
        clock.move(hours=1)

    def left(now: dt.datetime) -> list[str]:
        clock.now = now
        with store.writing() as tx:
            sessions.end_over(tx)
            return [name for name in ("old", "idle", "alive") if sessions.load(tx, name)]

    # Began at 8, 9 and 10; `old` and `alive` are used for as long as they may be.
    with store.writing() as tx:
        for name in ("old", "alive"):
            tx.connection.execute(
                sa.update(tables.sessions).where(tables.sessions.c.digest == name).values(seen_at=NOW + SESSION_LIFE)
            )
    assert left(NOW + dt.timedelta(hours=1) + SESSION_IDLE) == ["old", "idle", "alive"]
    assert left(NOW + dt.timedelta(hours=1) + SESSION_IDLE + MOMENT) == ["old", "alive"]
    assert left(NOW + SESSION_LIFE) == ["old", "alive"]
    assert left(NOW + SESSION_LIFE + MOMENT) == ["alive"]


@pytest.mark.parametrize("life", [SESSION_IDLE, SECOND_STEP_LIFE])
def test_a_session_is_over_at_the_end_of_its_life_and_not_before(
    store: Store, clock: Clock, life: dt.timedelta
) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        secret = sessions.begin(tx, user.id, "")
        if life == SECOND_STEP_LIFE:
            use_an_app(tx, user.id)
    clock.now = NOW + life - MOMENT
    with store.reading() as tx:
        assert sessions.alive(tx, secret) is not None
    clock.now = NOW + life
    with store.reading() as tx:
        assert sessions.alive(tx, secret) is None
        assert sessions.load(tx, digest(secret)) is not None
        assert sessions.of(tx, user.id) == []


def test_the_session_of_somebody_who_is_disabled_is_over(store: Store) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        secret = sessions.begin(tx, user.id, "")
        accounts.update(tx, user.id, is_disabled=True)
        assert sessions.alive(tx, secret) is None
        assert sessions.of(tx, user.id) == []
        accounts.update(tx, user.id, is_disabled=False)
        assert sessions.alive(tx, secret) is not None


def test_a_session_that_is_always_in_use_is_over_in_the_end(store: Store, clock: Clock) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        secret = sessions.begin(tx, user.id, "")
    clock.now = NOW + SESSION_LIFE - MOMENT
    with store.writing() as tx:
        sessions.touch(tx, digest(secret))
        assert sessions.alive(tx, secret) is not None
    clock.now = NOW + SESSION_LIFE
    with store.reading() as tx:
        assert sessions.alive(tx, secret) is None


@pytest.mark.parametrize("by", [dt.timedelta(days=-1), dt.timedelta(days=365)])
def test_a_clock_that_is_set_makes_no_error(store: Store, clock: Clock, by: dt.timedelta) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        secret = sessions.begin(tx, user.id, "")
    clock.now = NOW + by
    with store.writing() as tx:
        assert (sessions.alive(tx, secret) is not None) == (by < dt.timedelta())
        assert sessions.alive(tx, sessions.begin(tx, user.id, "")) is not None


def test_a_session_is_half_where_its_person_has_a_factor_and_has_not_shown_it(store: Store) -> None:
    kari, ola = keep_person(store), keep_person(store, "Ola Nordmann")
    with store.writing() as tx:
        before = sessions.begin(tx, kari.id, "")
        others = sessions.begin(tx, ola.id, "")
        assert not sessions.has_factor(tx, kari.id)
        totps.begin(tx, kari.id)
        assert not sessions.has_factor(tx, kari.id)
        use_an_app(tx, kari.id)
        assert sessions.has_factor(tx, kari.id)
        assert not sessions.has_factor(tx, ola.id)
        shown = sessions.begin(tx, kari.id, "", with_factor=True)
        halves = [(found := sessions.alive(tx, secret)) and found.is_half for secret in (before, others, shown)]
        assert halves == [True, False, False]


def test_a_new_secret_takes_the_place_of_the_old_one(store: Store, clock: Clock) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        secret = sessions.begin(tx, user.id, "Safari, iPhone")
        sessions.keep_challenge(tx, digest(secret), "asked")
    clock.move(minutes=5)
    with store.writing() as tx:
        found = sessions.alive(tx, secret)
        assert found is not None
        renewed = sessions.renew(tx, found, confirmed_at=tx.now)
        assert sessions.alive(tx, secret) is None
        after = sessions.alive(tx, renewed)
        assert after is not None
        assert (after.id, after.client, after.created_at) == (found.id, "Safari, iPhone", NOW)
        assert (after.confirmed_at, after.challenge) == (clock.now, None)


def test_what_was_asked_is_taken_once(store: Store) -> None:
    user = keep_person(store)
    with store.writing() as tx:
        secret = sessions.begin(tx, user.id, "")
        unasked = sessions.alive(tx, secret)
        assert unasked is not None
        assert sessions.take_challenge(tx, unasked) is None
        sessions.keep_challenge(tx, unasked.digest, "first")
        sessions.keep_challenge(tx, unasked.digest, "second")
        asked = sessions.alive(tx, secret)
        assert asked is not None
        assert [sessions.take_challenge(tx, asked), sessions.take_challenge(tx, asked)] == ["second", None]


def test_ones_sessions_are_ended_one_or_all_or_all_but_one(store: Store) -> None:
    kari, ola = keep_person(store), keep_person(store, "Ola Nordmann")
    with store.writing() as tx:
        for _ in range(4):
            sessions.begin(tx, kari.id, "")
        theirs = sessions.begin(tx, ola.id, "")
        first, second, *_ = sessions.of(tx, kari.id)
        assert not sessions.end_one(tx, ola.id, first.id)
        assert sessions.end_one(tx, kari.id, first.id)
        assert not sessions.end_one(tx, kari.id, first.id)
        assert sessions.end_all(tx, kari.id, but=second.id) == 2
        assert [session.id for session in sessions.of(tx, kari.id)] == [second.id]
        assert sessions.end_all(tx, kari.id) == 1
        assert sessions.alive(tx, theirs) is not None


def test_ones_sessions_are_listed_the_last_used_first(store: Store, clock: Clock) -> None:
    kari = keep_person(store)
    with store.writing() as tx:
        for secret in ("first", "second", "third"):
            sessions.add(tx, secret, kari.id, client=secret)
    clock.move(minutes=1)
    with store.writing() as tx:
        sessions.touch(tx, "second")
    clock.move(minutes=1)
    with store.writing() as tx:
        sessions.touch(tx, "first")
        assert [session.client for session in sessions.of(tx, kari.id)] == ["first", "second", "third"]


def test_whoever_is_shut_out_loses_every_session_and_token_and_nobody_else_does(store: Store, clock: Clock) -> None:
    kari, ola = keep_person(store), keep_person(store, "Ola Nordmann")
    with store.writing() as tx:
        for number, user in enumerate((kari, kari, ola)):
            sessions.begin(tx, user.id, "")
            lasting = {"created_at": tx.now, "expires_at": tx.now + dt.timedelta(days=90)}
            said = {"digest": f"digest-{number}", "name": "Script", "scopes": "read"}
            tx.connection.execute(sa.insert(tables.tokens).values(id=f"t{number}", user_id=user.id, **said, **lasting))
        tx.connection.execute(sa.update(tables.tokens).where(tables.tokens.c.id == "t0").values(revoked_at=NOW))
    later = clock.move(hours=1)
    with store.writing() as tx:
        sessions.shut_out(tx, kari.id)
        assert (sessions.of(tx, kari.id), len(sessions.of(tx, ola.id))) == ([], 1)
        columns = (tables.tokens.c.id, tables.tokens.c.revoked_at)
        revoked = tx.connection.execute(sa.select(*columns).order_by(tables.tokens.c.id)).all()
    # One that was revoked before stays revoked since then.
    assert [tuple(row) for row in revoked] == [("t0", NOW), ("t1", later), ("t2", None)]
