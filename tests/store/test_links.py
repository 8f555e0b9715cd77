"""The secrets in links: derived, tied to one row, and still good after the key has changed."""

import pytest
import sqlalchemy as sa

from app.domain.messages import Kind
from app.store import keys, links
from app.store.database import Store
from app.store.keys import Purpose
from app.store.tables import metadata


def test_a_link_is_the_same_whenever_it_is_made_and_is_kept_nowhere(store: Store) -> None:
    with store.writing() as tx:
        first = links.secret(tx, Kind.INVITED, "invitation-1")
    with store.reading() as tx:
        assert links.secret(tx, Kind.INVITED, "invitation-1") == first
        assert len(first) == 64
        kept = [repr(row) for table in metadata.sorted_tables for row in tx.connection.execute(sa.select(table))]
    assert kept
    assert not any(first in row for row in kept)


def test_a_secret_opens_its_own_link_alone(store: Store) -> None:
    with store.writing() as tx:
        secret = links.secret(tx, Kind.INVITED, "invitation-1")
        assert links.matches(tx, Kind.INVITED, "invitation-1", secret)
        assert not links.matches(tx, Kind.INVITED, "invitation-2", secret)
        assert not links.matches(tx, Kind.RESET_PASSWORD, "invitation-1", secret)
        # No two ways of cutting kind and id read the same.
        assert not links.matches(tx, "invitedi", "nvitation-1", secret)


@pytest.mark.parametrize("wrong", ["", "x", "0" * 64, "é" * 64, "\ud800" * 64, "0" * 65, "0" * 100_000])
def test_nothing_else_opens_a_link(store: Store, wrong: str) -> None:
    with store.writing() as tx:
        secret = links.secret(tx, Kind.INVITED, "invitation-1")
        assert not links.matches(tx, Kind.INVITED, "invitation-1", wrong)
        assert not links.matches(tx, Kind.INVITED, "invitation-1", secret.upper())
        assert not links.matches(tx, Kind.INVITED, "invitation-1", secret[:-1] + ("1" if secret[-1] == "0" else "0"))


def test_a_link_sent_before_a_new_key_still_opens_and_can_be_sent_again(store: Store) -> None:
    with store.writing() as tx:
        before = links.secret(tx, Kind.INVITED, "invitation-1")
        keys.add(tx, Purpose.LINKS)
        after = links.secret(tx, Kind.INVITED, "invitation-1")
        assert before != after
        assert links.matches(tx, Kind.INVITED, "invitation-1", before)
        assert links.matches(tx, Kind.INVITED, "invitation-1", after)
        assert links.secret(tx, Kind.INVITED, "invitation-1", digest=keys.digest(before)) == before
        assert links.secret(tx, Kind.INVITED, "invitation-1", digest=keys.digest("another")) == after


def test_without_a_key_nothing_opens(store: Store) -> None:
    with store.reading() as tx:
        assert not links.matches(tx, Kind.INVITED, "invitation-1", "0" * 64)
