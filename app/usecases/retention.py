"""Forgetting in time what need not be kept."""

from app.domain.retention import Retention
from app.store import expired
from app.store.database import Store


def tidy(store: Store, retention: Retention) -> None:
    """Delete what has been kept for as long as it may be."""
    with store.writing() as tx:
        expired.sweep(tx, retention)
