"""Identities at OpenID providers, and what people had typed while they are there: rows to domain values and back."""

import secrets

import sqlalchemy as sa

from app.domain.accounts import User
from app.domain.errors import NotFound
from app.domain.identities import CARRIED_COUNT, PENDING_LIFE, Identity
from app.store import accounts, keys
from app.store.database import Transaction, hold
from app.store.keys import Purpose
from app.store.tables import carried, identities

_CARRIED = "carried"


def hold_identity(tx: Transaction, issuer: str, subject: str) -> None:
    """Keep others who sign in as, or connect, the same identity waiting until the transaction ends."""
    hold(tx, f"identity {issuer} {subject}")


def hold_ways_in(tx: Transaction, user_id: str) -> None:
    """Keep other changes to a person's ways to sign in waiting until the transaction ends."""
    hold(tx, f"ways in of {user_id}")


def owner(tx: Transaction, issuer: str, subject: str) -> User | None:
    """Return who has connected an identity, None where nobody has."""
    statement = sa.select(identities.c.user_id).where(_is(issuer, subject))
    user_id = tx.connection.execute(statement).scalar_one_or_none()
    return None if user_id is None else accounts.by_id(tx, user_id)


def of(tx: Transaction, user_id: str) -> list[Identity]:
    """Return the identities that a person has connected, the oldest first."""
    columns = (identities.c[name] for name in ("issuer", "subject", "created_at", "last_used_at"))
    statement = sa.select(*columns).where(identities.c.user_id == user_id)
    statement = statement.order_by(identities.c.created_at, identities.c.issuer, identities.c.subject)
    return [Identity(**row) for row in tx.connection.execute(statement).mappings()]


def add(tx: Transaction, user_id: str, issuer: str, subject: str) -> None:
    """Connect an identity that nobody has."""
    values = {"issuer": issuer, "subject": subject, "user_id": user_id, "created_at": tx.now}
    tx.connection.execute(sa.insert(identities).values(values))


def mark_used(tx: Transaction, issuer: str, subject: str) -> None:
    """Write down that somebody signed in with an identity now."""
    tx.connection.execute(sa.update(identities).where(_is(issuer, subject)).values(last_used_at=tx.now))


def remove(tx: Transaction, user_id: str, issuer: str, subject: str) -> None:
    """Disconnect an identity of a person's; raises NotFound."""
    statement = sa.delete(identities).where(_is(issuer, subject), identities.c.user_id == user_id)
    if not tx.connection.execute(statement).rowcount:
        raise NotFound


def carry(tx: Transaction, text: str) -> str | None:
    """Keep what somebody had typed, sealed, and return its id; None where too many are held already."""
    tx.connection.execute(sa.delete(carried).where(carried.c.kept_at <= tx.now - PENDING_LIFE))
    if tx.connection.execute(sa.select(sa.func.count()).select_from(carried)).scalar_one() >= CARRIED_COUNT:
        return None
    carried_id = secrets.token_urlsafe(24)
    values = {"id": carried_id, "sealed": sealed(tx, _CARRIED, text), "kept_at": tx.now}
    tx.connection.execute(sa.insert(carried).values(values))
    return carried_id


def hand_back(tx: Transaction, carried_id: str) -> str | None:
    """Return what was typed, and keep it no longer; None where it is not there any more."""
    statement = sa.delete(carried).where(carried.c.id == carried_id).returning(carried.c.sealed)
    found = tx.connection.execute(statement).scalar_one_or_none()
    return None if found is None else opened(tx, _CARRIED, found)


def sealed(tx: Transaction, what: str, text: str) -> str:
    """Return a text as only the service can read it, and only as what it is."""
    return keys.current(tx, Purpose.COOKIES).seal(f"{what} {text}")


def opened(tx: Transaction, what: str, text: str) -> str | None:
    """Return what was sealed as this, None for anything else."""
    found = (key.open(text) for key in keys.known(tx, Purpose.COOKIES))
    whole = next((each for each in found if each is not None), "")
    return whole.removeprefix(f"{what} ") if whole.startswith(f"{what} ") else None


def _is(issuer: str, subject: str) -> sa.ColumnElement[bool]:
    return (identities.c.issuer == issuer) & (identities.c.subject == subject)
