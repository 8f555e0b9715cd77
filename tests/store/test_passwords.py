"""Which passwords are refused because they are the first that would be tried, and how they are hashed."""

import threading

import pytest

from app.domain.errors import Invalid, Unavailable
from app.store import passwords

OWN = ("kari.nordmann@example.org", "Kari Nordmann")


@pytest.mark.parametrize(
    "password",
    [
        "123456789qwerty",
        "1Q2W3E4R5T6Y",
        "password12345",
        "!!Sunshine2026",
        "passwordmonkey",
        "qwertyqwerty",
        "abcabcabcabca",
        "aaaaaaaaaaaaaaaaaaaa",
        "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff4412345",
    ],
    ids=ascii,
)
def test_what_would_be_tried_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.accepted("new_password", password, *OWN)
    assert [(p.field, p.code) for p in refused.value.problems] == [("new_password", "common")]


def test_every_common_password_of_a_length_that_we_take_is_refused() -> None:
    common = [word for word in passwords._commonest() if len(word) >= 12]
    assert len(common) > 200
    assert all(passwords.is_common(word.upper()) for word in common)


def test_the_list_holds_the_commonest_and_no_line_about_itself() -> None:
    known = passwords._commonest()
    assert len(known) > 10_000
    assert {"123456", "password", "qwerty", "dragon"} <= known
    assert not [word for word in known if word.startswith("#") or not word]


@pytest.mark.parametrize(
    "password",
    ["goldgap-2026", "Kari.Nordmann@Example.org", "kari nordmann 1", "NordmannKari!!", "example.org kari"],
)
def test_what_is_little_more_than_the_persons_own_words_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.accepted("new_password", password, *OWN)
    assert [p.code for p in refused.value.problems] == ["personal"]


@pytest.mark.parametrize(
    "password",
    [
        "en lang setning om torsk",
        "kari spiser blåbær",
        "goldgap er gull verdt",
        "            spaces too",
        "83920174655930127",
        "ᚠᛇᚻ᛫ᛒᛦᚦ᛫ᚠᚱᚩᚠᚢᚱ",
        "\ud800 of whatever there is",
        "xk",
    ],
    ids=ascii,
)
def test_everything_else_is_taken_without_a_rule_about_signs(password: str) -> None:
    if len(password) < 12:
        with pytest.raises(Invalid) as refused:
            passwords.accepted("new_password", password, *OWN)
        assert [p.code for p in refused.value.problems] == ["password"]
    else:
        assert passwords.accepted("new_password", password, *OWN) == password
        assert passwords.matches(password, passwords.hashed(password))


def test_two_at_a_time_are_hashed_and_others_wait_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    assert isinstance(passwords._HASHING, threading.BoundedSemaphore)
    for _ in range(2):
        assert passwords._HASHING.acquire(timeout=1)
    try:
        with pytest.raises(Unavailable):
            passwords.hashed("en lang setning om torsk")
    finally:
        passwords._HASHING.release(2)
