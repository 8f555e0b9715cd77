"""How far an assessment is from Gold, as JSON."""

from collections.abc import Callable

from pydantic import ConfigDict, Field

from app.api.schemas.examples import real
from app.api.schemas.models import Out
from app.domain.framework import DimensionWording, IndicatorWording
from app.domain.gaps import IndicatorGap
from app.domain.portfolio import Basis
from app.domain.scoring import DimensionScore, Outcome, Reason, ReasonCode, percent
from app.usecases.gaps import GapReport


class ReasonOut(Out):
    """One reason against Gold."""

    code: ReasonCode
    indicators: list[str] = Field(description="The official numbers that it is about, all that are missing included.")
    message: str = Field(description="The reason in words, in the language asked for.")


class VerdictOut(Out):
    """What the Gold rule says; never gold or not-gold while an indicator is unanswered."""

    outcome: Outcome
    reasons: list[ReasonOut]


class DimensionGapOut(Out):
    """A dimension's points beside the benchmark's."""

    id: str
    name: str
    points: int
    max_points: int
    percent: float
    benchmark_points: int

    @classmethod
    def of(cls, score: DimensionScore, words: DimensionWording) -> "DimensionGapOut":
        """Return a dimension's score as JSON shows it."""
        return cls(
            id=score.dimension.id,
            name=words.name,
            points=score.points,
            max_points=score.max_points,
            percent=percent(score.points, score.max_points),
            benchmark_points=score.benchmark_points,
        )


class IndicatorGapOut(Out):
    """An indicator beside its benchmark and its minimum."""

    number: str
    name: str
    level: int | None = Field(description="Null while it is unanswered.")
    benchmark: int
    gap: int | None = Field(description="Levels missing to the benchmark; null while it is unanswered.")
    minimum: int | None
    below_minimum: bool = Field(description="Whether this alone prevents Gold.")
    points: int
    max_points: int

    @classmethod
    def of(cls, row: IndicatorGap, words: IndicatorWording) -> "IndicatorGapOut":
        """Return an indicator's gap as JSON shows it."""
        return cls(
            number=row.indicator.number,
            name=words.name,
            level=row.level,
            benchmark=row.indicator.benchmark,
            gap=row.gap,
            minimum=row.indicator.minimum,
            below_minimum=row.is_below_minimum,
            points=row.points,
            max_points=row.max_points,
        )


class GapOut(Out):
    """How far an assessment is from Gold. Always indicative: only EUCLES and ESCA award labels."""

    model_config = ConfigDict(json_schema_extra=real("gap"))

    assessment: str
    framework: str
    version: str
    basis: Basis
    indicative: bool
    answered: int
    total: int
    points: int
    max_points: int
    percent: float = Field(description="With one decimal, for reading; the verdict is decided on the points.")
    points_to_gold: int = Field(description="Points missing to the Gold line.")
    verdict: VerdictOut
    dimensions: list[DimensionGapOut]
    indicators: list[IndicatorGapOut]

    @classmethod
    def of(cls, report: GapReport, language: str, worded: Callable[[Reason], str]) -> "GapOut":
        """Return an analysis as JSON shows it; `worded` puts a reason into words."""
        card, wording = report.analysis.scorecard, report.framework.wording(language)
        reasons = [ReasonOut(code=r.code, indicators=list(r.indicators), message=worded(r)) for r in card.reasons]
        return cls(
            assessment=report.assessment.id,
            framework=report.framework.name,
            version=report.framework.version,
            basis=report.basis,
            indicative=True,
            answered=card.answered,
            total=card.total,
            points=card.points,
            max_points=card.max_points,
            percent=percent(card.points, card.max_points),
            points_to_gold=card.points_to_gold,
            verdict=VerdictOut(outcome=card.outcome, reasons=reasons),
            dimensions=[DimensionGapOut.of(score, wording.dimensions[score.dimension.id]) for score in card.dimensions],
            indicators=[
                IndicatorGapOut.of(row, wording.indicators[row.indicator.number]) for row in report.analysis.indicators
            ],
        )
