"""`goldgap keys`, and what every command says where the secret is the wrong one."""

import pytest

from app.store.keys import Purpose
from tests.cli.conftest import Say

NEW = "a new secret, long and with many letters in it"
WRONG = "GOLDGAP_SECRET_KEY is not the one that the keys in this database were wrapped with.\n"


def test_keys_are_listed_and_never_shown(arena: Say) -> None:
    (key,) = arena("keys", "list", "--json").json
    assert (key["purpose"], key["in_use"], set(key)) == ("journal", True, {"id", "purpose", "created_at", "in_use"})
    assert arena("keys", "list").out.split()[:2] == ["journal", key["id"]]


def test_before_any_is_needed_there_are_none(say: Say) -> None:
    say("init")
    assert say("keys", "list").out == "There are none yet; each is made when it is first needed.\n"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_rotated_key_is_in_use_and_the_one_before_is_kept(arena: Say, purpose: Purpose) -> None:
    first = arena("keys", "rotate", purpose, "--json")
    assert first.code == 0
    made = arena("keys", "rotate", purpose, "--json").json
    listed = [key for key in arena("keys", "list", "--json").json if key["purpose"] == purpose]
    assert [(key["id"], key["in_use"]) for key in listed][:2] == [(made["id"], True), (first.json["id"], False)]
    said = arena("keys", "rotate", purpose)
    assert said.out.startswith("Made the key ")
    assert said.out.count("\n") == 2
    assert arena("journal", "verify").code == 0


def test_the_journals_first_key_may_come_from_rotating(say: Say) -> None:
    say("init")
    assert say("keys", "rotate", "journal").code == 0
    assert len(say("keys", "list", "--json").json) == 1
    assert say("journal", "verify").out == "1 lines in 1 chains.\n"


def test_every_rotation_leaves_a_line(arena: Say) -> None:
    before = arena("journal", "verify", "--json").json["lines"]
    arena("keys", "rotate", "journal")
    arena("keys", "rotate", "tokens")
    arena("keys", "rotate", "secret", "--new-secret-stdin", stdin=f"{NEW}\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GOLDGAP_SECRET_KEY", NEW)
        assert arena("journal", "verify", "--json").json["lines"] == before + 3


def test_after_the_secret_is_rotated_only_the_new_one_opens_the_service(
    arena: Say, environment: pytest.MonkeyPatch
) -> None:
    arena("keys", "rotate", "journal")
    said = arena("keys", "rotate", "secret", "--new-secret-stdin", stdin=f"{NEW}\r\n")
    assert (said.code, said.out.startswith("2 keys are wrapped with the new secret.")) == (0, True)
    assert NEW not in said.out + said.err
    for words in (
        ("user", "list"),
        ("journal", "verify"),
        ("keys", "list"),
        ("keys", "rotate", "tokens"),
        ("user", "create", "--email", "a@example.org", "--name", "A"),
        ("demo",),
        ("serve", "--port", "0"),
    ):
        refused = arena(*words)
        assert (refused.code, refused.out, refused.err) == (1, "", WRONG), words
    doctor = arena("doctor")
    assert (doctor.code, WRONG.strip() in doctor.out.splitlines()) == (1, True)
    environment.setenv("GOLDGAP_SECRET_KEY", NEW)
    assert arena("journal", "verify").code == 0
    assert arena("user", "create", "--email", "a@example.org", "--name", "A").code == 0


def test_a_secret_that_would_not_be_safe_is_refused(arena: Say) -> None:
    for stdin, expected in (
        ("", "The new secret is shorter than 32 characters."),
        ("short\n", "The new secret is shorter than 32 characters."),
        ("ab" * 30, "The new secret repeats itself; make one by chance."),
    ):
        said = arena("keys", "rotate", "secret", "--new-secret-stdin", stdin=stdin)
        assert (said.code, said.err) == (1, f"{expected}\n")
    same = "for development only: anybody can read this"
    assert arena("keys", "rotate", "secret", "--new-secret-stdin", stdin=same).code == 1
    assert arena("keys", "rotate", "secret").err.startswith("Give the new secret on standard input")
    assert arena("keys", "list").code == 0


def test_what_is_no_purpose_is_refused(arena: Say) -> None:
    for words in (("nothing",), ("journal", "--new-secret-stdin")):
        said = arena("keys", "rotate", *words)
        assert (said.code, said.err.startswith("Choose one of journal, links")) == (1, True)


def test_the_secret_cannot_be_the_one_that_is_set(arena: Say, environment: pytest.MonkeyPatch) -> None:
    arena("keys", "rotate", "secret", "--new-secret-stdin", stdin=NEW)
    environment.setenv("GOLDGAP_SECRET_KEY", NEW)
    said = arena("keys", "rotate", "secret", "--new-secret-stdin", stdin=NEW)
    assert (said.code, "set already" in said.err) == (1, True)
