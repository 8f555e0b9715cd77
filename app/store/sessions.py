"""Sessions of browsers: rows to values and back. A session's secret comes in only as a digest, but where it is made.

A session whose person has a second factor and has not shown it yet is half a session: it is good for the second step.
"""

import dataclasses
import datetime as dt
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.accounts import SECOND_STEP_LIFE, SESSION_IDLE, SESSION_LIFE, User
from app.domain.errors import NotSignedIn
from app.store import visits
from app.store.database import Transaction
from app.store.keys import digest as digest_of
from app.store.tables import passkeys, sessions, tokens, totps, users

_SESSION = tuple(
    sessions.c[name]
    for name in ("digest", "id", "created_at", "seen_at", "confirmed_at", "factor_at", "client", "challenge")
)
_FIELDS = tuple(field.name for field in dataclasses.fields(User))
# Both tables have an id.
_USER_COLUMNS = tuple(users.c[name].label(f"user_{name}") for name in _FIELDS)
_HAS_FACTOR = sa.or_(
    sa.exists().where(totps.c.user_id == users.c.id, totps.c.confirmed_at.is_not(None)),
    sa.exists().where(passkeys.c.user_id == users.c.id),
).label("has_factor")


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as it is kept, with its person and whether that person has a second factor by now."""

    digest: str
    id: str
    user: User
    created_at: dt.datetime
    seen_at: dt.datetime
    confirmed_at: dt.datetime
    factor_at: dt.datetime | None
    client: str
    challenge: str | None
    has_factor: bool

    @property
    def is_half(self) -> bool:
        """Whether the second factor is still to be shown."""
        return self.has_factor and self.factor_at is None

    def is_over(self, now: dt.datetime) -> bool:
        """Whether it can no longer be used, whatever for."""
        if self.user.is_disabled or now >= self.created_at + SESSION_LIFE or now >= self.seen_at + SESSION_IDLE:
            return True
        return self.is_half and now >= self.created_at + SECOND_STEP_LIFE


def begin(tx: Transaction, user_id: str, client: str, *, with_factor: bool = False) -> str:
    """Begin a session and return its secret; half a one for whoever has a second factor, unless it was shown."""
    visits.keep(tx, sessions.c.user_id == user_id)
    end_over(tx)
    secret = _secret()
    add(tx, digest_of(secret), user_id, client=client, factor_at=tx.now if with_factor else None)
    return secret


def add(tx: Transaction, digest: str, user_id: str, *, client: str = "", factor_at: dt.datetime | None = None) -> None:
    """Write a new session."""
    moments = {"created_at": tx.now, "seen_at": tx.now, "confirmed_at": tx.now, "factor_at": factor_at}
    tx.connection.execute(
        sa.insert(sessions).values(digest=digest, id=tx.new_id(), user_id=user_id, client=client, **moments)
    )


def load(tx: Transaction, digest: str) -> KeptSession | None:
    """Return a session that is kept, which may be over; None where there is none."""
    statement = sa.select(*_SESSION, _HAS_FACTOR, *_USER_COLUMNS).join_from(sessions, users)
    row = tx.connection.execute(statement.where(sessions.c.digest == digest)).mappings().one_or_none()
    return None if row is None else _session(row)


def has_factor(tx: Transaction, user_id: str) -> bool:
    """Whether a person has set up a second factor."""
    statement = sa.select(_HAS_FACTOR).select_from(users).where(users.c.id == user_id)
    return bool(tx.connection.execute(statement).scalar())


def alive(tx: Transaction, secret: str) -> KeptSession | None:
    """Return the session with this secret unless it is over; half a one, too."""
    found = load(tx, digest_of(secret))
    return None if found is None or found.is_over(tx.now) else found


def of(tx: Transaction, user_id: str) -> list[KeptSession]:
    """Return a person's sessions that are not over, the last used first."""
    statement = sa.select(*_SESSION, _HAS_FACTOR, *_USER_COLUMNS).join_from(sessions, users)
    ordered = statement.where(sessions.c.user_id == user_id).order_by(sessions.c.seen_at.desc(), sessions.c.id)
    found = (_session(row) for row in tx.connection.execute(ordered).mappings())
    return [session for session in found if not session.is_over(tx.now)]


def renew(tx: Transaction, found: KeptSession, **moments: dt.datetime | None) -> str:
    """Give a session a new secret, for what it may do has changed, and return it; the old one opens nothing more.

    Raises NotSignedIn where another request was quicker: of many with one secret, one gets a new one.
    """
    secret = _secret()
    values = {"digest": digest_of(secret), "challenge": None, **moments}
    renewed = tx.connection.execute(sa.update(sessions).where(sessions.c.digest == found.digest).values(**values))
    if not renewed.rowcount:
        raise NotSignedIn("sign-in", "Please sign in first.")
    return secret


def touch(tx: Transaction, digest: str) -> None:
    """Write down that a session was used now."""
    tx.connection.execute(sa.update(sessions).where(sessions.c.digest == digest).values(seen_at=tx.now))


def keep_challenge(tx: Transaction, digest: str, challenge: str) -> None:
    """Keep what a passkey is asked to sign, in place of what was asked before."""
    tx.connection.execute(sa.update(sessions).where(sessions.c.digest == digest).values(challenge=challenge))


def take_challenge(tx: Transaction, found: KeptSession) -> str | None:
    """Return what a passkey was asked to sign, this once."""
    if found.challenge is None:
        return None
    asked = sessions.c.digest == found.digest, sessions.c.challenge == found.challenge
    taken = tx.connection.execute(sa.update(sessions).where(*asked).values(challenge=None)).rowcount
    return found.challenge if taken else None


def end(tx: Transaction, digest: str) -> None:
    """End a session, which is in use at this moment."""
    touch(tx, digest)
    _end(tx, sessions.c.digest == digest)


def end_one(tx: Transaction, user_id: str, session_id: str) -> bool:
    """End one of a person's sessions; returns whether there was such a one."""
    return bool(_end(tx, sessions.c.user_id == user_id, sessions.c.id == session_id))


def end_all(tx: Transaction, user_id: str, *, but: str | None = None) -> int:
    """End a person's sessions, all or all but the one with this id, and return how many there were."""
    others = (sessions.c.id != but,) if but else ()
    return _end(tx, sessions.c.user_id == user_id, *others)


def shut_out(tx: Transaction, user_id: str) -> None:
    """End every session of a person, and every token from now on."""
    end_all(tx, user_id)
    open_ = sa.and_(tokens.c.user_id == user_id, tokens.c.revoked_at.is_(None))
    tx.connection.execute(sa.update(tokens).where(open_).values(revoked_at=tx.now))


def end_over(tx: Transaction) -> None:
    """Forget the sessions that are too old, or have not been used for too long."""
    began, seen = tx.now - SESSION_LIFE, tx.now - SESSION_IDLE
    _end(tx, (sessions.c.created_at < began) | (sessions.c.seen_at < seen))


def _end(tx: Transaction, *which: sa.ColumnElement[bool]) -> int:
    visits.keep(tx, *which)
    return tx.connection.execute(sa.delete(sessions).where(*which)).rowcount


def _session(row: sa.RowMapping) -> KeptSession:
    user = User(**{name: row[f"user_{name}"] for name in _FIELDS})
    values = {column.name: row[column.name] for column in _SESSION}
    return KeptSession(**values, user=user, has_factor=bool(row["has_factor"]))


def _secret() -> str:
    return secrets.token_urlsafe(32)
