"""Counters of attempts: never fewer than there were within the window, shared by all, naming nobody."""

import datetime as dt
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.store import attempts, keys
from app.store.database import Store
from app.store.keys import Purpose
from app.store.tables import attempts as counters
from tests.make import Clock, Ids
from tests.store.stores import content

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def add(store: Store, *parts: str, window: dt.timedelta = HOUR) -> int:
    with store.writing() as tx:
        return attempts.add(tx, *parts, window=window)


def seen(store: Store, *parts: str, window: dt.timedelta = HOUR) -> int:
    with store.reading() as tx:
        return attempts.seen(tx, *parts, window=window)


def test_each_attempt_is_counted_with_those_before_it(store: Store) -> None:
    assert seen(store, "sign-in", "kari") == 0
    assert [add(store, "sign-in", "kari") for _ in range(3)] == [1, 2, 3]
    assert seen(store, "sign-in", "kari") == 3


def test_what_has_another_name_or_another_window_is_counted_apart(store: Store) -> None:
    add(store, "sign-in", "kari")
    for parts in (("sign-in", "ola"), ("sign-in",), ("sign-inkari",), ("sign-in", "kari", ""), ("kari", "sign-in"), ()):
        assert seen(store, *parts) == 0
    assert seen(store, "sign-in", "kari", window=MINUTE) == 0
    assert add(store, "sign-in", "ola") == 1


def test_seeing_writes_nothing_and_needs_no_key(store: Store) -> None:
    assert seen(store, "sign-in", "kari") == 0
    assert not content(store)["keys"]
    add(store, "sign-in", "kari")
    before = content(store)
    seen(store, "sign-in", "kari")
    assert content(store) == before


def test_an_attempt_counts_for_a_window_and_at_most_a_tenth_more(store: Store, clock: Clock) -> None:
    add(store, "sign-in", "kari")
    clock.move(minutes=60)
    assert seen(store, "sign-in", "kari") == 1
    clock.move(minutes=6, seconds=1)
    assert seen(store, "sign-in", "kari") == 0


@pytest.mark.parametrize("seed", range(3))
def test_never_fewer_are_counted_than_there_were(store: Store, clock: Clock, seed: int) -> None:
    chance, moments = random.Random(seed), list[dt.datetime]()
    for _ in range(60):
        now = clock.move(seconds=chance.choice((1, 20, 300, 1500)) * chance.random())
        moments.append(now)
        counted = add(store, "sign-in", "kari")
        assert counted >= sum(now - moment <= HOUR for moment in moments)
        assert counted <= sum(now - moment <= 1.1 * HOUR for moment in moments)


def test_a_clock_that_ran_far_ahead_locks_nobody_out(store: Store, clock: Clock) -> None:
    clock.move(days=365)
    add(store, "sign-in", "kari")
    clock.move(days=-365)
    assert seen(store, "sign-in", "kari") == 0
    assert add(store, "sign-in", "kari") == 1


def test_a_clock_that_runs_a_little_behind_counts_what_others_have_counted(store: Store, clock: Clock) -> None:
    add(store, "sign-in", "kari")
    clock.move(minutes=-10)
    assert add(store, "sign-in", "kari") == 2


def test_an_attempt_in_a_transaction_that_fails_is_not_counted(store: Store) -> None:
    def fail() -> None:
        with store.writing() as tx:
            attempts.add(tx, "sign-in", "kari", window=HOUR)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen(store, "sign-in", "kari") == 0


def test_forgetting_begins_anew_with_this_one_alone(store: Store) -> None:
    with store.writing() as tx:
        attempts.forget(tx, "sign-in", "kari", window=HOUR)
    for person in ("kari", "ola"):
        add(store, "sign-in", person)
    with store.writing() as tx:
        attempts.forget(tx, "sign-in", "kari", window=HOUR)
    assert seen(store, "sign-in", "kari") == 0
    assert seen(store, "sign-in", "ola") == 1


def test_a_counter_names_nobody(store: Store) -> None:
    add(store, "sign-in", "kari@example.org")
    (row,) = content(store)["attempts"]
    assert "kari" not in row
    assert "sign-in" not in row


def test_with_another_key_the_same_is_counted_under_another_name(store: Store) -> None:
    add(store, "sign-in", "kari")
    with store.writing() as tx:
        first = tx.connection.execute(sa.select(counters.c.key)).scalar_one()
        keys.add(tx, Purpose.ATTEMPTS)
    add(store, "sign-in", "kari")
    assert len({first, *(row.key for row in _rows(store))}) == 2


def test_what_has_expired_is_dropped_with_the_next_attempt(store: Store, clock: Clock) -> None:
    for number in range(5):
        add(store, "sign-in", str(number))
    clock.move(hours=2)
    add(store, "sign-in", "kari")
    assert len(_rows(store)) == 1


def test_attempts_at_the_same_moment_are_all_counted(store: Store) -> None:
    add(store, "warm", "up")
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: add(store, "sign-in", "kari"), range(40)))
    assert sorted(counted) == list(range(1, 41))


def test_those_who_clean_up_at_the_same_moment_do_not_wait_for_one_another(store: Store, clock: Clock) -> None:
    for number in range(200):
        add(store, "sign-in", str(number))
    clock.move(hours=3)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda number: add(store, "other", str(number)), range(16))) == [1] * 16
    assert len(_rows(store)) == 16


def test_another_process_sees_the_same_count(store: Store, clock: Clock) -> None:
    add(store, "sign-in", "kari")
    other = Store(store.engine, clock, Ids(), store.secret)
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(add(other, "sign-in", "kari")))
    thread.start()
    thread.join()
    assert found == [2]


def _rows(store: Store) -> list[sa.Row[tuple[str, int]]]:
    with store.reading() as tx:
        return list(tx.connection.execute(sa.select(counters.c.key, counters.c.count)))
