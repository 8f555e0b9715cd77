"""The history of a cluster or an assessment as JSON."""

import datetime as dt
from typing import Any

from pydantic import ConfigDict, Field

from app.api.schemas.examples import real
from app.api.schemas.models import Out
from app.store.history import PastLine


class HistoryLineOut(Out):
    """Who did what, when, and what it was before and after."""

    id: str
    at: dt.datetime
    by: str | None = Field(description="Who did it; null where the name was erased.")
    verb: str = Field(description="What was done, in the past tense, such as `answered` or `submitted`.")
    cluster: str | None = Field(description="The cluster's slug.")
    assessment: str | None = Field(description="The id of the assessment that it was done to, where there is one.")
    indicator: str | None = Field(description="The official number of the indicator that was answered.")
    before: dict[str, Any] = Field(description="What it was before, as far as it is told: an answer's level and note.")
    after: dict[str, Any] = Field(description="The same, afterwards.")

    @classmethod
    def of(cls, line: PastLine) -> "HistoryLineOut":
        """Return a line as JSON shows it."""
        return cls(
            id=line.place.id,
            at=line.at,
            by=line.actor,
            verb=line.verb,
            cluster=line.cluster,
            assessment=line.assessment_id,
            indicator=line.indicator,
            before=dict(line.before),
            after=dict(line.after),
        )


class HistoryPage(Out):
    """A page of a history, the newest first. Outside the cluster only what concerns registration and submission."""

    model_config = ConfigDict(json_schema_extra=real("history"))

    items: list[HistoryLineOut]
    next: str | None
