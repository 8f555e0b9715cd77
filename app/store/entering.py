"""Letting somebody in who has shown who they are, whichever way: whole, or half where a second factor is due."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.accounts import Browser, User
from app.store import accounts, journal, known_browsers, sessions
from app.store.database import Transaction
from app.store.journal import Verb


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; `secret` goes into the cookie and is kept nowhere.

    `needs_factor` says that it is good for the second step only. `mark` is for the cookie by which the browser will be
    known the next time; there is one when the person is in.
    """

    secret: str
    user: User
    needs_factor: bool = False
    mark: str | None = None


def enter(
    tx: Transaction,
    user: User,
    browser: Browser,
    *,
    with_factor: bool = False,
    after: Mapping[str, object] | None = None,
) -> SignedIn:
    """Begin a session with its line in the journal, half a one unless the second factor was shown or there is none."""
    secret = sessions.begin(tx, user.id, browser.client, with_factor=with_factor)
    begun, actor = sessions.alive(tx, secret), accounts.actor(tx, user)
    if begun is not None and begun.is_half:
        journal.note(tx, actor, Verb.GAVE_PASSWORD, user.id, after=after)
        return SignedIn(secret, user, needs_factor=True)
    journal.note(tx, actor, Verb.SIGNED_IN, user.id, after=after)
    return SignedIn(secret, user, mark=known_browsers.mark(tx, user.id, browser.known))
