"""Programmes, rounds, clusters, the roles on them and invitations to these, what is shared, conflicts of interest."""

import datetime as dt
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.store.tables.columns import UtcDateTime, one_of


class ProgrammeRow(SQLModel, table=True):
    """A programme that follows up clusters."""

    __tablename__ = "programmes"
    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str


class RoundRow(SQLModel, table=True):
    """One time a programme asks its clusters for an assessment."""

    __tablename__ = "rounds"
    __table_args__ = (sa.UniqueConstraint("programme_id", "slug"),)
    id: str = Field(primary_key=True)
    programme_id: str = Field(foreign_key="programmes.id")
    slug: str
    name: str
    reference_date: dt.date


class ClusterRow(SQLModel, table=True):
    """A cluster organisation."""

    __tablename__ = "clusters"
    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    programme_id: str | None = Field(default=None, foreign_key="programmes.id", index=True)
    level: str = ""
    region: str = ""
    sector: str = ""
    revision: int = 1
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)


class MembershipRow(SQLModel, table=True):
    """A person's role on exactly one cluster or one programme, since when it was given; a deputy's ends at `until`."""

    __tablename__ = "memberships"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("(cluster_id IS NULL) <> (programme_id IS NULL)", name="one_scope"),
        one_of("role", "observer", "contributor", "manager", "evaluator", "reader", "owner"),
        sa.UniqueConstraint("user_id", "cluster_id", "role"),
        sa.UniqueConstraint("user_id", "programme_id", "role"),
    )
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    role: str
    cluster_id: str | None = Field(default=None, foreign_key="clusters.id")
    programme_id: str | None = Field(default=None, foreign_key="programmes.id")
    until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    since: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class InvitationRow(SQLModel, table=True):
    """An invitation to a role, by e-mail; the link's secret is kept only as a digest. `closed_as` None is open.

    `until` is a deputy's end, `giver_becomes` what a manager who hands over is to be when it is accepted.
    """

    __tablename__ = "invitations"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("(cluster_id IS NULL) <> (programme_id IS NULL)", name="one_scope"),
        one_of("role", "observer", "contributor", "manager", "evaluator", "reader", "owner"),
        one_of("closed_as", "accepted", "declined", "withdrawn"),
        one_of("giver_becomes", "observer", "contributor", "nothing"),
    )
    id: str = Field(primary_key=True)
    email: str = Field(index=True)
    role: str
    cluster_id: str | None = Field(default=None, foreign_key="clusters.id", index=True)
    programme_id: str | None = Field(default=None, foreign_key="programmes.id", index=True)
    until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    giver_becomes: str | None = None
    invited_by: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    digest: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)
    closed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_as: str | None = None


class ConsentRow(SQLModel, table=True):
    """What a cluster shares with whom, from when to when, and who decided so; never given where it said no at once."""

    __tablename__ = "consents"
    __table_args__: ClassVar[Any] = (
        one_of("audience", "programme", "peers", "public"),
        sa.CheckConstraint("given_at IS NOT NULL OR revoked_at IS NOT NULL", name="decided"),
    )
    id: str = Field(primary_key=True)
    cluster_id: str = Field(foreign_key="clusters.id", index=True)
    audience: str
    given_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    given_by: str | None = None
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: str | None = None


class InterestRow(SQLModel, table=True):
    """A conflict of interest that an evaluator has declared about a cluster."""

    __tablename__ = "interests"
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    cluster_id: str = Field(foreign_key="clusters.id", index=True)
    reason: str
    declared_at: dt.datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
