"""What has had its time: swept out now and then, so that no table grows for ever."""

import sqlalchemy as sa

from app.domain.accounts import SESSION_IDLE, SESSION_LIFE
from app.store import accounts
from app.store.database import Transaction
from app.store.tables import attempts


def sweep(tx: Transaction) -> None:
    """Delete counters of attempts that no window reaches any more, and sessions that have ended."""
    tx.connection.execute(sa.delete(attempts).where(attempts.c.expires_at <= tx.now))
    accounts.end_sessions_before(tx, tx.now - SESSION_LIFE, tx.now - SESSION_IDLE)
