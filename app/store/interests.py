"""Declared conflicts of interest: rows to domain values and back."""

from typing import Any

import sqlalchemy as sa

from app.domain.clusters import Cluster
from app.domain.errors import NotFound
from app.domain.interests import Interest
from app.domain.permissions import Reach
from app.store.clusters import reaches
from app.store.database import Transaction, hold
from app.store.tables import clusters, interests, users

_JOINED = interests.join(clusters, interests.c.cluster_id == clusters.c.id).join(
    users, interests.c.user_id == users.c.id
)
_COLUMNS = (
    *(interests.c[name] for name in ("id", "user_id", "cluster_id", "reason", "declared_at", "withdrawn_at")),
    users.c.name.label("person"),
    clusters.c.name.label("cluster"),
    clusters.c.slug.label("cluster_slug"),
)


def clusters_of(tx: Transaction, user_id: str) -> frozenset[str]:
    """Return the ids of the clusters about which a person has declared a conflict that holds now."""
    is_open = (interests.c.user_id == user_id, interests.c.withdrawn_at.is_(None))
    return frozenset(tx.connection.execute(sa.select(interests.c.cluster_id).where(*is_open)).scalars())


def of_person(tx: Transaction, user_id: str) -> list[Interest]:
    """Return every conflict that a person has declared, the latest first."""
    return _found(tx, interests.c.user_id == user_id)


def open_within(tx: Transaction, *, within: Reach) -> list[Interest]:
    """Return the declared conflicts that hold now about clusters within reach, the latest first."""
    return _found(tx, interests.c.withdrawn_at.is_(None), reaches(within))


def load(tx: Transaction, interest_id: str, *, within: Reach) -> Interest:
    """Return a declared conflict about a cluster within reach; raises NotFound."""
    for found in _found(tx, interests.c.id == interest_id, reaches(within)):
        return found
    raise NotFound


def declare(tx: Transaction, user_id: str, cluster: Cluster, reason: str) -> str | None:
    """Keep that a person has a conflict about a cluster, and return its id; None where they have said so already."""
    hold(tx, f"interests {user_id}")
    if cluster.id in clusters_of(tx, user_id):
        return None
    interest_id = tx.new_id()
    values = {"user_id": user_id, "cluster_id": cluster.id, "reason": reason, "declared_at": tx.now}
    tx.connection.execute(sa.insert(interests).values(id=interest_id, **values))
    return interest_id


def lift(tx: Transaction, found: Interest) -> bool:
    """Let a declared conflict hold no longer; returns whether it held till now."""
    is_open = (interests.c.id == found.id, interests.c.withdrawn_at.is_(None))
    statement = sa.update(interests).where(*is_open).values(withdrawn_at=tx.now)
    return bool(tx.connection.execute(statement).rowcount)


def _found(tx: Transaction, *chosen: sa.ColumnElement[Any]) -> list[Interest]:
    statement = sa.select(*_COLUMNS).select_from(_JOINED).where(*chosen)
    ordered = statement.order_by(interests.c.declared_at.desc(), interests.c.id.desc())
    return [Interest(**row) for row in tx.connection.execute(ordered).mappings()]
