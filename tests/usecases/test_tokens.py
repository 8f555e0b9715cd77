"""One's own account: tokens for the API, and the language of the pages."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.permissions import Actor
from app.domain.roles import Role, TokenScope
from app.store import keys, tables
from app.store.keys import digest
from app.usecases import accounts, assessments, clusters, operators, tokens
from app.usecases.tokens import IssuedToken
from tests.make import NOW, Clock
from tests.store.stores import content
from tests.usecases.world import World

SENT = {"name": "Min bærbare", "scopes": ["read", "write"], "days": "90"}
BOTH = frozenset({TokenScope.READ, TokenScope.WRITE})
DAY = dt.timedelta(days=1)
MOMENT = dt.timedelta(microseconds=1)


def issue(world: World, person: str = "manager", **raw: object) -> IssuedToken:
    return tokens.issue(world.store, world.actor(person), SENT | raw)


def test_a_token_is_issued_and_its_secret_shown_once(world: World) -> None:
    with world.one_line("issued-token"):
        issued = issue(world)
    token = issued.token
    assert (token.user_id, token.name, token.scopes) == ("manager", "Min bærbare", BOTH)
    assert (token.created_at, token.expires_at) == (NOW, NOW + 90 * DAY)
    assert (token.last_used_at, token.revoked_at) == (None, None)
    prefix, key, secret, checksum = issued.secret.split("_")
    assert (prefix, key, len(secret), len(checksum)) == ("goldgap", token.id, 48, 8)  # 192 bits
    assert accounts.account(world.store, world.manager).tokens == (token,)
    line = world.journal()[-1]
    assert (line.subject, line.by) == (token.id, "manager")
    assert line.after == {"name": "Min bærbare", "scopes": ["read", "write"], "expires_at": str(token.expires_at)}
    assert issue(world).secret != issued.secret


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"name": None}, "name", "required"),
        ({"name": "\x00"}, "name", "characters"),
        ({"scopes": None}, "scopes", "scopes"),
        ({"scopes": []}, "scopes", "scopes"),
        ({"scopes": ["everything"]}, "scopes", "scopes"),
        ({"days": None}, "days", "days"),
        ({"days": 0}, "days", "days"),
        ({"days": 367}, "days", "days"),
        ({"days": 2**70}, "days", "days"),
        ({"days": True}, "days", "days"),
    ],
)
def test_a_token_that_cannot_be_issued_is_refused(world: World, raw: dict[str, Any], field: str, code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        issue(world, **raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


def test_a_token_brings_its_owner_with_its_scopes_and_their_roles_of_today(world: World) -> None:
    issued = issue(world)
    actor = tokens.by_token(world.store, issued.secret)
    assert actor.token_scopes == BOTH
    assert dataclasses.replace(actor, token_scopes=None) == world.manager
    operators.remove_member(world.store, "manager@example.org", Role.MANAGER, cluster="kyst", programme=None)
    assert tokens.by_token(world.store, issued.secret).memberships == ()


def refuse(world: World, presented: str) -> tuple[str, str]:
    with world.unchanged(), pytest.raises(NotSignedIn) as refused:
        tokens.by_token(world.store, presented)
    return refused.value.code, str(refused.value)


def signed(body: str) -> str:
    """Return a token with a right checksum, whatever its body."""
    return f"{body}_{tokens._checksum(body)}"


def test_every_token_that_is_not_valid_is_refused_in_the_same_words(world: World, clock: Clock) -> None:
    issued = issue(world)
    _, key, secret, checksum = issued.secret.split("_")
    other = "0" if secret[0] != "0" else "1"
    presented = [
        *("", "_", "___", "goldgap", "goldgap_", "x" * 100_000, "goldgap___", signed(""), signed("goldgap")),
        f"goldgap_{key}_{secret}",
        f"goldgap_{key}_{secret}_{checksum[:-1]}",
        f"goldgap_{key}_{secret}_{checksum.upper()}x",
        f"goldgap_{key}_{secret[:-1]}_{checksum}",
        f"{issued.secret} ",
        f" {issued.secret}",
        issued.secret.upper(),
        signed(f"goldgap_{key}_{other}{secret[1:]}"),
        signed(f"goldgap_{key}_"),
        signed(f"goldgap_missing_{secret}"),
        signed(f"goldgap__{secret}"),
        signed(f"GOLDGAP_{key}_{secret}"),
        signed(f"other_{key}_{secret}"),
        signed(f"goldgap_{key}_{secret}_more"),
        signed(f"goldgap_\x00_{secret}"),
        signed(f"goldgap_{key}\x00_{secret}"),
        signed(f"goldgap_\ud800_{secret}"),
        signed(f"goldgap_' OR 1=1 --_{secret}"),
    ]
    refusals = {refuse(world, each) for each in presented}
    clock.now = NOW + 90 * DAY
    refusals.add(refuse(world, issued.secret))
    assert refusals == {("token", "This token is not valid.")}
    clock.now -= MOMENT
    assert tokens.by_token(world.store, issued.secret).is_signed_in


def kept_for(world: World, token_id: str) -> tuple[str, str | None]:
    """Return the digest of a token as it is kept, and the id of the key that it was made with."""
    chosen = sa.select(tables.tokens.c.digest, tables.tokens.c.key_id).where(tables.tokens.c.id == token_id)
    with world.store.reading() as tx:
        row = tx.connection.execute(chosen).one()
    return row.digest, row.key_id


def rewrite(world: World, token_id: str, **values: str | None) -> None:
    with world.store.writing() as tx:
        tx.connection.execute(sa.update(tables.tokens).where(tables.tokens.c.id == token_id).values(**values))


def test_of_a_hundred_tokens_the_database_holds_no_secret(world: World) -> None:
    secrets = [issue(world, name=f"Token {number}").secret for number in range(100)]
    for secret in secrets:
        tokens.by_token(world.store, secret)
    dump = repr(content(world.store))
    assert len(set(secrets)) == 100
    assert not [secret for secret in secrets if secret in dump or secret.split("_")[2] in dump]
    # Nor what can be worked out from a secret without the service's key.
    assert not [secret for secret in secrets if digest(secret) in dump]


def test_a_tokens_digest_is_made_with_a_key_that_the_database_alone_does_not_open(world: World) -> None:
    issued = issue(world)
    kept, key_id = kept_for(world, issued.token.id)
    with world.store.reading() as tx:
        key = keys.current(tx, keys.Purpose.TOKENS)
        assert (kept, key_id) == (key.sign(issued.secret), key.id)
    rewrite(world, issued.token.id, digest=digest(issued.secret))
    assert refuse(world, issued.secret)[0] == "token"


def test_a_token_goes_on_being_good_when_there_is_a_newer_key(world: World) -> None:
    older = issue(world)
    with world.store.writing() as tx:
        newer_key = keys.add(tx, keys.Purpose.TOKENS)
    newer = issue(world)
    assert kept_for(world, newer.token.id)[1] == newer_key.id != kept_for(world, older.token.id)[1]
    for issued in (older, newer):
        assert tokens.by_token(world.store, issued.secret).user_id == "manager"


def test_a_token_whose_key_is_gone_or_of_another_purpose_is_good_no_more(world: World) -> None:
    issued = issue(world)
    with world.store.writing() as tx:
        other = keys.current(tx, keys.Purpose.LINKS)
    for key_id, signed_with in (("gone", None), (other.id, other)):
        proof = signed_with.sign(issued.secret) if signed_with else digest(issued.secret)
        rewrite(world, issued.token.id, key_id=key_id, digest=proof)
        assert refuse(world, issued.secret)[0] == "token"


def test_a_token_from_before_there_were_keys_goes_on_working(world: World) -> None:
    issued, other = issue(world), issue(world)
    rewrite(world, issued.token.id, key_id=None, digest=digest(issued.secret))
    assert tokens.by_token(world.store, issued.secret).user_id == "manager"
    rewrite(world, issued.token.id, digest=digest(other.secret))
    assert refuse(world, issued.secret)[0] == "token"


def test_a_demoted_owners_wide_token_is_worth_their_roles_of_now(world: World) -> None:
    issued = issue(world, "owner", scopes=[scope.value for scope in TokenScope])
    submitted = world.submit()

    def said(sentence: Callable[[Actor], object]) -> type[Exception] | None:
        try:
            sentence(tokens.by_token(world.store, issued.secret, needs_factors=False))
        except (NotFound, NotPermitted) as refused:
            return type(refused)
        return None

    sentences: tuple[Callable[[Actor], object], ...] = (
        lambda actor: clusters.register(world.store, actor, {"name": "New", "programme": "north", "slug": "new"}),
        lambda actor: assessments.report(world.store, world.frameworks, actor, submitted.id),
        lambda actor: clusters.view_programme(world.store, actor, "north"),
    )
    assert [said(sentence) for sentence in sentences] == [None, None, None]
    operators.add_member(world.store, "owner@example.org", Role.READER, cluster=None, programme="north")
    operators.remove_member(world.store, "owner@example.org", Role.OWNER, cluster=None, programme="north")
    assert tokens.by_token(world.store, issued.secret, needs_factors=False).token_scopes == frozenset(TokenScope)
    assert [said(sentence) for sentence in sentences] == [NotPermitted, None, None]
    operators.remove_member(world.store, "owner@example.org", Role.READER, cluster=None, programme="north")
    with pytest.raises(Invalid):
        said(sentences[0])
    assert [said(sentence) for sentence in sentences[1:]] == [NotFound, NotFound]


def test_a_revoked_token_is_refused_at_once_and_the_others_are_not(world: World, clock: Clock) -> None:
    issued, other = issue(world), issue(world)
    now = clock.move(hours=1)
    with world.one_line("revoked-token"):
        tokens.revoke(world.store, world.manager, issued.token.id)
    assert world.journal()[-1].subject == issued.token.id
    assert refuse(world, issued.secret)[0] == "token"
    assert tokens.by_token(world.store, other.secret).is_signed_in
    revoked = {token.id: token.revoked_at for token in accounts.account(world.store, world.manager).tokens}
    assert revoked == {issued.token.id: now, other.token.id: None}
    clock.move(hours=1)
    with world.unchanged():
        tokens.revoke(world.store, world.manager, issued.token.id)


def test_the_token_of_a_disabled_person_is_refused(world: World) -> None:
    issued = issue(world)
    operators.disable_user(world.store, "manager@example.org")
    assert refuse(world, issued.secret) == ("token", "This token is not valid.")


def test_a_tokens_last_use_is_written_down_once_a_minute_and_without_a_line(world: World, clock: Clock) -> None:
    def last_used() -> object:
        return accounts.account(world.store, world.manager).tokens[0].last_used_at

    issued = issue(world)
    before = world.verbs()
    tokens.by_token(world.store, issued.secret)
    assert last_used() == NOW
    clock.now = NOW + dt.timedelta(minutes=1) - MOMENT
    with world.unchanged():
        tokens.by_token(world.store, issued.secret)
    now = clock.move(minutes=1)
    tokens.by_token(world.store, issued.secret)
    assert last_used() == now
    assert world.verbs() == before


@pytest.mark.parametrize("key", ["missing", "", "%"])
def test_only_ones_own_token_can_be_revoked(world: World, key: str) -> None:
    theirs = issue(world, "stranger")
    for token_id in (key, theirs.token.id):
        with world.unchanged(), pytest.raises(NotFound):
            tokens.revoke(world.store, world.manager, token_id)
    with world.unchanged(), pytest.raises(NotFound):
        tokens.revoke(world.store, world.actor("administrator"), theirs.token.id)


def test_an_account_shows_ones_own_tokens_the_newest_first(world: World, clock: Clock) -> None:
    issue(world, "stranger")
    older = issue(world)
    clock.move(hours=1)
    newer = issue(world)
    account = accounts.account(world.store, world.manager)
    assert (account.user.id, account.user.email) == ("manager", "manager@example.org")
    assert account.tokens == (newer.token, older.token)


def test_a_language_is_kept_for_the_next_time(world: World) -> None:
    with world.one_line("changed-language"):
        accounts.choose_language(world.store, world.manager, "nb")
    assert accounts.account(world.store, world.manager).user.language == "nb"
    line = world.journal()[-1]
    assert (line.subject, line.before, line.after) == ("manager", {"language": None}, {"language": "nb"})
    assert accounts.account(world.store, world.actor("stranger")).user.language is None
