"""Sessions of browsers: how one begins, whichever way somebody has shown who they are."""

import datetime as dt
import secrets

import sqlalchemy as sa

from app.domain.accounts import SESSION_IDLE, SESSION_LIFE
from app.store import accounts
from app.store.database import Transaction
from app.store.keys import digest as digest_of
from app.store.tables import sessions


def begin(tx: Transaction, user_id: str, client: str, *, with_factor: bool = False) -> str:
    """Begin a session, forget those that are over, and return its secret; the line in the journal is the caller's."""
    accounts.end_sessions_before(tx, tx.now - SESSION_LIFE, tx.now - SESSION_IDLE)
    secret = secrets.token_urlsafe(32)
    add(tx, digest_of(secret), user_id, client=client, factor_at=tx.now if with_factor else None)
    return secret


def add(tx: Transaction, digest: str, user_id: str, *, client: str = "", factor_at: dt.datetime | None = None) -> None:
    """Write a new session."""
    moments = {"created_at": tx.now, "seen_at": tx.now, "confirmed_at": tx.now, "factor_at": factor_at}
    tx.connection.execute(
        sa.insert(sessions).values(digest=digest, id=tx.new_id(), user_id=user_id, client=client, **moments)
    )
