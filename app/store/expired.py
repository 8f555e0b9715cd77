"""What has had its time: swept out now and then, so that nothing about people is kept for longer than is said."""

import datetime as dt

import sqlalchemy as sa

from app.domain.retention import Retention
from app.store import journal, notices, outbox, sessions
from app.store.database import Transaction
from app.store.tables import attempts, invitations, resets, tokens

_A_DAY = dt.timedelta(days=1)


def sweep(tx: Transaction, retention: Retention) -> None:
    """Delete everything that is older than it is to be kept."""
    sessions.end_over(tx)
    tx.connection.execute(sa.delete(attempts).where(attempts.c.expires_at <= tx.now))
    tx.connection.execute(sa.delete(resets).where(resets.c.expires_at < tx.now - _A_DAY))
    outbox.forget(tx, retention.before("sent_mail", tx.now))
    notices.forget_read(tx, retention.before("read_notices", tx.now))
    before = retention.before("closed_invitations", tx.now)
    closed = sa.or_(invitations.c.closed_at < before, invitations.c.expires_at < before)
    tx.connection.execute(sa.delete(invitations).where(closed))
    before = retention.before("ended_tokens", tx.now)
    ended = sa.or_(tokens.c.revoked_at < before, tokens.c.expires_at < before)
    tx.connection.execute(sa.delete(tokens).where(ended))
    journal.forget_before(tx, retention.before("journal_names", tx.now))
