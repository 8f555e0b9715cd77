"""Whether the service can do its work."""

from app.store.database import Store, make_engine
from app.usecases import health
from tests.make import SECRET, Clock, Ids
from tests.store.stores import Databases


def test_a_migrated_database_is_ready(store: Store) -> None:
    assert health.is_ready(store)


def test_an_empty_database_is_not_ready(databases: Databases) -> None:
    url = databases.fresh_database()
    store = Store(make_engine(url), Clock(), Ids(), SECRET)
    assert not health.is_ready(store)
    store.dispose()
    databases.drop_database(url)
