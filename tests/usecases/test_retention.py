"""What is kept for as long as is said and no longer: each kind just before and just after its last day."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.retention import Retention
from app.store import tables
from app.store.database import Store
from app.usecases import retention
from tests.make import NOW, Clock
from tests.store.kept import keep_cluster, keep_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
KARI = "kari-nordmann"
MAIL: dict[str, object] = {
    "id": "m",
    "user_id": KARI,
    "address": "a",
    "language": "en",
    "kind": "trial",
    "about": "{}",
    "attempts": 1,
}
MAIL |= {"created_at": NOW, "failure": ""}
NOTICE: dict[str, object] = {
    "id": "n",
    "user_id": KARI,
    "kind": "submitted",
    "about": "{}",
    "path": "/",
    "created_at": NOW,
}
SESSION: dict[str, object] = {
    "digest": "d",
    "id": "s",
    "user_id": KARI,
    "client": "",
    "confirmed_at": NOW,
    "created_at": NOW,
}
INVITATION: dict[str, object] = {
    "id": "i",
    "email": "e@example.org",
    "role": "observer",
    "cluster_id": "cluster-kyst",
    "invited_by": KARI,
}
INVITATION |= {"digest": "d", "created_at": NOW}
TOKEN: dict[str, object] = {"id": "t", "user_id": KARI, "digest": "d", "name": "n", "scopes": "read", "created_at": NOW}
RESET: dict[str, object] = {"id": "r", "user_id": KARI, "digest": "d", "created_at": NOW, "expires_at": NOW}
AHEAD = NOW + 10_000 * DAY
# What is kept, in which table, and how long after now it goes.
KEPT = [
    ("outbox", MAIL | {"sent_at": NOW}, 30 * DAY),
    ("outbox", MAIL | {"failed_at": NOW}, 30 * DAY),
    ("notices", NOTICE | {"read_at": NOW}, 180 * DAY),
    ("attempts", {"key": "k", "window_start": NOW, "count": 1, "expires_at": NOW + HOUR}, HOUR),
    ("sessions", SESSION | {"seen_at": NOW}, 2 * HOUR),
    ("sessions", SESSION | {"seen_at": NOW + 12 * HOUR}, 12 * HOUR),
    ("invitations", INVITATION | {"expires_at": AHEAD, "closed_at": NOW, "closed_as": "declined"}, 90 * DAY),
    ("invitations", INVITATION | {"expires_at": NOW}, 90 * DAY),
    ("tokens", TOKEN | {"expires_at": NOW}, 365 * DAY),
    ("tokens", TOKEN | {"expires_at": AHEAD, "revoked_at": NOW}, 365 * DAY),
    ("resets", RESET, DAY),
]
STAYS = [
    ("outbox", MAIL | {"next_at": NOW}),
    ("notices", NOTICE),
    ("tokens", TOKEN | {"expires_at": AHEAD}),
    ("invitations", INVITATION | {"expires_at": AHEAD}),
]


@pytest.fixture
def kept(store: Store) -> Store:
    keep_person(store)
    keep_cluster(store)
    return store


def put(store: Store, table: str, row: dict[str, object]) -> None:
    with store.writing() as tx:
        tx.connection.execute(sa.insert(tables.metadata.tables[table]).values(row))


def left(store: Store, table: str) -> int:
    with store.reading() as tx:
        count = sa.select(sa.func.count()).select_from(tables.metadata.tables[table])
        return int(tx.connection.execute(count).scalar_one())


@pytest.mark.parametrize(("table", "row", "after"), KEPT)
def test_it_is_there_until_its_time_and_gone_after_it(
    kept: Store, clock: Clock, table: str, row: dict[str, object], after: dt.timedelta
) -> None:
    put(kept, table, row)
    clock.now = NOW + after - dt.timedelta(seconds=1)
    retention.tidy(kept, Retention())
    assert left(kept, table) == 1
    clock.now = NOW + after + dt.timedelta(seconds=1)
    retention.tidy(kept, Retention())
    assert left(kept, table) == 0


@pytest.mark.parametrize(("table", "row"), STAYS)
def test_what_still_has_its_use_stays(kept: Store, clock: Clock, table: str, row: dict[str, object]) -> None:
    put(kept, table, row)
    clock.now = NOW + 9_000 * DAY
    retention.tidy(kept, Retention())
    assert left(kept, table) == 1


@pytest.mark.parametrize("kind", [field.name for field in dataclasses.fields(Retention)])
def test_each_period_is_that_of_the_settings(kind: str) -> None:
    assert NOW - Retention(**{kind: 7}).before(kind, NOW) == 7 * DAY
