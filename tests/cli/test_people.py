"""`goldgap user` and `goldgap member` on both databases."""

from pathlib import Path

import pytest

from app.domain.accounts import Browser
from app.main import make_store
from app.settings import Settings
from app.store import tables
from app.usecases import operators, sessions
from tests.cli.conftest import Say

PASSWORD = "a long enough password"


def test_a_person_is_created_listed_and_disabled(goldgap: Say) -> None:
    created = goldgap("user", "create", "--email", "Kari@Example.org", "--name", "Kari Nordmann", "--admin", "--json")
    assert created.code == 0
    assert created.json["email"] == "kari@example.org"
    assert created.json["is_administrator"] is True
    assert goldgap("user", "list").out == "kari@example.org  Kari Nordmann  administrator\n"
    assert goldgap("user", "disable", "--email", "kari@example.org").code == 0
    (listed,) = goldgap("user", "list", "--json").json
    assert listed["is_disabled"] is True
    assert "password" not in str(listed)


def test_no_people_are_no_lines(goldgap: Say) -> None:
    assert (goldgap("user", "list").code, goldgap("user", "list").out) == (0, "")


def test_a_password_is_read_from_standard_input(goldgap: Say) -> None:
    words = ("user", "create", "--email", "kari@example.org", "--name", "Kari", "--password-stdin")
    assert goldgap(*words, stdin=f"{PASSWORD}\n").code == 0
    store = make_store(Settings())
    assert (
        sessions.sign_in(store, {"email": "kari@example.org", "password": PASSWORD}, Browser("192.0.2.1")).user.name
        == "Kari"
    )
    store.dispose()


def test_a_person_who_is_shut_out_is_let_try_again(arena: Say) -> None:
    said = arena("user", "unlock", "--email", "Kari@example.org")
    assert (said.code, said.out) == (0, "Unlocked the account of Kari Nordmann, kari@example.org.\n")
    assert arena("user", "unlock", "--email", "kari@example.org", "--json").json["email"] == "kari@example.org"
    assert arena("user", "unlock", "--email", "nobody@example.org").code == 1


def test_a_lost_second_factor_is_taken_away_and_mailed_about(arena: Say) -> None:
    said = arena("user", "reset-second-factor", "--email", "kari@example.org")
    assert said.code == 0
    assert said.out == "Kari Nordmann, kari@example.org, can sign in without a second factor now and is told so.\n"
    store = make_store(Settings())
    with store.reading() as tx:
        (mail,) = tx.connection.execute(tables.outbox.select()).mappings().all()
    store.dispose()
    assert (mail["kind"], mail["address"]) == ("changed-sign-in", "kari@example.org")
    assert arena("user", "reset-second-factor", "--email", "nobody@example.org").code == 1


@pytest.mark.parametrize(
    ("email", "name", "stdin", "sentence"),
    [
        ("nobody", "Kari", PASSWORD, "email: Give an e-mail address such as name@example.org."),
        ("ola@example.org", " ", PASSWORD, "name: Please fill this in."),
        ("ola@example.org", "Ola", "short", "password: Use between 12 and 256 characters."),
        (
            "ola@example.org",
            "Ola",
            "password1234",
            "password: This is one of the first passwords that would be tried. Choose another.",
        ),
        (
            "ola.vik@example.org",
            "Ola Vik",
            "ola.vik.2026",
            "password: This is little more than your name or address. Choose another password.",
        ),
        ("kari@example.org", "Kari", PASSWORD, "email: There is already an account with this e-mail address."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    arena: Say, email: str, name: str, stdin: str, sentence: str
) -> None:
    said = arena("user", "create", "--email", email, "--name", name, "--password-stdin", stdin=stdin)
    assert (said.code, said.out, said.err) == (1, "", f"{sentence}\n")
    assert len(arena("user", "list", "--json").json) == 1


def test_a_role_is_given_and_taken(arena: Say) -> None:
    words = ("--email", "kari@example.org", "--role", "owner", "--programme", "arena")
    given = arena("member", "add", *words)
    assert (given.code, given.out) == (0, "kari@example.org is now owner of arena.\n")
    assert arena("member", "add", *words, "--json").json["role"] == "owner"
    store = make_store(Settings())
    assert len(operators.acting_as(store, "kari@example.org").memberships) == 1
    assert arena("member", "remove", *words).out == "kari@example.org is no longer owner of arena.\n"
    assert operators.acting_as(store, "kari@example.org").memberships == ()
    store.dispose()
    assert arena("member", "remove", *words).code == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--role", "manager", "--programme", "arena"), "role: Give this role on exactly one cluster or one programme"),
        (("--role", "owner"), "role: Give this role on exactly one cluster or one programme"),
        (("--role", "owner", "--programme", "nowhere"), "There is no such person, cluster, programme or token."),
        (("--role", "emperor", "--programme", "arena"), "emperor"),
    ],
)
def test_a_role_that_does_not_fit_is_refused(arena: Say, words: tuple[str, ...], sentence: str) -> None:
    said = arena("member", "add", "--email", "kari@example.org", *words)
    assert said.code != 0
    assert sentence in said.err


def test_a_closed_account_is_opened_again(goldgap: Say) -> None:
    assert goldgap("user", "create", "--email", "kari@example.org", "--name", "Kari").code == 0
    goldgap("user", "disable", "--email", "kari@example.org")
    said = goldgap("user", "enable", "--email", "kari@example.org")
    assert (said.code, said.out) == (0, "Opened the account of Kari, kari@example.org.\n")
    (kari,) = goldgap("user", "list", "--json").json
    assert kari["is_disabled"] is False
    assert goldgap("user", "enable", "--email", "ola@example.org").code == 1


@pytest.mark.parametrize("role", ["observer", "contributor", "manager"])
def test_nobody_is_made_evaluator_of_a_cluster_that_they_belong_to(arena: Say, role: str, tmp_path: Path) -> None:
    file = tmp_path / "clusters.csv"
    file.write_text("name,slug\nKyst,kyst\n", encoding="utf-8")
    assert arena("import", "clusters", str(file), "--programme", "arena").code == 0
    arena("user", "create", "--email", "both@example.org", "--name", "Both")
    assert arena("member", "add", "--email", "both@example.org", "--role", role, "--cluster", "kyst").code == 0
    said = arena("member", "add", "--email", "both@example.org", "--role", "evaluator", "--cluster", "kyst")
    assert (said.code, said.out) == (1, "")
    assert said.err == "This person has a role in this cluster, so they cannot evaluate it.\n"
