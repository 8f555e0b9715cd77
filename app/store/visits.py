"""When people were last here before the session they are in: what has changed since is news to them.

A session knows when it was last used; where one ends, that is kept with the person.
"""

import datetime as dt

import sqlalchemy as sa

from app.store.database import Transaction
from app.store.tables import sessions, users


def keep(tx: Transaction, *which: sa.ColumnElement[bool]) -> None:
    """Keep when the people of these sessions were last seen; the sessions are about to end, or another is to begin."""
    last = sa.select(sessions.c.user_id, sa.func.max(sessions.c.seen_at).label("seen_at"))
    for row in tx.connection.execute(
        last.where(*which).group_by(sessions.c.user_id).order_by(sessions.c.user_id)
    ).all():
        earlier = users.c.visited_at.is_(None) | (users.c.visited_at < row.seen_at)
        tx.connection.execute(sa.update(users).where(users.c.id == row.user_id, earlier).values(visited_at=row.seen_at))


def before(tx: Transaction, user_id: str) -> dt.datetime | None:
    """Return when a person was last here before their newest session began, None where they never were."""
    moment: dt.datetime | None = tx.connection.execute(
        sa.select(users.c.visited_at).where(users.c.id == user_id)
    ).scalar_one_or_none()
    return moment
