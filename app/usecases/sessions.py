"""Sessions of browsers: sign in, be known by the cookie, sign out."""

import datetime as dt
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain import accounts
from app.domain.accounts import SESSION_IDLE, SESSION_LIFE, User
from app.domain.errors import Invalid, NotFound, Problem, Unavailable
from app.domain.permissions import VISITOR, Actor, Role
from app.store import accounts as kept
from app.store import journal, passwords
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.keys import digest

_SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; `secret` goes into the cookie and is kept nowhere."""

    secret: str
    user: User


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person, in the first of their roles and the organisation that it is in."""

    user: User
    role: Role
    organisation: str


def sign_in(store: Store, raw: Mapping[str, object]) -> SignedIn:
    """Begin a session by e-mail address and password; raises Invalid, equal and equally slow for every cause."""
    address = _address(raw.get("email"))
    with store.reading() as tx:
        found = kept.by_email(tx, address) if address else None
    password = raw.get("password")
    typed = password if isinstance(password, str) and len(password) <= accounts.PASSWORD_LENGTH[1] else ""
    matches = passwords.matches(typed, found[1] if found else None)
    if not found or not found[1] or not matches or found[0].is_disabled:
        raise Invalid(Problem("email", "sign-in", "The e-mail address or the password is not right."))
    with store.writing() as tx:
        return _begin_session(tx, found[0])


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
        kept.end_session(tx, digest(secret))
        journal.note(tx, actor, Verb.SIGNED_OUT, actor.user_id or "")


def by_session(store: Store, secret: str) -> Actor:
    """Return who a session's secret belongs to; a visitor where it is unknown, ended, idle for long or disabled."""
    key = digest(secret)
    with store.reading() as tx:
        session = kept.session(tx, key)
        expired = session is None or not (
            tx.now < session.created_at + SESSION_LIFE and tx.now < session.seen_at + SESSION_IDLE
        )
        if session is None or expired or session.user.is_disabled:
            return VISITOR
        actor = kept.actor(tx, session.user)
    if tx.now - session.seen_at >= _SEEN_EVERY:
        with suppress(Unavailable), store.writing() as tx:  # who cannot be noted down may still read
            kept.touch_session(tx, key)
    return actor


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
    kept.add_session(tx, digest(secret), user.id)
    journal.note(tx, kept.actor(tx, user), Verb.SIGNED_IN, user.id)
    return SignedIn(secret, user)
