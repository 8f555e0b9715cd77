"""How far an assessment is from Gold: points to the line, levels to the benchmark, and minima not met."""

from dataclasses import dataclass

from app.domain.answers import Levels
from app.domain.framework import Framework, Indicator
from app.domain.scoring import Scorecard, is_below, points, score


@dataclass(frozen=True, slots=True)
class IndicatorGap:
    """One indicator beside its benchmark; `gap` is None while it is unanswered. `previous` is last time's level."""

    indicator: Indicator
    level: int | None
    previous: int | None
    points: int
    max_points: int

    @property
    def gap(self) -> int | None:
        """Levels missing to the benchmark, never negative; None while unanswered."""
        return None if self.level is None else max(0, self.indicator.benchmark - self.level)

    @property
    def is_below_benchmark(self) -> bool:
        """Whether the answered level is under the benchmark."""
        return bool(self.gap)

    @property
    def is_below_minimum(self) -> bool:
        """Whether the answered level is under the minimum, which alone prevents Gold."""
        return is_below(self.indicator.minimum, self.level)

    @property
    def is_ineligible(self) -> bool:
        """Whether the answered level fails an eligibility gate, which prevents every label."""
        return is_below(self.indicator.eligibility, self.level)


@dataclass(frozen=True, slots=True)
class GapAnalysis:
    """The three gaps of one assessment: points to the line, levels to the benchmark, and minima."""

    scorecard: Scorecard
    indicators: tuple[IndicatorGap, ...]
    previous: Scorecard | None

    @property
    def levels_to_benchmark(self) -> int:
        """The sum of all levels missing to the benchmark."""
        return sum(row.gap or 0 for row in self.indicators)

    @property
    def below_benchmark(self) -> tuple[IndicatorGap, ...]:
        """The indicators under their benchmark."""
        return tuple(row for row in self.indicators if row.is_below_benchmark)

    @property
    def below_minimum(self) -> tuple[IndicatorGap, ...]:
        """The indicators under their minimum."""
        return tuple(row for row in self.indicators if row.is_below_minimum)

    @property
    def ineligible(self) -> tuple[IndicatorGap, ...]:
        """The indicators that fail an eligibility gate."""
        return tuple(row for row in self.indicators if row.is_ineligible)


def analyse(framework: Framework, levels: Levels, previous: Levels | None = None) -> GapAnalysis:
    """Set an assessment's levels beside the benchmark, and beside last time's where there are any."""
    earlier = previous or {}
    rows = tuple(
        IndicatorGap(
            indicator=indicator,
            level=levels.get(indicator.number),
            previous=earlier.get(indicator.number),
            points=points(indicator, levels.get(indicator.number)),
            max_points=framework.points_possible([indicator]),
        )
        for indicator in framework.indicators
    )
    return GapAnalysis(score(framework, levels), rows, score(framework, previous) if previous is not None else None)
