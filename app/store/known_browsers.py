"""Browsers that somebody signed in on before: a sealed mark in a cookie, and nothing in the database."""

import datetime as dt
import secrets

from app.domain.accounts import KNOWN_BROWSER_LIFE
from app.store import keys
from app.store.database import Transaction
from app.store.keys import Purpose

_LONGEST = 1_000


def mark(tx: Transaction, user_id: str, earlier: str | None) -> str:
    """Return the mark of a browser that a person signs in on now; it stays the same browser where they did before."""
    name = name_of(tx, user_id, earlier) or secrets.token_hex(16)
    return keys.current(tx, Purpose.COOKIES).seal(f"{user_id} {name} {tx.now.isoformat()}")


def name_of(tx: Transaction, user_id: str, presented: str | None) -> str | None:
    """Return what a browser is called that shows a mark of this person; None without one, or with one too old."""
    if presented is None or len(presented) > _LONGEST:
        return None
    for key in keys.known(tx, Purpose.COOKIES):
        whose, _, rest = (key.open(presented) or "").partition(" ")
        name, _, moment = rest.partition(" ")
        if whose == user_id and moment and abs(tx.now - dt.datetime.fromisoformat(moment)) < KNOWN_BROWSER_LIFE:
            return name
    return None
