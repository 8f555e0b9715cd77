"""How often something may be tried, by everybody together: counted in the database before the try, or refused."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.errors import TooMany, Unavailable
from app.store import attempts
from app.store.database import Store

_MINUTES = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries within any stretch of time as long as the window."""

    name: str
    most: int
    window: dt.timedelta


# Guesses at passwords: from one network, at one account, in all; and at the account of whoever uses a known browser.
SIGN_IN_FROM = Limit("sign-in from", 30, _MINUTES)
SIGN_IN_TO = Limit("sign-in to", 10, _MINUTES)
SIGN_IN_AT_ALL = Limit("sign-in", 1_000, _MINUTES)
SIGN_IN_KNOWN = Limit("sign-in known", 10, _MINUTES)
CONFIRMING = Limit("confirming", 10, _MINUTES)
# Guesses at codes, of one person.
CODES = (
    Limit("codes", 5, _MINUTES),
    Limit("codes", 20, dt.timedelta(hours=1)),
    Limit("codes", 50, dt.timedelta(days=1)),
)
RESETS_FROM = Limit("resets from", 10, dt.timedelta(minutes=10))
RESETS_OF = Limit("resets of", 5, dt.timedelta(days=1))
LINKS_FROM = Limit("links from", 30, _MINUTES)
BAD_TOKENS_FROM = Limit("bad tokens from", 30, _MINUTES)


def count(store: Store, *counted: tuple[Limit, str]) -> None:
    """Count one try under each limit, in a transaction of its own; raises TooMany at the first that is used up.

    What cannot be counted is not let through: raises Unavailable. Those who count several name them in one order, so
    that none waits for another that waits for it. Never inside another transaction, with which the count would vanish.
    """
    try:
        with store.writing() as tx:
            over = next(
                (
                    limit
                    for limit, what in counted
                    if attempts.seen(tx, limit.name, what, window=limit.window) >= limit.most
                    or attempts.add(tx, limit.name, what, window=limit.window) > limit.most
                ),
                None,
            )
    except sa.exc.SQLAlchemyError as error:
        raise Unavailable from error
    if over:
        raise TooMany(int(over.window.total_seconds()))


def forget(store: Store, *counted: tuple[Limit, str]) -> None:
    """Begin to count anew."""
    with store.writing() as tx:
        for limit, what in counted:
            attempts.forget(tx, limit.name, what, window=limit.window)
