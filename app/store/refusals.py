"""Refusals in the journal: a line each, in a transaction of their own, and no more than a disk can bear."""

import datetime as dt

from app.domain.permissions import Actor
from app.store import attempts, journal
from app.store.database import Store, Transaction
from app.store.journal import Verb

WINDOW = dt.timedelta(hours=1)
MOST = 20
MOST_IN_ALL = 1_000
_ALL = ("refused",)


def note(store: Store, actor: Actor, group: str, route: str, method: str, code: str) -> bool:
    """Write down that somebody was refused; returns whether there is a line of it.

    At most 20 lines an hour for one person, or for visitors of one `group`, and 1,000 in all; the last one says so.
    """
    one = ("refused", "person", actor.user_id) if actor.user_id else ("refused", "visitors", group)
    with store.reading() as tx:
        if not _is_room(tx, one):
            return False
    with store.writing() as tx:
        # Counted with what others may have written since; the narrower first, as `attempts` asks for.
        mine, all_together = (attempts.add(tx, *parts, window=WINDOW) for parts in (one, _ALL))
        if mine > MOST or all_together > MOST_IN_ALL:
            return False
        is_last = mine == MOST or all_together == MOST_IN_ALL
        after = {"code": code, "method": method, **({"more": "not written this hour"} if is_last else {})}
        journal.note(tx, actor, Verb.REFUSED, route, after=after)
        return True


def _is_room(tx: Transaction, one: tuple[str, ...]) -> bool:
    counts = ((attempts.seen(tx, *parts, window=WINDOW), most) for parts, most in ((one, MOST), (_ALL, MOST_IN_ALL)))
    return all(count < most for count, most in counts)
