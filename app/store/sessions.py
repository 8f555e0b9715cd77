"""How a session begins, whichever way somebody has shown who they are."""

import secrets
from dataclasses import dataclass

from app.domain.accounts import SESSION_IDLE, SESSION_LIFE, User
from app.store import accounts
from app.store.database import Transaction
from app.store.keys import digest


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; `secret` goes into the cookie and is kept nowhere."""

    secret: str
    user: User


def begin(tx: Transaction, user: User, *, has_second_factor: bool = False) -> SignedIn:
    """Begin a session now, and forget those that are over; the line in the journal is the caller's."""
    secret = secrets.token_urlsafe(32)
    accounts.end_sessions_before(tx, tx.now - SESSION_LIFE, tx.now - SESSION_IDLE)
    accounts.add_session(tx, digest(secret), user.id, factor_at=tx.now if has_second_factor else None)
    return SignedIn(secret, user)
