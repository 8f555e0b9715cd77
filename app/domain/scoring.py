"""Points and the indicative Gold verdict, decided on integers."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.answers import Levels, unanswered
from app.domain.framework import Dimension, Framework, Indicator


class Outcome(enum.StrEnum):
    """What the Gold rule says; it is never said while an indicator is unanswered."""

    GOLD = "gold"
    NOT_GOLD = "not-gold"
    INCOMPLETE = "incomplete"


class ReasonCode(enum.StrEnum):
    """Why there is no Gold."""

    INCOMPLETE = "incomplete"
    POINTS = "points"
    MINIMUM = "minimum"
    ELIGIBILITY = "eligibility"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against Gold, with the indicators it is about."""

    code: ReasonCode
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension's points so far, of the points possible, and what the benchmark profile would give."""

    dimension: Dimension
    answered: int
    points: int
    max_points: int
    benchmark_points: int

    @property
    def total(self) -> int:
        """How many indicators the dimension has."""
        return len(self.dimension.indicators)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """An assessment's score: integers, and the verdict with its reasons."""

    answered: int
    total: int
    points: int
    max_points: int
    gold_line: int
    outcome: Outcome
    reasons: tuple[Reason, ...]
    dimensions: tuple[DimensionScore, ...]

    @property
    def points_to_gold(self) -> int:
        """Points still missing to the Gold rule's share; 0 when it is met."""
        return max(0, self.gold_line - self.points)


def percent(part: int, whole: int) -> float:
    """Return a share in percent with one decimal, halves upwards, for reading only: no decision rests on it."""
    return (2000 * part + whole) // (2 * whole) / 10 if whole else 0.0


def points(indicator: Indicator, level: int | None) -> int:
    """Return what a level earns; an unanswered indicator earns nothing yet."""
    return indicator.weight * (level or 0)


def score(framework: Framework, levels: Levels) -> Scorecard:
    """Score the answered levels of an assessment."""
    dimensions = tuple(_dimension_score(framework, dimension, levels) for dimension in framework.dimensions)
    earned = sum(dimension.points for dimension in dimensions)
    reasons = _reasons(framework, levels, earned)
    return Scorecard(
        answered=sum(dimension.answered for dimension in dimensions),
        total=framework.total,
        points=earned,
        max_points=framework.max_points,
        gold_line=framework.gold_line,
        outcome=_outcome(reasons),
        reasons=reasons,
        dimensions=dimensions,
    )


def _dimension_score(framework: Framework, dimension: Dimension, levels: Levels) -> DimensionScore:
    indicators = dimension.indicators
    return DimensionScore(
        dimension=dimension,
        answered=sum(levels.get(indicator.number) is not None for indicator in indicators),
        points=sum(points(indicator, levels.get(indicator.number)) for indicator in indicators),
        max_points=framework.points_possible(indicators),
        benchmark_points=sum(points(indicator, indicator.benchmark) for indicator in indicators),
    )


def _reasons(framework: Framework, levels: Levels, earned: int) -> tuple[Reason, ...]:
    missing = tuple(indicator.number for indicator in unanswered(framework, levels))
    if missing:
        return (Reason(ReasonCode.INCOMPLETE, missing),)
    reasons = []
    if not framework.gold.is_met(earned, framework.max_points):
        reasons.append(Reason(ReasonCode.POINTS, ()))
    if below := tuple(i.number for i in framework.indicators if is_below(i.minimum, levels[i.number])):
        reasons.append(Reason(ReasonCode.MINIMUM, below))
    if below := tuple(i.number for i in framework.indicators if is_below(i.eligibility, levels[i.number])):
        reasons.append(Reason(ReasonCode.ELIGIBILITY, below))
    return tuple(reasons)


def is_below(floor: int | None, level: int | None) -> bool:
    """Whether an answered level lies under a floor; without a floor or an answer it does not."""
    return floor is not None and level is not None and level < floor


def _outcome(reasons: tuple[Reason, ...]) -> Outcome:
    if any(reason.code is ReasonCode.INCOMPLETE for reason in reasons):
        return Outcome.INCOMPLETE
    return Outcome.NOT_GOLD if reasons else Outcome.GOLD


def benchmark_levels(framework: Framework) -> Mapping[str, int]:
    """Return the benchmark profile as levels."""
    return {indicator.number: indicator.benchmark for indicator in framework.indicators}
