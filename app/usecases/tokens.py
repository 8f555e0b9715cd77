"""Bearer tokens for the API: make one, revoke it, be known by it."""

import binascii
import dataclasses
import datetime as dt
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain import accounts, text
from app.domain.accounts import Token
from app.domain.errors import FactorDue, NotFound, NotSignedIn, Unavailable
from app.domain.permissions import Actor, needs_second_factor, require_recent, require_self
from app.store import accounts as kept
from app.store import journal, keys, limits
from app.store import sessions as kept_sessions
from app.store.accounts import TokenProof
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.keys import Purpose, digest
from app.store.limits import BAD_TOKENS_FROM

TOKEN_PREFIX = "goldgap"  # noqa: S105 - what secret scanners look for, no secret
_SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and its secret, which is shown this once and kept nowhere."""

    token: Token
    secret: str


def issue(store: Store, actor: Actor, raw: Mapping[str, object]) -> IssuedToken:
    """Make a token for oneself; raises Invalid, ConfirmationDue, NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    scopes = accounts.scopes("scopes", raw.get("scopes"))
    days = accounts.token_days("days", raw.get("days"))
    name = text.line("name", raw.get("name"))
    with store.writing() as tx:
        require_recent(actor, tx.now)
        token_id = tx.new_id()
        expires_at = tx.now + dt.timedelta(days=days)
        token = Token(token_id, user_id, name, scopes, tx.now, expires_at, None, None)
        secret = _secret(token_id)
        key = keys.current(tx, Purpose.TOKENS)
        kept.add_token(tx, token, TokenProof(key.sign(secret), key.id))
        after = {"name": name, "scopes": sorted(scopes), "expires_at": expires_at}
        journal.note(tx, actor, Verb.ISSUED_TOKEN, token_id, after=after)
        return IssuedToken(token, secret)


def revoke(store: Store, actor: Actor, token_id: str) -> None:
    """End one of one's own tokens at once; raises NotFound, NotSignedIn, NotPermitted for a token.

    A second time changes nothing.
    """
    user_id = require_self(actor)
    with store.writing() as tx:
        found = kept.token(tx, token_id)
        if found is None or found[0].user_id != user_id:
            raise NotFound
        if kept.revoke_token(tx, token_id):
            journal.note(tx, actor, Verb.REVOKED_TOKEN, token_id)


def by_token(store: Store, presented: str, *, needs_factors: bool = True) -> Actor:
    """Return who a bearer token belongs to, with its scopes; raises NotSignedIn for one that is not valid.

    With `needs_factors`, as in production, FactorDue is raised where the person's role needs a second factor that they
    do not have.
    """
    refused = NotSignedIn("token", "This token is not valid.")
    token_id = _public_part(presented)
    if token_id is None:
        raise refused
    with store.reading() as tx:
        found = kept.token(tx, token_id)
        if found is None or not _proves(tx, found[1], presented) or not found[0].is_valid(tx.now):
            raise refused
        token, user = found[0], kept.by_id(tx, found[0].user_id)
        if user.is_disabled:
            raise refused
        actor = dataclasses.replace(kept.actor(tx, user), token_scopes=token.scopes)
        if needs_factors and needs_second_factor(actor) and not kept_sessions.has_factor(tx, user.id):
            raise FactorDue
    if token.last_used_at is None or tx.now - token.last_used_at >= _SEEN_EVERY:
        with suppress(Unavailable), store.writing() as tx:
            kept.mark_token(tx, token.id, last_used_at=tx.now)
    return actor


def count_refused(store: Store, network: str) -> None:
    """Count a token from a network that was refused; raises TooMany."""
    limits.count(store, (BAD_TOKENS_FROM, network))


def listed(store: Store, actor: Actor) -> tuple[Token, ...]:
    """List one's own tokens, the newest first; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.reading() as tx:
        return tuple(kept.tokens_of(tx, user_id))


def _proves(tx: Transaction, proof: TokenProof, presented: str) -> bool:
    # Compared in a time that says nothing of how much was right; which token it is, its public part tells anyway.
    key = keys.named(tx, Purpose.TOKENS, proof.key_id) if proof.key_id else None
    if proof.key_id and key is None:
        return False
    return hmac.compare_digest(proof.digest, key.sign(presented) if key else digest(presented))


def _secret(token_id: str) -> str:
    body = f"{TOKEN_PREFIX}_{token_id}_{secrets.token_hex(24)}"
    return f"{body}_{_checksum(body)}"


def _public_part(presented: str) -> str | None:
    """Return the public part of a well-formed token; the checksum spares the database mistyped ones."""
    body, _, checksum = presented.rpartition("_")
    parts = body.split("_")
    if len(parts) != len(("prefix", "id", "secret")) or parts[0] != TOKEN_PREFIX or checksum != _checksum(body):
        return None
    # NUL and lone surrogates, which no database takes, are in no id of ours.
    return parts[1] if parts[1].isprintable() else None


def _checksum(body: str) -> str:
    return f"{binascii.crc32(body.encode('utf-8', 'surrogatepass')):08x}"
