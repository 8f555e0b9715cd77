"""Every table. The migrations are the way here; a test holds the two equal on both databases."""

import datetime as dt
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlmodel import Field, SQLModel
from typing_extensions import override

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES
metadata = SQLModel.metadata


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC: SQLite gives back naive values and PostgreSQL aware ones; this makes them one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Keep the moment in UTC; a naive value is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment without a time zone cannot be kept"
            raise ValueError(message)
        return value.astimezone(dt.UTC)

    @override
    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(values), name=column)


class UserRow(SQLModel, table=True):
    """A person with an account."""

    __tablename__ = "users"
    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str | None = None
    language: str | None = None
    is_administrator: bool = False
    is_disabled: bool = False
    is_demo: bool = False
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class SessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's secret is kept only as a digest."""

    __tablename__ = "sessions"
    digest: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    seen_at: dt.datetime = Field(sa_type=UtcDateTime)


class TokenRow(SQLModel, table=True):
    """A bearer token for the API; its secret is kept only as a digest."""

    __tablename__ = "tokens"
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    digest: str
    name: str
    scopes: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_used_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


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
    """A person's role on exactly one cluster or one programme."""

    __tablename__ = "memberships"
    __table_args__: ClassVar[Any] = (
        sa.CheckConstraint("(cluster_id IS NULL) <> (programme_id IS NULL)", name="one_scope"),
        _one_of("role", "observer", "contributor", "manager", "evaluator", "reader", "owner"),
        sa.UniqueConstraint("user_id", "cluster_id", "role"),
        sa.UniqueConstraint("user_id", "programme_id", "role"),
    )
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    role: str
    cluster_id: str | None = Field(default=None, foreign_key="clusters.id")
    programme_id: str | None = Field(default=None, foreign_key="programmes.id")


class AssessmentRow(SQLModel, table=True):
    """One cluster's assessment; it pins name, version and digest of the framework that it was started on."""

    __tablename__ = "assessments"
    __table_args__: ClassVar[Any] = (
        _one_of(
            "state",
            "draft",
            "submitted",
            "in-review",
            "changes-requested",
            "replying",
            "verified",
            "closed",
            "withdrawn",
        ),
    )
    id: str = Field(primary_key=True)
    cluster_id: str = Field(foreign_key="clusters.id", index=True)
    round_id: str | None = Field(default=None, foreign_key="rounds.id")
    title: str
    reference_date: dt.date
    framework: str
    version: str
    digest: str
    state: str
    revision: int
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)
    submitted_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class AnswerRow(SQLModel, table=True):
    """One indicator's answer. The indicator is named by its official number, which lives in the catalogue file."""

    __tablename__ = "answers"
    assessment_id: str = Field(primary_key=True, foreign_key="assessments.id", ondelete="CASCADE")
    indicator: str = Field(primary_key=True)
    level: int | None = None
    note: str = ""
    revision: int
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)
    updated_by: str


class ScorecardRow(SQLModel, table=True):
    """What an assessment scored at the moment it began to count; portfolio figures come from here alone."""

    __tablename__ = "scorecards"
    assessment_id: str = Field(primary_key=True, foreign_key="assessments.id", ondelete="CASCADE")
    points: int
    outcome: str
    levels: bytes
    frozen_at: dt.datetime = Field(sa_type=UtcDateTime)


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


class ReceiptRow(SQLModel, table=True):
    """The answer given to a request with an idempotency key, kept in the transaction of its effect."""

    __tablename__ = "receipts"
    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(primary_key=True)
    request_digest: str
    status: int
    headers: str
    body: bytes
    kept_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)


# Statements are written over these, never over entities: reads go from columns straight into domain values.
users = metadata.tables["users"]
sessions = metadata.tables["sessions"]
tokens = metadata.tables["tokens"]
programmes = metadata.tables["programmes"]
rounds = metadata.tables["rounds"]
clusters = metadata.tables["clusters"]
memberships = metadata.tables["memberships"]
assessments = metadata.tables["assessments"]
answers = metadata.tables["answers"]
scorecards = metadata.tables["scorecards"]
journal = metadata.tables["journal"]
receipts = metadata.tables["receipts"]
