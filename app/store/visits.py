"""When people were last here before the session they are in: what has changed since is news to them.

A session knows when it was last used; where one ends, that is kept with the person.
"""

import datetime as dt

import sqlalchemy as sa

from app.store.database import Transaction
from app.store.tables import sessions, users


def begin(tx: Transaction, user_id: str) -> None:
    """Keep when a person was last seen, as a session of theirs is about to begin."""
    last = sa.select(sa.func.max(sessions.c.seen_at)).where(sessions.c.user_id == user_id)
    _seen(tx, user_id, tx.connection.execute(last).scalar())


def end(tx: Transaction, digest: str) -> None:
    """Keep that the person of a session was here until now, as the session is about to end."""
    whose = tx.connection.execute(sa.select(sessions.c.user_id).where(sessions.c.digest == digest)).scalar()
    if whose is not None:
        _seen(tx, whose, tx.now)


def fade(tx: Transaction, created: dt.datetime, seen: dt.datetime) -> None:
    """Keep what sessions know that began, or were last used, before these moments, and are about to be forgotten."""
    last = sa.select(sessions.c.user_id, sa.func.max(sessions.c.seen_at).label("seen_at"))
    faded = last.where((sessions.c.created_at < created) | (sessions.c.seen_at < seen)).group_by(sessions.c.user_id)
    for row in tx.connection.execute(faded.order_by(sessions.c.user_id)).all():
        _seen(tx, row.user_id, row.seen_at)


def before(tx: Transaction, user_id: str) -> dt.datetime | None:
    """Return when a person was last here before their newest session began, None where they never were."""
    moment: dt.datetime | None = tx.connection.execute(
        sa.select(users.c.visited_at).where(users.c.id == user_id)
    ).scalar_one_or_none()
    return moment


def _seen(tx: Transaction, user_id: str, moment: dt.datetime | None) -> None:
    if moment is not None:
        earlier = users.c.visited_at.is_(None) | (users.c.visited_at < moment)
        tx.connection.execute(sa.update(users).where(users.c.id == user_id, earlier).values(visited_at=moment))
