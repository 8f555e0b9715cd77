"""Limits on tries: counted in the database, refused when used up, and refused too when they cannot be counted."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.errors import TooMany, Unavailable
from app.store import limits
from app.store.database import Store, make_engine
from app.store.limits import Limit
from tests.make import SECRET, Clock, Ids
from tests.store.stores import content

FIVE = Limit("guesses at", 5, dt.timedelta(minutes=5))
TEN = Limit("guesses", 10, dt.timedelta(minutes=5))


def tries(store: Store, *counted: tuple[Limit, str]) -> int:
    """Try until it is refused, and return how often it was let through."""
    for number in range(50):
        try:
            limits.count(store, *counted)
        except TooMany:
            return number
    raise AssertionError("never refused")


def test_as_many_tries_as_the_limit_says_are_let_through(store: Store) -> None:
    assert tries(store, (FIVE, "kari")) == 5
    assert tries(store, (FIVE, "kari")) == 0
    assert tries(store, (FIVE, "ola")) == 5
    with pytest.raises(TooMany) as refused:
        limits.count(store, (FIVE, "kari"))
    assert refused.value.seconds == 300


def test_the_first_limit_that_is_used_up_refuses_and_spends_nothing_of_the_others(store: Store) -> None:
    assert tries(store, (FIVE, "kari"), (TEN, "all")) == 5
    assert tries(store, (FIVE, "kari"), (TEN, "all")) == 0
    assert tries(store, (TEN, "all")) == 5


def test_a_try_is_forgiven_when_its_window_is_over(store: Store, clock: Clock) -> None:
    assert tries(store, (FIVE, "kari")) == 5
    clock.move(minutes=4)
    assert tries(store, (FIVE, "kari")) == 0
    clock.move(minutes=2)
    assert tries(store, (FIVE, "kari")) == 5


def test_a_refused_try_does_not_prolong_the_wait_and_writes_nothing(store: Store, clock: Clock) -> None:
    assert tries(store, (FIVE, "kari")) == 5
    before = content(store)
    clock.move(minutes=3)
    assert tries(store, (FIVE, "kari")) == 0
    assert content(store) == before
    clock.move(minutes=3)
    assert tries(store, (FIVE, "kari")) == 5


def test_another_process_and_a_restart_see_the_same_counters(store: Store, url: str, clock: Clock) -> None:
    assert tries(store, (FIVE, "kari")) == 5
    other = Store(make_engine(url), clock, Ids(), SECRET)
    assert tries(other, (FIVE, "kari")) == 0
    other.dispose()


def test_what_is_forgotten_can_be_tried_anew(store: Store) -> None:
    assert tries(store, (FIVE, "kari")) == 5
    limits.forget(store, (FIVE, "ola"))
    assert tries(store, (FIVE, "kari")) == 0
    limits.forget(store, (FIVE, "kari"), (TEN, "all"))
    assert tries(store, (FIVE, "kari")) == 5


def test_what_cannot_be_counted_is_not_let_through(store: Store) -> None:
    with store.writing() as tx:
        tx.connection.execute(sa.text("ALTER TABLE attempts RENAME TO elsewhere"))
    try:
        with pytest.raises(Unavailable):
            limits.count(store, (FIVE, "kari"))
    finally:
        with store.writing() as tx:
            tx.connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO attempts"))
    assert tries(store, (FIVE, "kari")) == 5


def test_counters_name_nobody(store: Store) -> None:
    limits.count(store, (FIVE, "kari@example.org"))
    assert "kari" not in str(content(store)["attempts"])


@pytest.mark.parametrize("by", [dt.timedelta(days=-1), dt.timedelta(days=365)])
def test_a_clock_that_is_set_makes_no_error(store: Store, clock: Clock, by: dt.timedelta) -> None:
    assert tries(store, (FIVE, "kari")) == 5
    clock.now += by
    assert tries(store, (FIVE, "kari")) == 5
