"""`goldgap token` on both databases."""

import datetime as dt

import pytest

from app.domain.errors import NotSignedIn
from app.domain.roles import TokenScope
from app.main import make_store
from app.settings import Settings
from app.usecases import tokens
from tests.cli.conftest import Say

CREATE = ("token", "create", "--email", "kari@example.org", "--scope", "read", "--scope", "portfolio")


def test_a_token_is_printed_once_and_can_be_used_and_revoked(arena: Say) -> None:
    made = arena(*CREATE, "--days", "30", "--name", "Report", "--json")
    assert made.code == 0
    assert set(made.json) == {"token", "id", "expires_at"}
    life = dt.datetime.fromisoformat(made.json["expires_at"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=29, hours=23) < life <= dt.timedelta(days=30)
    store = make_store(Settings())
    assert tokens.by_token(store, made.json["token"]).token_scopes == frozenset({TokenScope.READ, TokenScope.PORTFOLIO})
    (listed,) = arena("token", "list", "--email", "kari@example.org", "--json").json
    assert (listed["id"], listed["name"], listed["scopes"]) == (made.json["id"], "Report", ["portfolio", "read"])
    assert made.json["token"] not in str(listed)
    assert arena("token", "revoke", made.json["id"]).code == 0
    with pytest.raises(NotSignedIn):
        tokens.by_token(store, made.json["token"])
    store.dispose()
    assert "revoked 2" in arena("token", "list", "--email", "kari@example.org").out


def test_the_token_stands_alone_on_standard_output(arena: Say) -> None:
    made = arena(*CREATE)
    assert made.out.startswith("goldgap_")
    assert made.out.count("\n") == 1
    assert "shown this once" in made.err
    assert "command line  portfolio read  valid until" in arena("token", "list", "--email", "kari@example.org").out


def test_an_expired_token_is_listed_as_such(arena: Say, environment: pytest.MonkeyPatch) -> None:
    arena(*CREATE, "--days", "1")
    environment.setenv("GOLDGAP_CLOCK_OFFSET", str(2 * 24 * 3600))
    assert "  expired\n" in arena("token", "list", "--email", "kari@example.org").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--email", "kari@example.org", "--scope", "everything"), "scopes: Choose at least one scope."),
        (("--email", "kari@example.org", "--scope", "read", "--days", "999"), "days: Choose between 1 and 366 days."),
        (("--email", "ola@example.org", "--scope", "read"), "There is no such person, cluster, programme or token."),
    ],
)
def test_a_token_that_cannot_be_is_refused(arena: Say, words: tuple[str, ...], sentence: str) -> None:
    said = arena("token", "create", *words)
    assert (said.code, said.out, said.err) == (1, "", f"{sentence}\n")


def test_a_token_that_is_not_there_cannot_be_revoked(arena: Say) -> None:
    assert arena("token", "revoke", "no-such").code == 1
