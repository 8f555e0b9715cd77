"""Whoever can write into the database, triggers or not, cannot change the journal unseen: every tampering is found."""

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from app.store import chain_check, chains, journal, keys
from app.store.chain_check import Checked, check
from app.store.chains import NO_KEY, ChainLine, Head
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.keys import Key, Purpose, WrongSecret
from app.store.tables import journal as table
from app.store.tables import journal_names, journal_texts
from app.store.tables import keys as key_table
from tests.make import Clock, make_actor, make_cluster

Tampering = Callable[[sa.Connection, random.Random], None]
CHAINS = ("programme-north", "programme-south", chains.SERVICE)
PER_CHAIN = 9


@pytest.fixture
def written(store: Store, clock: Clock) -> Store:
    """A journal of three chains, the key of which was rotated on the way."""
    clusters = (make_cluster(), make_cluster("fjell", "south"), make_cluster("alene", None))
    for number in range(PER_CHAIN):
        clock.move(minutes=1)
        with store.writing() as tx:
            if number == PER_CHAIN // 2:
                keys.add(tx, Purpose.JOURNAL)
            for cluster in clusters:
                actor = dataclasses.replace(make_actor(name=f"Person {number % 3}"), user_id=f"user-{number % 3}")
                was, now = ({"indicator": f"2.{number % 4}", "level": level, "note": ""} for level in (1, number))
                journal.note(tx, actor, Verb.ANSWERED, f"a-{cluster.id}", cluster=cluster, before=was, after=now)
    assert_whole(check(store))
    return store


def assert_whole(checked: Checked) -> None:
    assert checked.faults == ()
    assert (checked.chains, checked.lines) == (len(CHAINS), len(CHAINS) * PER_CHAIN)


def unguarded(connection: sa.Connection) -> None:
    """Take the triggers away, as whoever owns the database can."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return
    for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


class Undone(Exception):
    """Nothing of what was tried is kept."""


def heads(store: Store) -> list[Head]:
    with store.reading() as tx:
        return chains.heads(tx)


def after(store: Store, tamper: Callable[[Transaction], None], kept: list[Head] | None = None) -> Checked:
    """Return what is found while something is tampered with, and undo it."""
    found: list[Checked] = []

    def attempt() -> None:
        with store.writing() as tx:
            unguarded(tx.connection)
            tamper(tx)
            # What is read inside `writing` is that transaction, with all that was done to it.
            found.append(check(store, kept or ()))
            raise Undone

    with pytest.raises(Undone):
        attempt()
    return found[0]


def lines_of(connection: sa.Connection, chain: str) -> list[ChainLine]:
    statement = sa.select(*(table.c[name] for name in ChainLine.__dataclass_fields__)).where(table.c.chain == chain)
    return [ChainLine(**row) for row in connection.execute(statement.order_by(table.c.position)).mappings()]


def put(connection: sa.Connection, line: ChainLine, seal: str) -> None:
    connection.execute(sa.insert(table).values(**chains.columns_of(line), seal=seal))


def some(connection: sa.Connection, chance: random.Random) -> ChainLine:
    return chance.choice(lines_of(connection, chance.choice(CHAINS)))


def edit(connection: sa.Connection, chance: random.Random) -> None:
    line = some(connection, chance)
    column = chance.choice(sorted(set(table.c.keys()) - {"id", "at", "position"}))
    value = chance.choice(["", "x", "user-1", "submitted", "0" * 64])
    there = getattr(line, column, None) if column != "seal" else None
    connection.execute(
        sa.update(table).where(table.c.id == line.id).values({column: value if value != there else "other"})
    )


def edit_moment_or_place(connection: sa.Connection, chance: random.Random) -> None:
    line = some(connection, chance)
    seconds = chance.choice([-86_400, -1, 1, 3_600])
    values: dict[str, Any] = chance.choice(
        [
            {"at": line.at + dt.timedelta(seconds=seconds)},
            {"position": line.position + 100},
            {"id": f"{line.id}x"},
        ]
    )
    connection.execute(sa.update(table).where(table.c.id == line.id).values(values))


def edit_beside(connection: sa.Connection, chance: random.Random) -> None:
    if chance.random() < 0.3:
        digest = chance.choice(connection.execute(sa.select(journal_names.c.digest)).scalars().all())
        column = chance.choice(["name", "actor_id", "salt"])
        connection.execute(sa.update(journal_names).where(journal_names.c.digest == digest).values({column: "Other"}))
        return
    line, column = some(connection, chance), chance.choice(["before", "after", "salt"])
    value = chance.choice(["{}", '{"indicator": "2.5", "level": 4, "note": ""}'])
    connection.execute(sa.update(journal_texts).where(journal_texts.c.line_id == line.id).values({column: value}))


def delete(connection: sa.Connection, chance: random.Random) -> None:
    found = lines_of(connection, chance.choice(CHAINS))
    # All but the last; what is cut off the end has a test of its own.
    connection.execute(sa.delete(table).where(table.c.id == chance.choice(found[:-1]).id))


def delete_and_close_up(connection: sa.Connection, chance: random.Random) -> None:
    found = lines_of(connection, chance.choice(CHAINS))
    gone = chance.randrange(len(found) - 1)
    connection.execute(sa.delete(table).where(table.c.id == found[gone].id))
    for line in found[gone + 1 :]:
        connection.execute(sa.update(table).where(table.c.id == line.id).values(position=line.position - 1))


def swap(connection: sa.Connection, chance: random.Random) -> None:
    """Let two lines change places, or have each other's text, or each other's content."""
    one, two = chance.sample(lines_of(connection, chance.choice(CHAINS)), 2)
    how = chance.choice(["position", "text", "verb"])
    if how == "position":
        for line, position in ((one, -1), (two, one.position), (one, two.position)):
            connection.execute(sa.update(table).where(table.c.id == line.id).values(position=position))
    elif how == "text":
        for was, is_now in ((one.id, "between"), (two.id, one.id), ("between", two.id)):
            statement = sa.update(journal_texts).where(journal_texts.c.line_id == was).values(line_id=is_now)
            connection.execute(statement)
    else:
        for line, other in ((one, two), (two, one)):
            values = {"text_digest": other.text_digest, "indicator": other.indicator}
            connection.execute(sa.update(table).where(table.c.id == line.id).values(values))


def insert(connection: sa.Connection, chance: random.Random) -> None:
    """Put in a line that never was: at the end, or in the midst with all behind it moved on."""
    found = lines_of(connection, chance.choice(CHAINS))
    at = chance.randrange(1, len(found) + 1)
    for line in reversed(found[at:]):
        connection.execute(sa.update(table).where(table.c.id == line.id).values(position=line.position + 1))
    model = found[at - 1]
    forged = dataclasses.replace(model, id="forged", position=at + 1, text_digest="")
    put(connection, forged, forged.seal(chance.choice([NO_KEY, Key("", b"guessed")]), "0" * 64))


def forge(connection: sa.Connection, chance: random.Random) -> None:
    """Write a chain anew from some line on, every seal fitting the one before, but made without the key."""
    chain = chance.choice(CHAINS)
    found = lines_of(connection, chain)
    start = chance.randrange(len(found))
    key = chance.choice([NO_KEY, Key("", b"guessed"), Key(found[0].key_id, b"guessed")])
    previous = (
        ""
        if start == 0
        else str(connection.execute(sa.select(table.c.seal).where(table.c.id == found[start - 1].id)).scalar_one())
    )
    for line in found[start:]:
        changed = dataclasses.replace(line, verb="submitted", key_id=key.id)
        previous = changed.seal(key, previous)
        connection.execute(
            sa.update(table).where(table.c.id == line.id).values(verb="submitted", key_id=key.id, seal=previous)
        )


def take_a_key(connection: sa.Connection, chance: random.Random) -> None:
    used = sorted({line.key_id for chain in CHAINS for line in lines_of(connection, chain)})
    connection.execute(sa.delete(key_table).where(key_table.c.id == chance.choice(used)))


def truncate(connection: sa.Connection, chance: random.Random) -> None:
    """Cut lines off the end of a chain, or take all of it."""
    chain, left = chance.choice(CHAINS), chance.randrange(PER_CHAIN)
    connection.execute(sa.delete(table).where(table.c.chain == chain, table.c.position > left))
    orphans = journal_texts.c.line_id.not_in(sa.select(table.c.id))
    connection.execute(sa.delete(journal_texts).where(orphans))


SEEN_BY_THEMSELVES: list[Tampering] = [
    edit,
    edit_moment_or_place,
    edit_beside,
    delete,
    delete_and_close_up,
    swap,
    insert,
    forge,
    take_a_key,
]


def rounds(store: Store) -> Iterator[int]:
    """A thousand in all on SQLite, two hundred on PostgreSQL, where each takes many times as long."""
    return iter(range(1000 if store.engine.dialect.name == "sqlite" else 200))


def _do(tampering: Tampering, chance: random.Random, tx: Transaction) -> None:
    tampering(tx.connection, chance)


def test_every_one_of_a_thousand_tamperings_is_found(written: Store) -> None:
    kept, missed = heads(written), []
    kinds = [*SEEN_BY_THEMSELVES, truncate]
    for number in rounds(written):
        chance, tampering = random.Random(number), kinds[number % len(kinds)]
        do = partial(_do, tampering, chance)
        checked = after(written, do, kept if tampering is truncate else None)
        if not checked.faults:
            missed.append((number, tampering.__name__))
    assert missed == []
    assert_whole(check(written, kept))


def test_the_fault_names_the_first_line_that_does_not_fit(written: Store) -> None:
    def change(tx: Transaction) -> None:
        tx.connection.execute(sa.update(table).where(table.c.position.in_((5, 8))).values(verb="deleted"))

    found = after(written, change).faults
    assert [(fault.chain, fault.position) for fault in found] == [(chain, 5) for chain in sorted(CHAINS)]
    assert all("its seal does not fit" in fault.what for fault in found)


def test_what_is_cut_off_shows_only_in_a_head_kept_from_before(written: Store) -> None:
    kept = heads(written)

    def cut(tx: Transaction) -> None:
        cut_off = sa.and_(table.c.chain == "programme-south", table.c.position > 7)
        texts = sa.select(table.c.id).where(cut_off)
        tx.connection.execute(sa.delete(journal_texts).where(journal_texts.c.line_id.in_(texts)))
        tx.connection.execute(sa.delete(table).where(cut_off))

    assert after(written, cut).faults == ()
    (fault,) = after(written, cut, kept).faults
    assert (fault.chain, fault.position) == ("programme-south", PER_CHAIN)
    assert "ends at position 7" in fault.what


def test_an_earlier_head_holds_when_more_has_been_written_since(written: Store) -> None:
    kept = heads(written)
    with written.writing() as tx:
        journal.note(tx, make_actor(), Verb.STARTED, "b", cluster=make_cluster())
    assert check(written, kept).faults == ()
    other = [dataclasses.replace(head, seal="0" * 64) for head in kept]
    assert {fault.position for fault in check(written, other).faults} == {PER_CHAIN}
    missing = [Head("programme-gone", 3, "0" * 64, kept[0].at)]
    assert [fault.what for fault in check(written, missing).faults] == ["the chain is not there at all"]


def test_erasing_names_and_texts_breaks_nothing_and_is_counted(written: Store) -> None:
    with written.writing() as tx:
        assert journal.forget(tx, "user-1") == 1
        tx.connection.execute(sa.delete(journal_texts).where(journal_texts.c.line_id.like("%1")))
    checked = check(written, heads(written))
    assert_whole(checked)
    assert checked.without_name == len(CHAINS) * PER_CHAIN // 3
    assert checked.without_text > 0
    with written.writing() as tx:
        tx.connection.execute(sa.delete(journal_names))
        tx.connection.execute(sa.delete(journal_texts))
    checked = check(written)
    assert_whole(checked)
    assert checked.without_text == checked.without_name == checked.lines


def test_a_text_put_back_differently_after_erasure_is_found(written: Store) -> None:
    def put_back(tx: Transaction) -> None:
        line = lines_of(tx.connection, "programme-north")[3]
        tx.connection.execute(sa.delete(journal_texts).where(journal_texts.c.line_id == line.id))
        values = {"line_id": line.id, "salt": "s", "before": "{}", "after": '{"level": 4}'}
        tx.connection.execute(sa.insert(journal_texts).values(values))

    (fault,) = after(written, put_back).faults
    assert (fault.chain, fault.position, "text" in fault.what) == ("programme-north", 4, True)


def test_a_text_for_a_line_that_never_was_is_found(written: Store) -> None:
    def add(tx: Transaction) -> None:
        values = {"line_id": "never", "salt": "s", "before": "{}", "after": "{}"}
        tx.connection.execute(sa.insert(journal_texts).values(values))

    assert [fault.line_id for fault in after(written, add).faults] == ["never"]


def test_a_chain_without_any_key_is_no_chain_once_there_are_keys(written: Store) -> None:
    def replace(tx: Transaction) -> None:
        previous = ""
        for line in lines_of(tx.connection, "programme-north"):
            forged = dataclasses.replace(line, key_id="", verb="submitted")
            previous = forged.seal(NO_KEY, previous)
            tx.connection.execute(sa.delete(table).where(table.c.id == line.id))
            put(tx.connection, forged, previous)

    (fault,) = after(written, replace).faults
    assert "nothing in it was ever sealed" in fault.what


def test_a_journal_longer_than_what_is_read_at_once_is_read_to_its_end(
    written: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stretch in (1, 5, PER_CHAIN, PER_CHAIN + 1):
        monkeypatch.setattr(chain_check, "STRETCH", stretch)
        assert_whole(check(written))


def test_two_lines_at_one_position_are_found(written: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_check, "STRETCH", 3)
    without_constraint = ["ALTER TABLE journal DROP CONSTRAINT uq_journal_chain_position"]
    if written.engine.dialect.name == "sqlite":
        without_constraint = ["ALTER TABLE journal RENAME TO old", "CREATE TABLE journal AS SELECT * FROM old"]

    def double(tx: Transaction) -> None:
        for statement in without_constraint:
            tx.connection.exec_driver_sql(statement)
        line = lines_of(tx.connection, "programme-north")[2]
        put(tx.connection, dataclasses.replace(line, id="zzz"), "0" * 64)

    (fault,) = after(written, double).faults
    assert (fault.line_id, fault.position) == ("zzz", 3)


def test_an_empty_journal_is_whole(store: Store) -> None:
    assert check(store) == Checked(0, 0, 0, 0, ())
    assert heads(store) == []


def test_with_another_secret_nothing_can_be_checked(written: Store, clock: Clock) -> None:
    other = Store(written.engine, clock, written.new_id, "another secret, which opens nothing here")
    with pytest.raises(WrongSecret):
        check(other)
