"""People and how they are known: sign in and out, tokens, and the choice of language."""

import binascii
import dataclasses
import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from pwdlib import PasswordHash

from app.domain import accounts, text
from app.domain.accounts import SESSION_IDLE, SESSION_LIFE, Token, User
from app.domain.errors import Invalid, NotFound, NotSignedIn, Problem, Unavailable
from app.domain.permissions import VISITOR, Actor, Role, require_self
from app.store import accounts as kept
from app.store import journal
from app.store.database import Store, Transaction
from app.store.journal import Verb

TOKEN_PREFIX = "goldgap"  # noqa: S105 - what secret scanners look for, no secret
_SEEN_EVERY = dt.timedelta(minutes=1)
_HASHER = PasswordHash.recommended()
_HASHING = threading.BoundedSemaphore(2)
_PATIENCE = 5.0
# Checked when nobody has the address, so that the answer takes as long as for somebody.
_NOBODY = _HASHER.hash(secrets.token_urlsafe())


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; `secret` goes into the cookie and is kept nowhere."""

    secret: str
    user: User


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and its secret, which is shown this once and kept nowhere."""

    token: Token
    secret: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person, in the first of their roles and the organisation that it is in."""

    user: User
    role: Role
    organisation: str


@dataclass(frozen=True, slots=True)
class Account:
    """A person's own account with their tokens."""

    user: User
    tokens: tuple[Token, ...]


def hash_password(password: str) -> str:
    """Return the Argon2id digest to keep; takes a while, so never inside a transaction."""
    return _HASHER.hash(_bytes(password))


def sign_in(store: Store, raw: Mapping[str, object]) -> SignedIn:
    """Begin a session by e-mail address and password; raises Invalid, equal and equally slow for every cause."""
    address = _address(raw.get("email"))
    with store.reading() as tx:
        found = kept.by_email(tx, address) if address else None
    password = raw.get("password")
    digest = found[1] if found and found[1] else _NOBODY
    typed = password if isinstance(password, str) and len(password) <= accounts.PASSWORD_LENGTH[1] else ""
    matches = _verify(typed, digest)
    if not found or not found[1] or not matches or found[0].is_disabled:
        raise Invalid(Problem("email", "sign-in", "The e-mail address or the password is not right."))
    with store.writing() as tx:
        return _begin_session(tx, found[0])


def _verify(password: str, digest: str) -> bool:
    """Compare a password with its digest, a few at a time: each takes 64 MiB and all of a processor core."""
    if not _HASHING.acquire(timeout=_PATIENCE):
        raise Unavailable("Many people are signing in just now. Please try again in a moment.")
    try:
        return _HASHER.verify(_bytes(password), digest)
    finally:
        _HASHING.release()


def sign_in_to_demo(store: Store, user_id: str) -> SignedIn:
    """Begin a session as one of the demo programme's invented people; raises NotFound for anybody else."""
    with store.writing() as tx:
        for user in kept.demo_users(tx):
            if user.id == user_id:
                return _begin_session(tx, user)
        raise NotFound


def demo_people(store: Store) -> list[DemoPerson]:
    """List the demo programme's invented people with a role; empty where no demo data is loaded."""
    with store.reading() as tx:
        people = (_demo_person(tx, user) for user in kept.demo_users(tx))
        return [person for person in people if person]


def sign_out(store: Store, actor: Actor, secret: str) -> None:
    """End the session with this secret."""
    with store.writing() as tx:
        kept.end_session(tx, _digest(secret))
        journal.note(tx, actor, Verb.SIGNED_OUT, actor.user_id or "")


def by_session(store: Store, secret: str) -> Actor:
    """Return who a session's secret belongs to; a visitor where it is unknown, ended, idle for long or disabled."""
    digest = _digest(secret)
    with store.reading() as tx:
        session = kept.session(tx, digest)
        expired = session is None or not (
            tx.now < session.created_at + SESSION_LIFE and tx.now < session.seen_at + SESSION_IDLE
        )
        if session is None or expired or session.user.is_disabled:
            return VISITOR
        actor = _actor(tx, session.user)
    if tx.now - session.seen_at >= _SEEN_EVERY:
        with suppress(Unavailable), store.writing() as tx:  # who cannot be noted down may still read
            kept.touch_session(tx, digest)
    return actor


def by_token(store: Store, presented: str) -> Actor:
    """Return who a bearer token belongs to, with its scopes; raises NotSignedIn for one that is not valid."""
    refused = NotSignedIn("token", "This token is not valid.")
    token_id = _token_id(presented)
    if token_id is None:
        raise refused
    with store.reading() as tx:
        found = kept.token(tx, token_id)
        if found is None or not hmac.compare_digest(found[1], _digest(presented)) or not found[0].is_valid(tx.now):
            raise refused
        token, user = found[0], kept.by_id(tx, found[0].user_id)
        if user.is_disabled:
            raise refused
        actor = dataclasses.replace(_actor(tx, user), token_scopes=token.scopes)
    if token.last_used_at is None or tx.now - token.last_used_at >= _SEEN_EVERY:
        with suppress(Unavailable), store.writing() as tx:
            kept.mark_token(tx, token.id, last_used_at=tx.now)
    return actor


def account(store: Store, actor: Actor) -> Account:
    """Read one's own account; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.reading() as tx:
        return Account(kept.by_id(tx, user_id), tuple(kept.tokens_of(tx, user_id)))


def choose_language(store: Store, actor: Actor, language: str) -> None:
    """Keep the language in which the actor wants the pages; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.writing() as tx:
        kept.update(tx, user_id, language=language)
        before, after = {"language": actor.language}, {"language": language}
        journal.note(tx, actor, Verb.CHANGED_LANGUAGE, user_id, before=before, after=after)


def issue_token(store: Store, actor: Actor, raw: Mapping[str, object]) -> IssuedToken:
    """Make a token for oneself; raises Invalid, NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    scopes = accounts.scopes("scopes", raw.get("scopes"))
    days = accounts.token_days("days", raw.get("days"))
    name = text.line("name", raw.get("name"))
    with store.writing() as tx:
        token_id = tx.new_id()
        expires_at = tx.now + dt.timedelta(days=days)
        token = Token(token_id, user_id, name, scopes, tx.now, expires_at, None, None)
        secret = _token_secret(token_id)
        kept.add_token(tx, token, _digest(secret))
        after = {"name": name, "scopes": sorted(scopes), "expires_at": expires_at}
        journal.note(tx, actor, Verb.ISSUED_TOKEN, token_id, after=after)
        return IssuedToken(token, secret)


def revoke_token(store: Store, actor: Actor, token_id: str) -> None:
    """End one of one's own tokens at once; raises NotFound, NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.writing() as tx:
        found = kept.token(tx, token_id)
        if found is None or found[0].user_id != user_id:
            raise NotFound
        kept.mark_token(tx, token_id, revoked_at=tx.now)
        journal.note(tx, actor, Verb.REVOKED_TOKEN, token_id)


def _address(raw: object) -> str | None:
    """Return an address in the form in which it is kept, None for what is no address."""
    try:
        return accounts.email("email", raw)
    except Invalid:
        return None


def _demo_person(tx: Transaction, user: User) -> DemoPerson | None:
    if user.is_administrator:
        return DemoPerson(user, Role.ADMINISTRATOR, "")
    first = kept.first_role(tx, user.id)
    return DemoPerson(user, *first) if first else None


def _begin_session(tx: Transaction, user: User) -> SignedIn:
    secret = secrets.token_urlsafe(32)
    kept.end_sessions_before(tx, tx.now - SESSION_LIFE, tx.now - SESSION_IDLE)
    kept.add_session(tx, _digest(secret), user.id)
    journal.note(tx, _actor(tx, user), Verb.SIGNED_IN, user.id)
    return SignedIn(secret, user)


def _actor(tx: Transaction, user: User) -> Actor:
    return Actor(
        user_id=user.id,
        name=user.name,
        language=user.language,
        is_administrator=user.is_administrator,
        is_demo=user.is_demo,
        memberships=kept.memberships_of(tx, user.id),
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(_bytes(secret)).hexdigest()


def _token_secret(token_id: str) -> str:
    body = f"{TOKEN_PREFIX}_{token_id}_{secrets.token_hex(24)}"
    return f"{body}_{_checksum(body)}"


def _token_id(presented: str) -> str | None:
    """Return the public part of a well-formed token; the checksum spares the database mistyped ones."""
    body, _, checksum = presented.rpartition("_")
    parts = body.split("_")
    if len(parts) != len(("prefix", "id", "secret")) or parts[0] != TOKEN_PREFIX or checksum != _checksum(body):
        return None
    # NUL and lone surrogates, which no database takes, are in no id of ours.
    return parts[1] if parts[1].isprintable() else None


def _checksum(body: str) -> str:
    return f"{binascii.crc32(_bytes(body)):08x}"


def _bytes(text: str) -> bytes:
    """Return the bytes of any text, of lone surrogates too, so that whatever was sent can be compared."""
    return text.encode("utf-8", "surrogatepass")
