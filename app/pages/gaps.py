"""The gap page: how far one assessment is from Gold, on one page, with each reason in words."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.framework import Framework, Wording
from app.domain.gaps import GapAnalysis
from app.domain.lifecycle import Assessment
from app.domain.scoring import Outcome, percent
from app.pages.contexts import Context
from app.pages.indicator_gaps import GapTable, Order, Show, Sort, View, gap_table
from app.pages.progress import crumbs
from app.pages.radar import RadarShape, radar
from app.pages.templating import Page, PageDep
from app.pages.verdicts import Verdict, verdict
from app.usecases import gaps
from app.usecases.gaps import GapReport
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
# In the order in which they are explained: what is official first.
_STANDINGS = ("official", "inferred", "ours")
_NUMBERS = ("gold", "eligibility", "minimum", "benchmark", "levels", "weight")


@dataclass(frozen=True, slots=True)
class ThreeGaps:
    """Points to the Gold line, levels to the benchmark, minima not met; never added up."""

    points: int
    spare: int
    levels: int
    on_indicators: int
    minima: int
    of_minima: int
    unanswered: int
    answered: int


class DimensionLine(NamedTuple):
    """One dimension: its points, what the benchmark profile and last time gave, and the same as percentages."""

    name: str
    url: str
    answered: int
    total: int
    points: int
    max_points: int
    open_points: int
    benchmark: int
    last: int | None
    share: float
    benchmark_share: float
    last_share: float | None


@dataclass(frozen=True, slots=True)
class Profile:
    """The benchmark profile, and the highest level that is not Gold when every indicator is at it."""

    levels: tuple[tuple[int, int], ...]
    points: int
    share: float
    flat_level: int
    flat_points: int
    flat_share: float


class StandingLine(NamedTuple):
    """How sure one group of numbers is."""

    standing: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GapContext(Context):
    """One screen of truth."""

    template: ClassVar[str] = "gaps/gap.html"
    assessment: Assessment
    as_of: dt.datetime
    wording: Wording
    verdict: Verdict
    gaps: ThreeGaps
    dimensions: tuple[DimensionLine, ...]
    shape: RadarShape | None
    table: GapTable
    profile: Profile
    standings: tuple[StandingLine, ...]


@router.get("/assessments/{assessment_id}/gap", name="gap")
def gap(
    page: PageDep,
    store: StoreDep,
    frameworks: FrameworksDep,
    assessment_id: str,
    sort: Sort = Sort.NUMBER,
    order: Order | None = None,
    show: Show = Show.ALL,
) -> Response:
    """Show how far an assessment is from Gold."""
    report = gaps.gap(store, frameworks, page.actor, assessment_id)
    framework, assessment = report.framework, report.assessment
    lines = tuple(_dimensions(page, report))
    return page.show(
        GapContext(
            title=page.say("Gap to Gold: %(cluster)s", cluster=assessment.cluster.name),
            crumbs=crumbs(page, assessment, page.say("Gap to Gold")),
            assessment=assessment,
            as_of=report.as_of,
            wording=framework.wording(page.language),
            verdict=verdict(page, report),
            gaps=_three_gaps(report.analysis),
            dimensions=lines,
            shape=_radar(report, lines),
            table=gap_table(page, report, View(sort, order, show)),
            profile=_profile(framework),
            standings=tuple(_standings(framework)),
        )
    )


def _three_gaps(analysis: GapAnalysis) -> ThreeGaps:
    card = analysis.scorecard
    return ThreeGaps(
        points=card.points_to_gold,
        spare=max(0, card.points - card.gold_line),
        levels=analysis.levels_to_benchmark,
        on_indicators=len(analysis.below_benchmark),
        minima=len(analysis.below_minimum),
        of_minima=sum(row.indicator.minimum is not None for row in analysis.indicators),
        unanswered=card.total - card.answered,
        answered=card.answered,
    )


def _dimensions(page: Page, report: GapReport) -> Iterable[DimensionLine]:
    analysis, wording = report.analysis, report.framework.wording(page.language)
    earlier = {score.dimension.id: score for score in analysis.previous.dimensions} if analysis.previous else {}
    for score in analysis.scorecard.dimensions:
        key = score.dimension.id
        last = earlier[key].points if key in earlier else None
        unanswered = (r for r in analysis.indicators if r.indicator.dimension == key and r.level is None)
        yield DimensionLine(
            name=f"{score.dimension.number} {wording.dimensions[key].name}",
            url=page.url("dimension", assessment_id=report.assessment.id, dimension_id=key),
            answered=score.answered,
            total=score.total,
            points=score.points,
            max_points=score.max_points,
            open_points=sum(row.max_points for row in unanswered),
            benchmark=score.benchmark_points,
            last=last,
            share=percent(score.points, score.max_points),
            benchmark_share=percent(score.benchmark_points, score.max_points),
            last_share=percent(last, score.max_points) if last is not None else None,
        )


def _radar(report: GapReport, lines: Sequence[DimensionLine]) -> RadarShape | None:
    """Draw what is complete only: a shape with unanswered indicators in it would show them as level 0."""
    if report.analysis.scorecard.outcome is Outcome.INCOMPLETE:
        return None
    last = [line.last_share / 100 for line in lines if line.last_share is not None]
    return radar(
        labels=[line.name for line in lines],
        own=[line.share / 100 for line in lines],
        benchmark=[line.benchmark_share / 100 for line in lines],
        last=last or None,
        rings=len(report.framework.levels) - 1,
    )


def _profile(framework: Framework) -> Profile:
    indicators = framework.indicators
    benchmark = sum(indicator.weight * indicator.benchmark for indicator in indicators)
    flat = {level: level * framework.max_points // framework.top_level for level in framework.levels}
    below = max((level for level in flat if flat[level] < framework.gold_line), default=framework.levels[0])
    return Profile(
        levels=tuple(sorted(Counter(i.benchmark for i in indicators).items(), reverse=True)),
        points=benchmark,
        share=percent(benchmark, framework.max_points),
        flat_level=below,
        flat_points=flat[below],
        flat_share=percent(flat[below], framework.max_points),
    )


def _standings(framework: Framework) -> Iterable[StandingLine]:
    found: dict[str, set[str]] = {number: set() for number in _NUMBERS}
    found["gold"].add(framework.gold.standing)
    for indicator in framework.indicators:
        for number in _NUMBERS:
            if number in indicator.standing:
                found[number].add(indicator.standing[number])
    for standing in _STANDINGS:
        if numbers := tuple(number for number in _NUMBERS if standing in found[number]):
            yield StandingLine(standing, numbers)
