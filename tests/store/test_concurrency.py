"""Many writers at once: nothing is lost and nobody sees "database is locked"."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.store import clusters
from app.store.database import Store, make_engine
from app.store.tables import journal
from tests.make import SECRET, Clock, Ids, make_cluster
from tests.store.kept import EVERYWHERE, keep_cluster

THREADS, TURNS = 8, 40


def revise(store: Store) -> None:
    """Read a cluster's revision and write the next one, again and again."""
    for _ in range(TURNS):
        with store.writing() as tx:
            cluster = clusters.load(tx, "kyst", within=EVERYWHERE, to_change=True)
            changed = make_cluster(revision=cluster.revision + 1)
            clusters.keep(tx, changed)


def revision(store: Store) -> int:
    with store.reading() as tx:
        return clusters.load(tx, "kyst", within=EVERYWHERE).revision


def test_many_threads_that_read_then_write_lose_nothing(store: Store) -> None:
    keep_cluster(store)
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(revise, store) for _ in range(THREADS)]:
            done.result()
    assert revision(store) == 1 + THREADS * TURNS


def test_many_stores_on_one_database_that_read_then_write_lose_nothing(store: Store, url: str, clock: Clock) -> None:
    # As many processes would: none knows of the other's queue, so only the database keeps them apart.
    keep_cluster(store)
    stores = [Store(make_engine(url), clock, Ids(), SECRET) for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(revise, each) for each in stores]:
            done.result()
    assert revision(store) == 1 + THREADS * TURNS
    for each in stores:
        each.dispose()


def test_readers_and_writers_at_once_see_only_whole_transactions(store: Store) -> None:
    keep_cluster(store)

    def write(number: int) -> None:
        with store.writing() as tx:
            clusters.keep(tx, make_cluster(name=f"name {number}", region=f"region {number}"))
            clusters.keep(tx, make_cluster(name=f"name {number}", region=f"region {number}", sector=f"sector {number}"))

    def read() -> set[str]:
        with store.reading() as tx:
            found = clusters.load(tx, "kyst", within=EVERYWHERE)
        return {text.split()[-1] for text in (found.name, found.region, found.sector)}

    write(0)
    with ThreadPoolExecutor(THREADS) as pool:
        writers = [pool.submit(write, number) for number in range(1, 41)]
        readers = [pool.submit(read) for _ in range(80)]
        for writer in writers:
            writer.result()
        assert all(len(reader.result()) == 1 for reader in readers)


def test_a_thread_that_writes_does_not_lend_its_transaction_to_another(store: Store) -> None:
    keep_cluster(store)
    with store.writing() as tx:
        clusters.keep(tx, make_cluster(revision=99))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(revision, store).result() == 1
    assert revision(store) == 99


def test_a_writer_that_fails_lets_the_next_one_in(store: Store) -> None:
    keep_cluster(store)

    def fail() -> None:
        with store.writing() as tx:
            clusters.keep(tx, make_cluster(revision=99))
            tx.connection.execute(sa.insert(journal).values(id="incomplete"))

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(fail) for _ in range(20)]:
            with pytest.raises(sa.exc.IntegrityError):
                done.result()
        assert pool.submit(revision, store).result() == 1
