"""Counters of attempts, in the database, so that every process and every restart sees the same ones.

Time is cut into slices of a tenth of the window, and a count is the sum of the slices that the window touches: never
less than what was tried within it, at most a tenth of a window more. A counter's key is an HMAC, which names nobody.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.store import keys
from app.store.database import Transaction
from app.store.keys import Key, Purpose
from app.store.tables import attempts

_SLICES = 10
_MOST_SWEPT = 100
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def add(tx: Transaction, *parts: str, window: dt.timedelta) -> int:
    """Count one attempt at what these parts name, and return how many there were within the window, this included.

    Until the transaction ends, others who count the same wait: whoever counts several, the narrowest first.
    """
    _sweep(tx)
    key = _named(keys.current(tx, Purpose.ATTEMPTS), parts, window)
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    values = {"window_start": _slice(tx.now, window), "count": 1, "expires_at": tx.now + 2 * window}
    one_more = insert(attempts).values(key=key, **values)
    one_more = one_more.on_conflict_do_update(
        index_elements=[attempts.c.key, attempts.c.window_start],
        set_={"count": attempts.c.count + 1, "expires_at": one_more.excluded.expires_at},
    )
    tx.connection.execute(one_more)
    return _counted(tx, key, window)


def seen(tx: Transaction, *parts: str, window: dt.timedelta) -> int:
    """Return how many attempts at what these parts name there were within the window; writes nothing."""
    found = keys.known(tx, Purpose.ATTEMPTS)
    return _counted(tx, _named(found[0], parts, window), window) if found else 0


def forget(tx: Transaction, *parts: str, window: dt.timedelta) -> None:
    """Begin anew with what these parts name, such as after the right password."""
    found = keys.known(tx, Purpose.ATTEMPTS)
    for key in found[:1]:
        tx.connection.execute(sa.delete(attempts).where(attempts.c.key == _named(key, parts, window)))


def _named(key: Key, parts: tuple[str, ...], window: dt.timedelta) -> str:
    return key.sign(str(window.total_seconds()), *parts)


def _slice(moment: dt.datetime, window: dt.timedelta) -> dt.datetime:
    """Return the start of the slice of time that a moment lies in."""
    return moment - (moment - _EPOCH) % (window / _SLICES)


def _counted(tx: Transaction, key: str, window: dt.timedelta) -> int:
    # Up to a window ahead, as the clock of another process may be; beyond that a clock was wrong once, and is forgiven.
    first, last = _slice(tx.now - window, window), tx.now + window
    within = attempts.c.window_start.between(first, last)
    total = sa.select(sa.func.coalesce(sa.func.sum(attempts.c.count), 0)).where(attempts.c.key == key, within)
    return int(tx.connection.execute(total).scalar_one())


def _sweep(tx: Transaction) -> None:
    """Drop a handful of what has expired, passing over what another transaction is dropping just now."""
    columns = (attempts.c.key, attempts.c.window_start)
    expired = sa.select(*columns).where(attempts.c.expires_at <= tx.now).limit(_MOST_SWEPT)
    found = tx.connection.execute(expired.with_for_update(skip_locked=True)).all()
    if found:
        tx.connection.execute(sa.delete(attempts).where(sa.tuple_(*columns).in_([tuple(row) for row in found])))
