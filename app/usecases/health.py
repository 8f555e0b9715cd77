"""Whether the service can do its work."""

from app.store import schema
from app.store.database import Store


def is_ready(store: Store) -> bool:
    """Return whether the database answers and has every migration."""
    return schema.is_current(store.engine)
