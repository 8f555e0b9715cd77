"""Notices: what people find in their inbox in the service. They are left by `messages.tell`."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.errors import NotFound
from app.domain.messages import Kind
from app.store.database import Transaction
from app.store.tables import notices

_COLUMNS = tuple(notices.c[name] for name in ("id", "kind", "about", "path", "created_at", "read_at"))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person is told; `path` leads to what it is about, unless that is no longer shown to them."""

    id: str
    kind: Kind
    about: Mapping[str, str]
    path: str
    created_at: dt.datetime
    read_at: dt.datetime | None
    leads_on: bool = True


def unread(tx: Transaction, user_id: str) -> int:
    """Return how many notices a person has not read."""
    statement = sa.select(sa.func.count()).where(_of(user_id), notices.c.read_at.is_(None))
    return int(tx.connection.execute(statement).scalar_one())


def count(tx: Transaction, user_id: str) -> int:
    """Return how many notices a person has."""
    statement = sa.select(sa.func.count()).where(_of(user_id))
    return int(tx.connection.execute(statement).scalar_one())


def listed(tx: Transaction, user_id: str, *, skip: int, limit: int) -> list[Notice]:
    """List a person's notices, the newest first."""
    statement = sa.select(*_COLUMNS).where(_of(user_id))
    newest = statement.order_by(notices.c.created_at.desc(), notices.c.id.desc()).offset(skip).limit(limit)
    return [_notice(row) for row in tx.connection.execute(newest).mappings()]


def load(tx: Transaction, user_id: str, notice_id: str) -> Notice:
    """Return one of a person's notices; raises NotFound."""
    statement = sa.select(*_COLUMNS).where(notices.c.id == notice_id, _of(user_id))
    row = tx.connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return _notice(row)


def mark_read(tx: Transaction, user_id: str, notice_id: str | None = None) -> int:
    """Write down that a person has read one of their notices, or all; returns how many had not been read before."""
    change = sa.update(notices).where(_of(user_id), notices.c.read_at.is_(None))
    if notice_id is not None:
        change = change.where(notices.c.id == notice_id)
    return int(tx.connection.execute(change.values(read_at=tx.now)).rowcount)


def forget_read(tx: Transaction, before: dt.datetime) -> int:
    """Delete what was read before a moment; returns how many notices those were."""
    return int(tx.connection.execute(sa.delete(notices).where(notices.c.read_at < before)).rowcount)


def _of(user_id: str) -> sa.ColumnElement[bool]:
    # A kind that only a newer version knows waits for that one.
    return sa.and_(notices.c.user_id == user_id, notices.c.kind.in_(Kind))


def _notice(row: sa.RowMapping) -> Notice:
    return Notice(**{**row, "kind": Kind(row["kind"]), "about": json.loads(row["about"])})
