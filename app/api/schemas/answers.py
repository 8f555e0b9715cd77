"""Answers as JSON."""

import datetime as dt
from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.schemas.examples import real
from app.api.schemas.models import In, Note, Out
from app.domain.answers import Answer

_Level = Annotated[
    int,
    Field(
        description="A level of the assessment's framework (0 to 4 in ECEI), written as an integer: 3, neither 3.0 nor "
        '"3". Null takes the level back.',
        json_schema_extra={"minimum": 0},
    ),
]


class AnswerOut(Out):
    """The answer to one indicator. `level` is null while it is unanswered, which is never level 0."""

    model_config = ConfigDict(json_schema_extra=real("answer"))

    indicator: str
    level: int | None
    note: str
    revision: int = Field(description="The number in its ETag; 0 before it was first saved.")
    updated_at: dt.datetime | None
    updated_by: str

    @classmethod
    def of(cls, answer: Answer) -> "AnswerOut":
        """Return an answer as JSON shows it."""
        return cls(
            indicator=answer.indicator,
            level=answer.level,
            note=answer.note,
            revision=answer.revision,
            updated_at=answer.updated_at,
            updated_by=answer.updated_by,
        )


class AnswerIn(In):
    """An answer, or the part of it that is to be changed: what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": 3, "note": "Register of 1 September"}]})

    level: _Level | None = None
    note: Note | None = None


class AnswersIn(In):
    """Several answers by official number, kept all or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"answers": {"1.1.0": {"level": 3}, "1.1.1": {"level": 4, "note": "Map of May"}}}]
        }
    )

    answers: dict[str, AnswerIn] = Field(min_length=1)

    def by_number(self) -> dict[str, dict[str, object]]:
        """Return what was sent for each indicator, as use cases take it."""
        return {number: answer.given() for number, answer in self.answers.items()}
