"""The journal: lines sealed into chains, and beside them the names and texts that can be erased.

The database itself refuses to change or delete a line, and to change a name or a text (triggers of migration 0008).
"""

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.store.tables.columns import UtcDateTime

# A later migration that rebuilds one of these tables on SQLite must make its triggers again; `migrate check` tells.
TRIGGERS: Mapping[str, frozenset[str]] = {
    "sqlite": frozenset(
        f"{table}_no_{event}"
        for table in ("journal", "journal_names", "journal_texts")
        for event in ("update", "replace", "delete")
        if (table, event) == ("journal", "delete") or event != "delete"
    ),
    "postgresql": frozenset({"journal_append_only", "journal_names_unchanged", "journal_texts_unchanged"}),
}


class JournalRow(SQLModel, table=True):
    """One line, by ids and digests alone. No foreign keys, so that history neither blocks nor follows a deletion.

    `key_id` is empty in lines from before there were seals; so is a digest where there is no name or no text.
    """

    __tablename__ = "journal"
    __table_args__ = (
        sa.UniqueConstraint("chain", "position"),
        sa.Index(None, "cluster_id", "at"),
        sa.Index(None, "programme_id", "at"),
        sa.Index(None, "subject", "at"),
    )
    id: str = Field(primary_key=True)
    chain: str
    position: int
    at: dt.datetime = Field(sa_type=UtcDateTime)
    actor_id: str
    name_digest: str
    verb: str
    subject: str
    indicator: str | None = None
    cluster_id: str | None = None
    programme_id: str | None = None
    text_digest: str
    key_id: str
    seal: str


class JournalNameRow(SQLModel, table=True):
    """What somebody was called when lines were written; `digest` is what those lines hold."""

    __tablename__ = "journal_names"
    digest: str = Field(primary_key=True)
    actor_id: str = Field(index=True)
    salt: str
    name: str


class JournalTextRow(SQLModel, table=True):
    """What a thing was before and after, as JSON; no row where a line has neither."""

    __tablename__ = "journal_texts"
    line_id: str = Field(primary_key=True)
    salt: str
    before: str
    after: str
