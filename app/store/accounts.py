"""People, their roles and tokens: rows to domain values and back. Secrets come in only as digests."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.domain.accounts import Token, User
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.permissions import Actor, Membership
from app.domain.roles import Role, TokenScope
from app.store import interests
from app.store.database import Transaction, hold
from app.store.tables import clusters, memberships, programmes, tokens, users

_USER = tuple(
    users.c[name] for name in ("id", "email", "name", "language", "is_administrator", "is_disabled", "is_demo")
)
_TOKEN = tuple(
    tokens.c[name]
    for name in ("id", "user_id", "name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
)


def users_listed(tx: Transaction) -> list[User]:
    """Return every account by e-mail address."""
    return [User(**row) for row in tx.connection.execute(sa.select(*_USER).order_by(users.c.email)).mappings()]


def demo_users(tx: Transaction) -> list[User]:
    """Return the invented people of the demo programme in the order in which they were made."""
    statement = sa.select(*_USER).where(users.c.is_demo, sa.not_(users.c.is_disabled)).order_by(users.c.created_at)
    return [User(**row) for row in tx.connection.execute(statement.order_by(users.c.id)).mappings()]


def by_email(tx: Transaction, email: str) -> tuple[User, str | None] | None:
    """Return a person and the digest of the password, None where nobody has this address."""
    row = (
        tx.connection.execute(sa.select(*_USER, users.c.password_hash).where(users.c.email == email))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    values = dict(row)
    password_hash: str | None = values.pop("password_hash")
    return User(**values), password_hash


def by_id(tx: Transaction, user_id: str) -> User:
    """Return a person; raises NotFound."""
    row = tx.connection.execute(sa.select(*_USER).where(users.c.id == user_id)).mappings().one_or_none()
    if row is None:
        raise NotFound
    return User(**row)


def actor(tx: Transaction, user: User) -> Actor:
    """Return a person as somebody who asks, with the roles they have now."""
    return Actor(
        user_id=user.id,
        name=user.name,
        language=user.language,
        is_administrator=user.is_administrator,
        is_demo=user.is_demo,
        memberships=memberships_of(tx, user.id),
        conflicts=interests.clusters_of(tx, user.id),
    )


def add(tx: Transaction, user: User, password_hash: str | None) -> None:
    """Write a new person; raises Invalid where the address is taken."""
    hold(tx, f"user {user.email}")
    if by_email(tx, user.email) is not None:
        raise Invalid(Problem("email", "taken", "There is already an account with this e-mail address."))
    values: dict[str, Any] = {column.name: getattr(user, column.name) for column in _USER}
    tx.connection.execute(sa.insert(users).values(**values, password_hash=password_hash, created_at=tx.now))


def has_password(tx: Transaction, user_id: str) -> bool:
    """Whether a person can sign in with a password."""
    statement = sa.select(users.c.password_hash.is_not(None)).where(users.c.id == user_id)
    return bool(tx.connection.execute(statement).scalar_one_or_none())


def update(tx: Transaction, user_id: str, **values: str | bool | None) -> None:
    """Change some of a person's columns."""
    tx.connection.execute(sa.update(users).where(users.c.id == user_id).values(**values))


def administrators(tx: Transaction) -> list[str]:
    """Return the ids of the administrators with an open account; others who ask wait until the transaction ends."""
    hold(tx, "administrators")
    statement = sa.select(users.c.id).where(users.c.is_administrator, sa.not_(users.c.is_disabled))
    return list(tx.connection.execute(statement.order_by(users.c.id)).scalars())


def lasts(tx: Transaction) -> sa.ColumnElement[bool]:
    """Return the condition that leaves out the roles of deputies whose time has passed."""
    return memberships.c.until.is_(None) | (memberships.c.until > tx.now)


def memberships_of(tx: Transaction, user_id: str) -> tuple[Membership, ...]:
    """Return a person's roles as they are now."""
    columns = (memberships.c.role, memberships.c.cluster_id, memberships.c.programme_id, memberships.c.until)
    found = tx.connection.execute(sa.select(*columns).where(memberships.c.user_id == user_id, lasts(tx)))
    return tuple(Membership(Role(row.role), row.cluster_id, row.programme_id, row.until) for row in found)


def first_role(tx: Transaction, user_id: str) -> tuple[Role, str] | None:
    """Return a person's first role with the name of its cluster or programme, None where there is none."""
    name = sa.func.coalesce(clusters.c.name, programmes.c.name).label("name")
    joined = memberships.outerjoin(clusters, memberships.c.cluster_id == clusters.c.id).outerjoin(
        programmes, memberships.c.programme_id == programmes.c.id
    )
    own = sa.and_(memberships.c.user_id == user_id, lasts(tx))
    statement = sa.select(memberships.c.role, name).select_from(joined).where(own)
    row = tx.connection.execute(statement.order_by(memberships.c.role.desc(), name).limit(1)).one_or_none()
    return None if row is None else (Role(row.role), row.name)


def add_membership(tx: Transaction, user_id: str, membership: Membership) -> bool:
    """Give a person a role, to a deputy up to another moment; returns whether that is new, as having it is no fault.

    A role that somebody has for good is made no shorter.
    """
    hold(tx, f"memberships {user_id}")
    held = {each.role: each for each in memberships_of(tx, user_id) if _is_there(each, membership)}
    kept = held.get(membership.role)
    if kept is not None and (kept.until is None or kept == membership):
        return False
    # In the place of a deputy's time that is over, or is to be another.
    tx.connection.execute(sa.delete(memberships).where(_same(user_id, membership)))
    values = {"cluster_id": membership.cluster_id, "programme_id": membership.programme_id, "until": membership.until}
    tx.connection.execute(
        sa.insert(memberships).values(id=tx.new_id(), user_id=user_id, role=membership.role, since=tx.now, **values)
    )
    return True


def remove_membership(tx: Transaction, user_id: str, membership: Membership) -> bool:
    """Take a role away; returns whether the person had it."""
    return bool(tx.connection.execute(sa.delete(memberships).where(_same(user_id, membership), lasts(tx))).rowcount)


def _is_there(one: Membership, other: Membership) -> bool:
    return (one.cluster_id, one.programme_id) == (other.cluster_id, other.programme_id)


def _same(user_id: str, membership: Membership) -> sa.ColumnElement[bool]:
    return sa.and_(
        memberships.c.user_id == user_id,
        memberships.c.role == membership.role,
        memberships.c.cluster_id.is_not_distinct_from(membership.cluster_id),
        memberships.c.programme_id.is_not_distinct_from(membership.programme_id),
    )


@dataclass(frozen=True, slots=True)
class TokenProof:
    """What a presented token is compared with: a digest of its secret, made with the key `key_id` of the service.

    A token made before there were such keys has a plain digest, and no key.
    """

    digest: str
    key_id: str | None = None


def add_token(tx: Transaction, token: Token, proof: TokenProof) -> None:
    """Write a new token with what its secret can be recognised by."""
    tx.connection.execute(
        sa.insert(tokens).values(
            id=token.id,
            user_id=token.user_id,
            digest=proof.digest,
            key_id=proof.key_id,
            name=token.name,
            scopes=" ".join(sorted(token.scopes)),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


def token(tx: Transaction, token_id: str) -> tuple[Token, TokenProof] | None:
    """Return a token and what its secret is recognised by, None where there is none."""
    statement = sa.select(*_TOKEN, tokens.c.digest, tokens.c.key_id).where(tokens.c.id == token_id)
    row = tx.connection.execute(statement).mappings().one_or_none()
    return None if row is None else (_token(row), TokenProof(row["digest"], row["key_id"]))


def tokens_of(tx: Transaction, user_id: str) -> list[Token]:
    """Return a person's tokens, the newest first."""
    statement = sa.select(*_TOKEN).where(tokens.c.user_id == user_id).order_by(tokens.c.created_at.desc(), tokens.c.id)
    return [_token(row) for row in tx.connection.execute(statement).mappings()]


def mark_token(tx: Transaction, token_id: str, *, last_used_at: dt.datetime) -> None:
    """Write down when a token was last used."""
    tx.connection.execute(sa.update(tokens).where(tokens.c.id == token_id).values(last_used_at=last_used_at))


def revoke_token(tx: Transaction, token_id: str) -> bool:
    """End a token; returns whether it had not been revoked before."""
    is_open = (tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    return bool(tx.connection.execute(sa.update(tokens).where(*is_open).values(revoked_at=tx.now)).rowcount)


def _token(row: sa.RowMapping) -> Token:
    values = {column.name: row[column.name] for column in _TOKEN}
    return Token(**{**values, "scopes": frozenset(TokenScope(scope) for scope in row["scopes"].split())})
