"""Assessments as JSON."""

import datetime as dt
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from app.api.schemas.answers import AnswerOut
from app.api.schemas.examples import real
from app.api.schemas.models import In, Name, Out
from app.domain.framework import Framework
from app.domain.lifecycle import Assessment, State
from app.usecases.assessments import Report

# The domain says which days there are; the model only takes text, and says so.
_Day = Annotated[
    str, Field(description="A day from 2000 to 2099.", json_schema_extra={"format": "date", "examples": ["2026-09-30"]})
]


class AssessmentLine(Out):
    """An assessment in its cluster's list."""

    id: str
    cluster: str = Field(description="The cluster's slug.")
    title: str
    framework: str
    version: str
    digest: str = Field(description="Of the numbers that it was started on.")
    reference_date: dt.date
    round: str | None = Field(description="The slug of the programme's round that it belongs to.")
    state: State
    revision: int = Field(description="The number in its ETag; every saved answer raises it.")
    answered: int
    total: int

    @classmethod
    def of(cls, assessment: Assessment, framework: Framework) -> "AssessmentLine":
        """Return an assessment as the list shows it."""
        return cls(**_head(assessment, framework))


class AssessmentLinePage(Out):
    """A page of one cluster's assessments, the latest reference date first."""

    model_config = ConfigDict(json_schema_extra=real("assessment_lines"))

    items: list[AssessmentLine]
    next: str | None


class AssessmentOut(AssessmentLine):
    """The whole of an assessment, and what the caller can do with it now."""

    model_config = ConfigDict(json_schema_extra=real("assessment"))

    answers: list[AnswerOut] = Field(description="The answers that were ever saved, in the standard's order.")
    findings: list[dict[str, Any]] = Field(description="The evaluators' findings; none can be recorded yet.")
    evidence: list[dict[str, Any]] = Field(description="What supports the answers; nothing can be added yet.")
    actions: list[str] = Field(description="What the caller can do now: answer, delete, or a move.")

    @classmethod
    def whole(cls, report: Report) -> "AssessmentOut":
        """Return an assessment as JSON shows it."""
        assessment, framework = report.assessment, report.framework
        kept = (assessment.answers.get(indicator.number) for indicator in framework.indicators)
        return cls(
            **_head(assessment, framework),
            answers=[AnswerOut.of(answer) for answer in kept if answer],
            findings=[],
            evidence=[],
            actions=list(report.actions),
        )


class AssessmentPage(Out):
    """A page of assessments by id."""

    model_config = ConfigDict(json_schema_extra=real("assessments"))

    items: list[AssessmentOut]
    next: str | None = Field(description="The cursor of the page after this, null at the end.")


class AssessmentIn(In):
    """An assessment to be started; on the newest catalogue that is offered where none is named."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"framework": "ecei", "version": "2026.1", "reference_date": "2026-09-30", "title": "Autumn 2026"}
            ]
        }
    )

    title: Name
    reference_date: _Day | None = Field(default=None, description="The round's own, where a round is named.")
    framework: str = Field(default="", json_schema_extra={"examples": ["ecei"]})
    version: str = Field(default="", json_schema_extra={"examples": ["2026.1"]})
    round: str | None = Field(
        default=None, description="The slug of a round; the one with the same reference date where nothing is said."
    )


class NothingIn(In):
    """A move says everything in its address; a body, if there is one, is an empty object."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


def _head(assessment: Assessment, framework: Framework) -> dict[str, Any]:
    return {
        "id": assessment.id,
        "cluster": assessment.cluster.slug,
        "title": assessment.title,
        "framework": assessment.framework,
        "version": assessment.version,
        "digest": assessment.digest,
        "reference_date": assessment.reference_date,
        "round": assessment.round,
        "state": assessment.state,
        "revision": assessment.revision,
        "answered": assessment.answered,
        "total": framework.total,
    }
