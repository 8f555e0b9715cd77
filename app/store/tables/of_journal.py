"""The journal of accepted writes."""

import datetime as dt

from sqlmodel import Field, SQLModel

from app.store.tables.base import UtcDateTime


class JournalRow(SQLModel, table=True):
    """One line per accepted write. No foreign keys, so that history neither blocks nor follows a deletion."""

    __tablename__ = "journal"
    id: str = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=UtcDateTime)
    actor_id: str
    actor_name: str
    verb: str
    subject: str
    cluster_id: str | None = Field(default=None, index=True)
    programme_id: str | None = None
    before: str
    after: str
