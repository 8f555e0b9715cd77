"""Reading and writing: what commits, what is undone, what is refused. On both databases."""

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.domain.clusters import Programme
from app.domain.errors import Unavailable
from app.domain.permissions import Reach
from app.store import clusters
from app.store.database import Store, Transaction, make_engine
from app.store.tables import UtcDateTime, programmes
from tests.make import NOW, SECRET, Clock, Ids, make_programme

EVERYWHERE = Reach(everything=True)


class Mishap(Exception):
    """What a test throws to see what becomes of a transaction."""


def slugs(store: Store) -> list[str]:
    with store.reading() as tx:
        return [programme.slug for programme in clusters.programmes_listed(tx, within=EVERYWHERE)]


def test_what_is_written_is_there_after_a_clean_exit(store: Store) -> None:
    with store.writing() as tx:
        clusters.keep_programme(tx, make_programme())
    assert slugs(store) == ["north"]


@pytest.mark.parametrize("mishap", [Mishap, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_nothing_that_was_written_is_there_after_an_exception(store: Store, mishap: type[BaseException]) -> None:
    def write_and_fail() -> None:
        with store.writing() as tx:
            clusters.keep_programme(tx, make_programme())
            raise mishap

    with pytest.raises(mishap):
        write_and_fail()
    assert slugs(store) == []
    with store.writing() as tx:
        clusters.keep_programme(tx, make_programme("south"))
    assert slugs(store) == ["south"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO programmes VALUES ('id', 'south', 'South')",
        "UPDATE programmes SET name = 'South'",
        "DELETE FROM programmes",
        "DROP TABLE receipts",
        "CREATE TABLE evil (id int)",
    ],
)
def test_the_database_refuses_to_write_while_reading(store: Store, statement: str) -> None:
    with store.writing() as tx:
        clusters.keep_programme(tx, make_programme())
    with pytest.raises((Unavailable, sa.exc.InternalError)) as refused, store.reading() as tx:
        tx.connection.execute(sa.text(statement))
    cause = refused.value.__cause__ or refused.value
    assert "readonly database" in str(cause) or "read-only transaction" in str(cause)
    assert slugs(store) == ["north"]


def test_a_writing_block_inside_another_joins_it(store: Store) -> None:
    with store.writing() as outer:
        clusters.keep_programme(outer, make_programme())
        with store.writing() as inner:
            assert inner is outer
            clusters.keep_programme(inner, make_programme("south"))
        with store.reading() as reader:
            assert reader is outer
            assert len(clusters.programmes_listed(reader, within=EVERYWHERE)) == 2
    assert slugs(store) == ["north", "south"]


def test_an_exception_after_a_joined_block_undoes_that_block_too(store: Store) -> None:
    def write_and_fail_later() -> None:
        with store.writing():
            with store.writing() as inner:
                clusters.keep_programme(inner, make_programme())
            raise Mishap

    with pytest.raises(Mishap):
        write_and_fail_later()
    assert slugs(store) == []


def test_blocks_that_follow_one_another_are_transactions_of_their_own(store: Store, clock: Clock) -> None:
    with store.writing() as first:
        pass
    clock.move(seconds=1)
    with store.writing() as second:
        pass
    assert first is not second
    assert (first.now, second.now) == (NOW, NOW + dt.timedelta(seconds=1))


def test_a_transaction_has_one_moment_and_ids_that_never_repeat(store: Store, clock: Clock) -> None:
    with store.writing() as tx:
        clock.move(hours=1)
        with store.writing() as inner, store.reading() as reader:
            assert tx.now == inner.now == reader.now == NOW
        assert len({tx.new_id() for _ in range(100)}) == 100


def test_a_reader_sees_one_snapshot_while_somebody_writes(store: Store) -> None:
    def write() -> None:
        with store.writing() as tx:
            clusters.keep_programme(tx, make_programme())

    # On SQLite without WAL the writer's commit waits for the reader; on PostgreSQL it does not. Both see one snapshot.
    writer = threading.Thread(target=write)
    with store.reading() as tx:
        assert clusters.programmes_listed(tx, within=EVERYWHERE) == []
        writer.start()
        writer.join(timeout=0.3)
        assert clusters.programmes_listed(tx, within=EVERYWHERE) == []
    writer.join()
    assert slugs(store) == ["north"]


@pytest.fixture
def deferred(store: Store) -> Iterator[sa.TableClause]:
    """A table whose references are checked only at COMMIT."""
    with store.writing() as tx:
        tx.connection.execute(
            sa.text(
                "CREATE TABLE loose (id varchar PRIMARY KEY, programme_id varchar"
                " REFERENCES programmes (id) DEFERRABLE INITIALLY DEFERRED)"
            )
        )
    yield sa.table("loose", sa.column("id"), sa.column("programme_id"))
    with store.writing() as tx:
        tx.connection.execute(sa.text("DROP TABLE loose"))


def test_a_constraint_that_fails_at_the_commit_raises_and_keeps_nothing(store: Store, deferred: sa.TableClause) -> None:
    steps = []

    def write() -> None:
        with store.writing() as tx:
            clusters.keep_programme(tx, make_programme())
            tx.connection.execute(sa.insert(deferred).values(id="1", programme_id="nowhere"))
            steps.append("reached the end of the block")

    with pytest.raises(sa.exc.IntegrityError):
        write()
    assert steps == ["reached the end of the block"]
    assert slugs(store) == []
    with store.writing() as tx:
        clusters.keep_programme(tx, make_programme("south"))
        tx.connection.execute(sa.insert(deferred).values(id="1", programme_id="programme-south"))
    assert slugs(store) == ["south"]


def test_a_database_that_is_gone_is_said_in_the_domains_words(postgres_gone: Store, sqlite_gone: Store) -> None:
    for gone in (postgres_gone, sqlite_gone):
        for block in (gone.reading, gone.writing, gone.writing):
            with pytest.raises(Unavailable), block():
                pytest.fail("there is no database")


@pytest.fixture
def postgres_gone(tmp_path: object) -> Store:
    return Store(make_engine(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"), Clock(), Ids(), SECRET)


@pytest.fixture
def sqlite_gone(tmp_path: object) -> Store:
    return Store(make_engine(f"sqlite:///{tmp_path}/no/such/folder.db"), Clock(), Ids(), SECRET)


# Spring and autumn nights in Oslo on which an hour is left out or comes twice, and clocks elsewhere.
@pytest.mark.parametrize(
    "moment",
    [
        "2026-10-01T08:00:00+00:00",
        "2026-10-01T08:00:00.123456+00:00",
        "2026-03-29T01:59:59.999999+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
        "2026-12-31T23:59:59-11:00",
        "2026-01-01T00:00:00+14:00",
        "2099-12-31T23:59:59.999999+00:00",
        "2000-02-29T00:00:00+05:45",
    ],
)
def test_a_moment_comes_back_in_utc_and_is_the_same_moment(store: Store, moment: str) -> None:
    given = dt.datetime.fromisoformat(moment)
    with store.writing() as tx:
        back = _there_and_back(tx, given)
    assert back == given
    assert back.tzinfo is dt.UTC


def test_moments_compare_in_the_database_as_they_do_in_python(store: Store) -> None:
    early = dt.datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    late = dt.datetime.fromisoformat("2026-10-25T02:30:00+01:00")
    with store.reading() as tx:
        left, right = sa.literal(early, UtcDateTime), sa.literal(late, UtcDateTime)
        assert tx.connection.execute(sa.select(left < right)).scalar()


def test_a_moment_without_a_time_zone_cannot_be_kept(store: Store) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a time zone"), store.writing() as tx:
        _there_and_back(tx, NOW.replace(tzinfo=None))


def _there_and_back(tx: Transaction, moment: dt.datetime) -> dt.datetime:
    table = sa.Table("moments", sa.MetaData(), sa.Column("moment", UtcDateTime()), prefixes=["TEMPORARY"])
    table.create(tx.connection)
    tx.connection.execute(sa.insert(table).values(moment=moment))
    found: dt.datetime = tx.connection.execute(sa.select(table.c.moment)).scalar_one()
    return found


def test_no_moment_is_no_moment(store: Store) -> None:
    with store.reading() as tx:
        assert tx.connection.execute(sa.select(sa.literal(None, UtcDateTime))).scalar() is None


def test_a_programme_comes_back_as_it_was(store: Store) -> None:
    hostile = Programme("id", "slug", "Ålesund 👩\u200d🚀 'quoted' \"double\" %s %(x)s :name \\ ;--")
    with store.writing() as tx:
        clusters.keep_programme(tx, hostile)
    with store.reading() as tx:
        assert clusters.programmes_listed(tx, within=EVERYWHERE) == [hostile]
        assert tx.connection.execute(sa.select(sa.func.count()).select_from(programmes)).scalar() == 1
