"""Kinds of message, and when mail is tried again."""

import datetime as dt

import pytest

from app.domain.messages import ABOUT, ABOUT_SAFETY, LEASE, MOST_ATTEMPTS, ROW, Kind, can_be_muted, pause


def test_every_kind_says_what_it_needs_to_know() -> None:
    assert set(ABOUT) == set(Kind)
    assert all(ROW[kind] in ABOUT[kind] for kind in ROW)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_about_safety_cannot_be_turned_off(kind: Kind) -> None:
    assert can_be_muted(kind) is (kind not in ABOUT_SAFETY)


@pytest.mark.parametrize("word", ["", "x", "INVITED", "submitted ", "submitted withdrew"])
def test_what_is_no_kind_cannot_be_turned_off(word: str) -> None:
    assert not can_be_muted(word)


def test_the_pauses_grow_from_a_minute_to_half_a_day() -> None:
    pauses = [pause(attempts, "mail") for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert dt.timedelta(minutes=1) <= pauses[0] <= dt.timedelta(minutes=1, seconds=15)
    assert pauses[-1] == dt.timedelta(hours=12)
    # A mail server that is away from Friday evening to Sunday evening loses nothing.
    assert sum(pauses, dt.timedelta()) > dt.timedelta(hours=40)


def test_mails_that_failed_together_come_back_one_by_one() -> None:
    assert len({pause(1, f"mail-{number}") for number in range(50)}) > 40
    assert pause(3, "mail-1") == pause(3, "mail-1")


@pytest.mark.parametrize("attempts", [0, -1, 11, 1000])
def test_a_pause_has_its_bounds_whatever_it_is_asked_for(attempts: int) -> None:
    assert dt.timedelta(minutes=1) <= pause(attempts, "mail") <= dt.timedelta(hours=12)


def test_a_dead_workers_mail_is_held_back_for_some_minutes() -> None:
    assert dt.timedelta(minutes=5) <= LEASE <= dt.timedelta(minutes=15)
