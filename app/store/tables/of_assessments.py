"""Assessments, their answers, and what they scored."""

import datetime as dt
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from app.store.tables.columns import UtcDateTime, one_of


class AssessmentRow(SQLModel, table=True):
    """One cluster's assessment; it pins name, version and digest of the framework that it was started on."""

    __tablename__ = "assessments"
    __table_args__: ClassVar[Any] = (
        one_of(
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
