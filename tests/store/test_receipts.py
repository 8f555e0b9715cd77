"""Receipts in the database: kept for a day, one for each person and key."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from app.store import receipts
from app.store.database import Store
from app.store.receipts import KEPT_FOR, Receipt
from tests.make import Clock
from tests.store.kept import keep_person

RECEIPT = Receipt("digest", 201, {"ETag": '"1"', "Location": "/å"}, b'{"level": 3}\x00\xff')


@pytest.fixture
def kari(store: Store) -> str:
    return keep_person(store).id


def keep(store: Store, user_id: str, key: str, receipt: Receipt = RECEIPT) -> None:
    with store.writing() as tx:
        assert receipts.claim(tx, user_id, key) is None
        receipts.keep(tx, user_id, key, receipt)


def claim(store: Store, user_id: str, key: str) -> Receipt | None:
    with store.writing() as tx:
        return receipts.claim(tx, user_id, key)


@pytest.mark.parametrize(
    "receipt", [RECEIPT, Receipt("", 204, {}, b""), Receipt("d", 422, {}, bytes(range(256)) * 100)]
)
def test_a_receipt_comes_back_as_it_was(store: Store, kari: str, receipt: Receipt) -> None:
    keep(store, kari, "key", receipt)
    assert claim(store, kari, "key") == receipt


def test_a_receipt_is_for_one_person_and_one_key(store: Store, kari: str) -> None:
    ola = keep_person(store, "Ola Nordmann").id
    keep(store, kari, "key")
    for user_id, key in ((ola, "key"), (kari, "Key"), (kari, "key2"), (kari, ""), ("kari-nordmann key", "")):
        assert claim(store, user_id, key) is None


def test_a_receipt_is_kept_for_24_hours(store: Store, kari: str, clock: Clock) -> None:
    assert dt.timedelta(hours=24) == KEPT_FOR
    keep(store, kari, "old")
    clock.move(hours=12)
    keep(store, kari, "new")
    clock.move(hours=12)
    assert claim(store, kari, "old") == RECEIPT
    clock.move(seconds=1)
    assert claim(store, kari, "other") is None
    assert claim(store, kari, "old") is None
    assert claim(store, kari, "new") == RECEIPT


def test_one_key_cannot_be_kept_twice(store: Store, kari: str) -> None:
    keep(store, kari, "key")
    with pytest.raises(sa.exc.IntegrityError), store.writing() as tx:
        receipts.keep(tx, kari, "key", RECEIPT)


def test_a_claim_holds_the_key_until_the_transaction_ends(store: Store, kari: str) -> None:
    found: list[Receipt | None] = []
    second = threading.Thread(target=lambda: found.append(claim(store, kari, "key")))
    with store.writing() as tx:
        assert receipts.claim(tx, kari, "key") is None
        second.start()
        second.join(timeout=0.3)
        assert found == []
        receipts.keep(tx, kari, "key", RECEIPT)
    second.join()
    assert found == [RECEIPT]
