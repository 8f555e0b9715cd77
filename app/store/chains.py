"""How the journal's lines hang together: what is sealed, the digests of names and texts, and where each chain ends.

One chain per programme and one for what belongs to none. A line's seal is an HMAC over all of it and over the seal of
the line before it, so a line that is changed, taken away, put in or moved does not fit; without the key none can be
made. Names and texts enter by salted digests alone: they can be erased, and nobody can guess them back.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Transaction
from app.store.keys import Key
from app.store.tables import journal, programmes

SERVICE = "service"
# Lines from before there were seals are chained without a key: anybody could do that, but the first seal covers them.
NO_KEY = Key("", b"")
_END = (
    sa.select(journal.c.position, journal.c.seal)
    .where(journal.c.chain == sa.bindparam("chain"))
    .order_by(journal.c.position.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A line as it stands in its chain, without the seal."""

    id: str
    chain: str
    position: int
    at: dt.datetime
    actor_id: str
    name_digest: str
    verb: str
    subject: str
    indicator: str | None
    cluster_id: str | None
    programme_id: str | None
    text_digest: str
    key_id: str

    def seal(self, key: Key, previous: str) -> str:
        """Return the seal that this line has behind the line with the seal `previous`, "" for the first."""
        about = (self.actor_id, self.name_digest, self.verb, self.subject)
        places = map(_maybe, (self.indicator, self.cluster_id, self.programme_id))
        where = (previous, self.chain, str(self.position), self.id, self.at.isoformat())
        return key.sign(*where, *about, *places, self.text_digest, self.key_id)


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a chain; `programme` is the slug of the programme whose chain it is, where there is one."""

    chain: str
    position: int
    seal: str
    at: dt.datetime
    programme: str | None = None


def chain_of(programme_id: str | None) -> str:
    """Return the chain that what belongs to a programme, or to none, is written into."""
    return programme_id or SERVICE


def digest_of_name(salt: str, actor_id: str, name: str) -> str:
    """Return what stands for a name in the chain."""
    return NO_KEY.sign(salt, actor_id, name)


def digest_of_text(line_id: str, salt: str, before: str, after: str) -> str:
    """Return what stands for a line's text in the chain."""
    return NO_KEY.sign(line_id, salt, before, after)


def end(tx: Transaction, chain: str) -> tuple[int, str]:
    """Return the position and the seal of a chain's last line, 0 and "" where it has none."""
    last = tx.connection.execute(_END, {"chain": chain}).first()
    return (last.position, last.seal) if last else (0, "")


def heads(tx: Transaction) -> list[Head]:
    """Return the last line of every chain."""
    last = sa.select(journal.c.chain, sa.func.max(journal.c.position).label("position")).group_by(journal.c.chain)
    newest = last.subquery()
    is_last = sa.and_(journal.c.chain == newest.c.chain, journal.c.position == newest.c.position)
    columns = (journal.c.chain, journal.c.position, journal.c.seal, journal.c.at, programmes.c.slug.label("programme"))
    joined = journal.join(newest, is_last).outerjoin(programmes, programmes.c.id == journal.c.chain)
    statement = sa.select(*columns).select_from(joined).order_by(journal.c.chain)
    return [Head(**row) for row in tx.connection.execute(statement).mappings()]


def columns_of(line: ChainLine) -> Mapping[str, object]:
    """Return a line's columns by name."""
    return {name: getattr(line, name) for name in ChainLine.__dataclass_fields__}


def _maybe(value: str | None) -> str:
    return "" if value is None else f"={value}"
