"""E-mail addresses, passwords, scopes and days of tokens."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import accounts
from app.domain.accounts import Token
from app.domain.errors import Invalid
from app.domain.roles import TokenScope
from tests.make import NOW

TOKEN = Token("t", "u", "laptop", frozenset({TokenScope.READ}), NOW, NOW + dt.timedelta(days=1), None, None)


def code_of(refused: pytest.ExceptionInfo[Invalid]) -> str:
    (problem,) = refused.value.problems
    assert problem.field == "field"
    return problem.code


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("kari@example.org", "kari@example.org"),
        (" Kari.Nordmann+test@Example.ORG\n", "kari.nordmann+test@example.org"),
        ("KÅRE@blåskjell.no", "kåre@blåskjell.no"),
        ("ka\u030are@example.org", "kåre@example.org"),
        ("\uff4bari\uff20example\uff0eorg", "kari@example.org"),
        ("straße@example.org", "strasse@example.org"),
        ("o'brien@a-b.co.uk", "o'brien@a-b.co.uk"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_one_mailbox_is_one_address_however_it_is_typed(raw: str, address: str) -> None:
    assert accounts.email("field", raw) == address


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        *((raw, "email") for raw in ("kari", "kari@", "@example.org", "kari@example", "kari@@example.org", "a@b@c.no")),
        *((raw, "email") for raw in ("kari@.org", "kari@example..org", "kari@example.org.", "ka ri@example.org")),
        *((raw, "email") for raw in ("kari@exa mple.org", "ka\u00a0ri@example.org", "x" * 65 + "@example.org")),
        *((raw, "required") for raw in (None, "", "   ")),
        *((raw, "text") for raw in (5, True, ["kari@example.org"])),
        ("x" * 255, "too-long"),
        ("kari@example.org\nbcc:x@y.no", "line"),
        ("kari\x00@example.org", "characters"),
        ("\ud800@example.org", "characters"),
        ("\u202ekari@example.org", "characters"),
    ],
    ids=ascii,
)
def test_what_is_no_address_is_refused(raw: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.email("field", raw)
    assert code_of(refused) == code


@given(st.emails())
def test_an_address_is_the_same_when_it_is_read_again(raw: str) -> None:
    try:
        address = accounts.email("field", raw)
    except Invalid:
        return
    assert accounts.email("field", address) == accounts.email("field", raw.upper()) == address


@pytest.mark.parametrize(
    "raw", ["x" * 12, "x" * 256, " leading and trailing ", "pass\u200bword 1234", "æøåæøåæøåæøå", "0" * 12]
)
def test_a_password_of_12_to_256_characters_is_taken_as_it_is(raw: str) -> None:
    assert accounts.password("field", raw) == raw


@pytest.mark.parametrize("raw", [None, "", "x" * 11, "x" * 257, 123456789012, True, b"x" * 12, ["x"] * 12], ids=repr)
def test_any_other_password_is_refused_and_not_repeated(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.password("field", raw)
    assert code_of(refused) == "password"
    assert refused.value.problems[0].params == {"shortest": 12, "longest": 256}


@pytest.mark.parametrize(
    ("raw", "chosen"),
    [
        (["read"], {TokenScope.READ}),
        (("read", "write", "read"), {TokenScope.READ, TokenScope.WRITE}),
        (frozenset(TokenScope), set(TokenScope)),
    ],
)
def test_scopes_are_those_that_were_chosen(raw: object, chosen: set[TokenScope]) -> None:
    assert accounts.scopes("field", raw) == chosen


@pytest.mark.parametrize(
    "raw",
    [
        *(None, "", "read", [], (), frozenset(), {}, {"read": True}, 1, True),
        *(["read", "everything"], ["READ"], ["read "], [None], [1], [["read"]], [{}], ["\ud800"], ["\x00"]),
    ],
    ids=ascii,
)
def test_no_scope_or_one_that_there_is_not_is_refused(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.scopes("field", raw)
    assert code_of(refused) == "scopes"


@pytest.mark.parametrize(("raw", "days"), [(1, 1), (90, 90), (366, 366), ("1", 1), ("90", 90), ("0366", 366)])
def test_a_token_is_valid_for_1_to_366_days(raw: object, days: int) -> None:
    assert accounts.token_days("field", raw) == days


@pytest.mark.parametrize(
    "raw",
    [
        *(None, True, False, 0, -1, 367, 2**70, 1.0, 1.5, float("nan"), float("inf")),
        *(
            "",
            "0",
            "367",
            "-1",
            "+1",
            " 1",
            "1 ",
            "1\n",
            "1.0",
            "1e2",
            "1_0",
            "٣",
            "\uff11",
            "00001",
            "9" * 5000,
            "ten",
        ),
        *([1], {}, b"1", "\x00", "\ud800"),
    ],
    ids=lambda raw: ascii(raw)[:20],
)
def test_any_other_number_of_days_is_refused(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.token_days("field", raw)
    assert code_of(refused) == "days"
    assert refused.value.problems[0].params == {"shortest": 1, "longest": 366}


def test_a_token_is_valid_until_the_moment_it_expires_or_is_revoked() -> None:
    moment = dt.timedelta(microseconds=1)
    assert TOKEN.is_valid(NOW)
    assert TOKEN.is_valid(TOKEN.expires_at - moment)
    assert not TOKEN.is_valid(TOKEN.expires_at)
    assert not dataclasses.replace(TOKEN, revoked_at=NOW).is_valid(NOW)


@pytest.mark.parametrize(
    ("password", "personal"),
    [
        ("kari.nordmann@example.org", True),
        ("NORDMANN, Kari!", True),
        ("GoldGap-2026", True),
        ("goldgapgoldgap", True),
        ("kari12345", True),
        ("kari123456", False),
        ("nordmann spiser", False),
        ("ol is no word of theirs", False),
        ("", True),
    ],
)
def test_a_password_is_personal_where_little_else_than_known_words_is_left(password: str, *, personal: bool) -> None:
    assert accounts.is_personal(password, "kari.nordmann@example.org", "Kari Ol Nordmann") == personal
