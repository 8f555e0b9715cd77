"""The outbox: mail that waits, is being sent, was sent, or has failed. Its rows are left by `messages.post`."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.errors import NotFound
from app.domain.messages import LEASE, MOST_ATTEMPTS, Kind, pause
from app.store.database import Transaction
from app.store.tables import outbox

_COLUMNS = tuple(
    outbox.c[name] for name in ("id", "user_id", "address", "language", "kind", "about", "created_at", "attempts")
)
_LISTED = tuple(
    outbox.c[name]
    for name in ("id", "kind", "address", "created_at", "attempts", "next_at", "sent_at", "failed_at", "failure")
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this worker alone may send until `until`; `attempts` counts the one that is about to be made."""

    id: str
    user_id: str | None
    address: str
    language: str
    kind: Kind
    about: Mapping[str, str]
    created_at: dt.datetime
    attempts: int
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail as an operator sees it: never what it says."""

    id: str
    kind: str
    address: str
    created_at: dt.datetime
    attempts: int
    next_at: dt.datetime | None
    sent_at: dt.datetime | None
    failed_at: dt.datetime | None
    failure: str


def is_due(tx: Transaction) -> bool:
    """Whether there is a mail to be sent now; a look that holds up nobody."""
    return tx.connection.execute(sa.select(outbox.c.id).where(outbox.c.next_at <= tx.now).limit(1)).first() is not None


def claim(tx: Transaction, only: str | None = None) -> Claimed | None:
    """Take the mail that has been due the longest, or `only` this one, so that nobody else does; None for none."""
    # A kind that only a newer version knows is left for that one, and holds up no other mail.
    statement = sa.select(*_COLUMNS).where(outbox.c.next_at <= tx.now, outbox.c.kind.in_(Kind))
    if only is not None:
        statement = statement.where(outbox.c.id == only)
    first = statement.order_by(outbox.c.next_at, outbox.c.id).limit(1).with_for_update(skip_locked=True)
    row = tx.connection.execute(first).mappings().one_or_none()
    if row is None:
        return None
    # Counted before it is sent, so that a mail that brings the worker down does not do so for ever.
    values = {**row, "kind": Kind(row["kind"]), "about": json.loads(row["about"]), "attempts": row["attempts"] + 1}
    claimed = Claimed(**values, until=tx.now + LEASE)
    change = sa.update(outbox).where(outbox.c.id == claimed.id)
    tx.connection.execute(change.values(attempts=claimed.attempts, next_at=claimed.until))
    return claimed


def mark_sent(tx: Transaction, claimed: Claimed) -> None:
    """Write down that the mail server took it."""
    values = {"sent_at": tx.now, "next_at": None, "failed_at": None, "failure": ""}
    tx.connection.execute(sa.update(outbox).where(outbox.c.id == claimed.id).values(values))


def put_off(tx: Transaction, claimed: Claimed, why: str, *, for_good: bool) -> bool:
    """Try it again later, or give it up where that is no use; returns whether it was given up."""
    gives_up = for_good or claimed.attempts >= MOST_ATTEMPTS
    later = {"next_at": tx.now + pause(claimed.attempts, claimed.id)}
    values = {"next_at": None, "failed_at": tx.now} if gives_up else later
    # Where the time was overrun, another worker has it by now, and knows better.
    mine = sa.update(outbox).where(outbox.c.id == claimed.id, outbox.c.next_at == claimed.until)
    tx.connection.execute(mine.values(**values, failure=why))
    return gives_up


def drop(tx: Transaction, mail_id: str) -> None:
    """Forget a mail that has become pointless."""
    tx.connection.execute(sa.delete(outbox).where(outbox.c.id == mail_id))


def load(tx: Transaction, mail_id: str) -> MailLine:
    """Return one mail; raises NotFound."""
    row = tx.connection.execute(sa.select(*_LISTED).where(outbox.c.id == mail_id)).mappings().one_or_none()
    if row is None:
        raise NotFound
    return MailLine(**row)


def listed(tx: Transaction, *, failed: bool, limit: int) -> list[MailLine]:
    """List the newest mails, or only those that have failed."""
    statement = sa.select(*_LISTED).order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit)
    if failed:
        statement = statement.where(outbox.c.failed_at.is_not(None))
    return [MailLine(**row) for row in tx.connection.execute(statement).mappings()]


def count(tx: Transaction) -> tuple[int, int, int]:
    """Return how many mails wait, how many of these were tried already, and how many have failed."""
    waits = outbox.c.next_at.is_not(None)
    counts = (waits, sa.and_(waits, outbox.c.attempts > 0), outbox.c.failed_at.is_not(None))
    row = tx.connection.execute(sa.select(*(sa.func.count().filter(each) for each in counts)).select_from(outbox)).one()
    return int(row[0]), int(row[1]), int(row[2])


def overdue(tx: Transaction, by: dt.timedelta) -> int:
    """Return how many mails should have been tried this long ago, and were not."""
    statement = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.next_at < tx.now - by)
    return int(tx.connection.execute(statement).scalar_one())


def revive(tx: Transaction, mail_id: str) -> None:
    """Let a mail that has failed be tried again from now on, as if for the first time; raises NotFound."""
    change = sa.update(outbox).where(outbox.c.id == mail_id, outbox.c.failed_at.is_not(None))
    changed = tx.connection.execute(change.values(next_at=tx.now, failed_at=None, failure="", attempts=0))
    if not changed.rowcount:
        raise NotFound


def forget(tx: Transaction, before: dt.datetime) -> int:
    """Delete what was sent, or has failed, before a moment; returns how many mails those were."""
    old = sa.or_(outbox.c.sent_at < before, outbox.c.failed_at < before)
    return int(tx.connection.execute(sa.delete(outbox).where(old)).rowcount)
