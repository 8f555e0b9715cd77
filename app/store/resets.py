"""Links for a new password: rows to values and back. Of a person's links the newest is good, once, for a while."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from app.store import attempts
from app.store.database import Transaction
from app.store.tables import resets

_REMEMBERED = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptReset:
    """A link as it is kept, with the digest of its secret."""

    user_id: str
    digest: str
    expires_at: dt.datetime
    used_at: dt.datetime | None

    def is_good(self, now: dt.datetime) -> bool:
        """Whether a password can still be set by it."""
        return self.used_at is None and now < self.expires_at


def add(tx: Transaction, reset_id: str, user_id: str, digest: str, expires_at: dt.datetime) -> None:
    """Write a new link, beside which no earlier one of the person is good any more."""
    end(tx, user_id)
    values = {"digest": digest, "created_at": tx.now, "expires_at": expires_at}
    tx.connection.execute(sa.insert(resets).values(id=reset_id, user_id=user_id, **values))


def load(tx: Transaction, reset_id: str) -> KeptReset | None:
    """Return a link, None where there is none."""
    columns = (resets.c.user_id, resets.c.digest, resets.c.expires_at, resets.c.used_at)
    row = tx.connection.execute(sa.select(*columns).where(resets.c.id == reset_id)).mappings().one_or_none()
    return None if row is None else KeptReset(**row)


def use(tx: Transaction, reset_id: str) -> bool:
    """Use a link up; returns whether it was good until now."""
    good = resets.c.id == reset_id, resets.c.used_at.is_(None), resets.c.expires_at > tx.now
    return bool(tx.connection.execute(sa.update(resets).where(*good).values(used_at=tx.now)).rowcount)


def end(tx: Transaction, user_id: str) -> None:
    """Let no link of a person be good any more, and forget everybody's that have not been for long."""
    tx.connection.execute(sa.delete(resets).where(resets.c.expires_at < tx.now - _REMEMBERED))
    good = resets.c.user_id == user_id, resets.c.used_at.is_(None), resets.c.expires_at > tx.now
    tx.connection.execute(sa.update(resets).where(*good).values(expires_at=tx.now))


def add_decoy(tx: Transaction) -> None:
    """Write about as much as `add` and a mail do, for nobody."""
    end(tx, "")
    for _ in range(2):
        attempts.add(tx, "link for nobody", window=_REMEMBERED)
