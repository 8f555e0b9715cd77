"""Receipts: the answer once given under an idempotency key, so that a repeated request has one effect."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Transaction, hold
from app.store.tables import receipts

KEPT_FOR = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was asked, as a digest, and what was answered."""

    request_digest: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def claim(tx: Transaction, user_id: str, key: str) -> Receipt | None:
    """Return the receipt under this key, or hold the key until the transaction ends; old receipts are dropped."""
    tx.connection.execute(sa.delete(receipts).where(receipts.c.kept_at < tx.now - KEPT_FOR))
    # Two requests with one key at the same time: the second waits here for the first one's receipt.
    hold(tx, f"receipt {user_id} {key}")
    columns = receipts.c
    found = tx.connection.execute(
        sa.select(columns.request_digest, columns.status, columns.headers, columns.body).where(
            columns.user_id == user_id, columns.key == key
        )
    ).one_or_none()
    if found is None:
        return None
    return Receipt(found.request_digest, found.status, json.loads(found.headers), found.body)


def size(tx: Transaction, user_id: str) -> int:
    """Return how many bytes of answers are kept for a person."""
    total = sa.select(sa.func.coalesce(sa.func.sum(sa.func.length(receipts.c.body)), 0))
    return int(tx.connection.execute(total.where(receipts.c.user_id == user_id)).scalar_one())


def keep(tx: Transaction, user_id: str, key: str, receipt: Receipt) -> None:
    """Keep the answer given under this key."""
    tx.connection.execute(
        sa.insert(receipts).values(
            user_id=user_id,
            key=key,
            request_digest=receipt.request_digest,
            status=receipt.status,
            headers=json.dumps(dict(receipt.headers)),
            body=receipt.body,
            kept_at=tx.now,
        )
    )
