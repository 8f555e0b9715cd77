"""Sessions of browsers: sign in, be known by the cookie, see where one is signed in, sign out."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain import accounts
from app.domain.accounts import Browser, User
from app.domain.errors import Invalid, NotFound, NotSignedIn, Problem, Unavailable
from app.domain.permissions import VISITOR, Actor, needs_second_factor, require_self
from app.domain.roles import Role
from app.store import accounts as kept
from app.store import journal, known_browsers, limits, passwords
from app.store import sessions as kept_sessions
from app.store.database import Store, Transaction
from app.store.entering import SignedIn, enter
from app.store.journal import Verb
from app.store.keys import digest
from app.store.limits import SIGN_IN_AT_ALL, SIGN_IN_FROM, SIGN_IN_KNOWN, SIGN_IN_TO, Limit

_SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person, in the first of their roles and the organisation that it is in."""

    user: User
    role: Role
    organisation: str


@dataclass(frozen=True, slots=True)
class OwnSession:
    """Where a person is signed in: the browser, since when, and whether it is the one that asks."""

    id: str
    client: str
    created_at: dt.datetime
    seen_at: dt.datetime
    is_this: bool


def sign_in(store: Store, raw: Mapping[str, object], browser: Browser) -> SignedIn:
    """Begin a session by e-mail address and password, half a one where a second factor is still to be shown.

    Raises Invalid, equal and equally slow for every cause, and TooMany.
    """
    address = _address(raw.get("email"))
    with store.reading() as tx:
        found = kept.by_email(tx, address) if address else None
        known = known_browsers.name_of(tx, found[0].id if found else "", browser.known)
    limits.count(store, *_counted(address or _folded(raw.get("email")), browser, known))
    password = raw.get("password")
    typed = password if isinstance(password, str) and len(password) <= accounts.PASSWORD_LENGTH[1] else ""
    refused = Invalid(Problem("email", "sign-in", "The e-mail address or the password is not right."))
    matches = passwords.matches(typed, found[1] if found else None)
    if not found or not found[1] or not matches or found[0].is_disabled:
        raise refused
    with store.writing() as tx:
        # Comparing took a while, in which the password or the account may have changed.
        if kept.by_email(tx, found[0].email) != found:
            raise refused
        return enter(tx, found[0], browser)


def sign_in_to_demo(store: Store, user_id: str, browser: Browser) -> SignedIn:
    """Begin a session as one of the demo programme's invented people; raises NotFound for anybody else."""
    with store.writing() as tx:
        for user in kept.demo_users(tx):
            if user.id == user_id:
                return enter(tx, user, browser, with_factor=True)
        raise NotFound


def demo_people(store: Store) -> list[DemoPerson]:
    """List the demo programme's invented people with a role; empty where no demo data is loaded."""
    with store.reading() as tx:
        people = (_demo_person(tx, user) for user in kept.demo_users(tx))
        return [person for person in people if person]


def sign_out(store: Store, secret: str) -> None:
    """End the session with this secret, or half a one; no fault where it is over already."""
    with store.writing() as tx:
        found = kept_sessions.load(tx, digest(secret))
        if found is None:
            return
        kept_sessions.end(tx, found.digest)
        journal.note(tx, kept.actor(tx, found.user), Verb.SIGNED_OUT, found.user.id)


def by_session(store: Store, secret: str, *, needs_factors: bool = True) -> Actor:
    """Return who a session's secret belongs to; a visitor where it is unknown, ended, idle for long or disabled.

    `needs_factors` is how it is in production: whose role needs a second factor and has none may do nothing but set one
    up, and the demo's people are asked to confirm who they are like everybody.
    """
    with store.reading() as tx:
        session = kept_sessions.alive(tx, secret)
        if session is None or session.is_half:
            return VISITOR
        actor = kept.actor(tx, session.user)
        now = tx.now
    if now - session.seen_at >= _SEEN_EVERY:
        with suppress(Unavailable), store.writing() as tx:  # who cannot be noted down may still read
            kept_sessions.touch(tx, session.digest)
    by_one_click = session.user.is_demo and not needs_factors
    return dataclasses.replace(
        actor,
        confirmed_at=now if by_one_click else session.confirmed_at,
        lacks_factor=needs_factors and not session.has_factor and needs_second_factor(actor),
    )


def own(store: Store, actor: Actor, secret: str) -> tuple[OwnSession, ...]:
    """List where one is signed in, the last used first; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.reading() as tx:
        this = digest(secret)
        return tuple(
            OwnSession(each.id, each.client, each.created_at, each.seen_at, is_this=each.digest == this)
            for each in kept_sessions.of(tx, user_id)
        )


def end(store: Store, actor: Actor, session_id: str) -> None:
    """End one of one's own sessions at once; raises NotFound, NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.writing() as tx:
        if not kept_sessions.end_one(tx, user_id, session_id):
            raise NotFound
        journal.note(tx, actor, Verb.ENDED_SESSION, session_id)


def end_others(store: Store, actor: Actor, secret: str) -> int:
    """End all of one's sessions but this one, and return how many; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.writing() as tx:
        this = kept_sessions.alive(tx, secret)
        if this is None or this.user.id != user_id:
            raise NotSignedIn("sign-in", "Please sign in first.")
        ended = kept_sessions.end_all(tx, user_id, but=this.id)
        if ended:
            journal.note(tx, actor, Verb.ENDED_SESSIONS, user_id, after={"ended": ended})
        return ended


def _counted(address: str, browser: Browser, known: str | None) -> tuple[tuple[Limit, str], ...]:
    """Return under which limits a try counts; whoever uses a known browser is shut out by nobody else's guesses."""
    if known:
        return ((SIGN_IN_KNOWN, known),)
    return (SIGN_IN_FROM, browser.network), (SIGN_IN_TO, address), (SIGN_IN_AT_ALL, "")


def _address(raw: object) -> str | None:
    """Return an address in the form in which it is kept, None for what is no address."""
    try:
        return accounts.email("email", raw)
    except Invalid:
        return None


def _folded(raw: object) -> str:
    """Return what is no address in a form to count by; no account has it."""
    return raw.strip().casefold()[:254] if isinstance(raw, str) else ""


def _demo_person(tx: Transaction, user: User) -> DemoPerson | None:
    if user.is_administrator:
        return DemoPerson(user, Role.ADMINISTRATOR, "")
    first = kept.first_role(tx, user.id)
    return DemoPerson(user, *first) if first else None
