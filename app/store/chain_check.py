"""Whether the journal is what was written: every chain without a gap, every seal, every digest of a name or a text.

Read a stretch at a time, each in a short transaction of its own, so that writers never wait for it. Lines that come
while it reads are left for the next time. What is cut off the end of a chain leaves no trace in the chain itself; that
is found by a head that was kept elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.store import keys
from app.store.chains import NO_KEY, ChainLine, Head, digest_of_name, digest_of_text, heads
from app.store.database import Store, Transaction
from app.store.keys import Key, Purpose
from app.store.tables import journal, journal_names, journal_texts

STRETCH = 2000


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong with a chain: at which position, with which line, and what."""

    chain: str
    position: int
    line_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was checked, how many lines were found without their name or their text, and what is wrong."""

    chains: int
    lines: int
    without_name: int
    without_text: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Tally:
    lines: int = 0
    without_name: int = 0
    without_text: int = 0


@dataclass(frozen=True, slots=True)
class _Means:
    """What a line is checked with: the keys by id, and the names that are as they were written."""

    keys: Mapping[str, Key]
    names: Mapping[str, str]


class _Broken(Exception):
    """A line is not as it was written."""


def check(store: Store, kept: Iterable[Head] = ()) -> Checked:
    """Check every chain, against heads that were kept from earlier where there are any; raises WrongSecret."""
    with store.reading() as tx:
        ends, known = heads(tx), keys.known(tx, Purpose.JOURNAL)
        means = _Means({key.id: key for key in known}, dict(_true_names(tx)))
    faults: list[Fault] = []
    tally = _Tally()
    wanted: dict[str, dict[int, str]] = {}
    for head in kept:
        wanted.setdefault(head.chain, {})[head.position] = head.seal
    for end in ends:
        faults += _chain(store, end, wanted.pop(end.chain, {}), means, tally)
    for chain, seals in wanted.items():
        faults.append(Fault(chain, max(seals), "", "the chain is not there at all"))
    with store.reading() as tx:
        faults += _texts_of_nothing(tx)
    return Checked(len(ends), tally.lines, tally.without_name, tally.without_text, tuple(faults))


def _chain(store: Store, end: Head, wanted: Mapping[int, str], means: _Means, tally: _Tally) -> Iterator[Fault]:
    """Yield the first fault of a chain, if it has one."""
    position, previous, key_id = 0, "", ""
    for row in _rows(store, end):
        tally.lines += 1
        line = ChainLine(**{name: row[name] for name in ChainLine.__dataclass_fields__})
        try:
            _in_order(line, position, key_id)
            _sealed(line, row["seal"], previous, means.keys)
            _beside(line, row, means.names, tally)
            _as_kept(line, row["seal"], wanted)
        except _Broken as broken:
            yield Fault(line.chain, line.position, line.id, str(broken))
            return
        position, previous, key_id = line.position, row["seal"], line.key_id
    if not key_id and means.keys:
        yield Fault(end.chain, position, "", "nothing in it was ever sealed, and everything there is has been")
    elif wanted and max(wanted) > position:
        yield Fault(end.chain, max(wanted), "", f"the chain ends at position {position}: lines were cut off")


def _rows(store: Store, end: Head) -> Iterator[sa.RowMapping]:
    """Yield the lines of a chain with their texts, up to the end that it had at the beginning."""
    columns = (*journal.c, journal_texts.c.salt, journal_texts.c.before, journal_texts.c.after)
    joined = journal.outerjoin(journal_texts, journal_texts.c.line_id == journal.c.id)
    statement = sa.select(*columns).select_from(joined).where(journal.c.chain == end.chain)
    behind, last = 0, ""
    while True:
        more = sa.or_(
            journal.c.position > behind, sa.and_(journal.c.position == behind, journal.c.id > last)
        )  # an attacker may have put in two lines at one position
        stretch = statement.where(more, journal.c.position <= end.position)
        with store.reading() as tx:
            ordered = stretch.order_by(journal.c.position, journal.c.id).limit(STRETCH)
            found = tx.connection.execute(ordered).mappings().all()
        yield from found
        if len(found) < STRETCH:
            return
        behind, last = found[-1]["position"], found[-1]["id"]


def _in_order(line: ChainLine, position: int, key_id: str) -> None:
    if line.position != position + 1:
        raise _Broken(f"it comes after position {position}: a line is missing, or one was put in")
    if key_id and not line.key_id:
        raise _Broken("it has no key, and the line before it has one")


def _sealed(line: ChainLine, seal: str, previous: str, known: Mapping[str, Key]) -> None:
    key = known.get(line.key_id) if line.key_id else NO_KEY
    if key is None:
        raise _Broken("it was sealed with a key that is not there")
    if line.seal(key, previous) != seal:
        raise _Broken("its seal does not fit: it was changed, or the line before it was")


def _as_kept(line: ChainLine, seal: str, wanted: Mapping[int, str]) -> None:
    if wanted.get(line.position, seal) != seal:
        raise _Broken("it is another line than the one whose seal was kept")


def _beside(line: ChainLine, row: sa.RowMapping, names: Mapping[str, str], tally: _Tally) -> None:
    """Compare what stands beside a line with what the line says of it; what is not there was erased."""
    if line.name_digest:
        actor_id = names.get(line.name_digest)
        tally.without_name += actor_id is None
        if actor_id not in {None, line.actor_id}:
            raise _Broken("the name beside it is not the one that was written")
    if row["salt"] is None:
        tally.without_text += bool(line.text_digest)
    elif digest_of_text(line.id, row["salt"], row["before"], row["after"]) != line.text_digest:
        raise _Broken("its text is not the one that was written")


def _true_names(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Yield whose name each digest stands for; for a name that was changed nobody's, so that its lines are found."""
    for row in tx.connection.execute(sa.select(journal_names)):
        is_true = digest_of_name(row.salt, row.actor_id, row.name) == row.digest
        yield row.digest, row.actor_id if is_true else "\0"


def _texts_of_nothing(tx: Transaction) -> Iterator[Fault]:
    of_nothing = journal_texts.outerjoin(journal, journal.c.id == journal_texts.c.line_id)
    statement = sa.select(journal_texts.c.line_id).select_from(of_nothing).where(journal.c.id.is_(None))
    for line_id in tx.connection.execute(statement.order_by(journal_texts.c.line_id)).scalars():
        yield Fault("", 0, line_id, "a text is there for a line that is not")
