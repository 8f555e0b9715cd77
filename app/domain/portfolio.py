"""A portfolio's figures: which assessment counts for each cluster, and the spread of levels per indicator."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.answers import Levels
from app.domain.clusters import Cluster
from app.domain.framework import Framework, Indicator
from app.domain.lifecycle import COUNTING, State
from app.domain.scoring import Outcome, is_below, score

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class LeftOutReason(enum.StrEnum):
    """Why a cluster has no assessment among the counted."""

    NONE = "none"
    DRAFT = "draft"
    OTHER_ROUND = "other-round"
    OTHER_FRAMEWORK = "other-framework"
    NOT_VERIFIED = "not-verified"
    NO_CONSENT = "no-consent"


class Basis(enum.StrEnum):
    """Whose levels the figures are made of: the cluster's own, or the evaluators'."""

    CLAIMED = "claimed"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which assessments may count: of one framework, of a round where one is named, on a basis."""

    framework: Framework
    round: str | None = None
    basis: Basis = Basis.CLAIMED


@dataclass(frozen=True, slots=True)
class Figures:
    """What an assessment scores; `levels` are in catalogue order, None where unanswered."""

    points: int
    outcome: Outcome
    levels: tuple[int | None, ...]


def figures(framework: Framework, levels: Levels) -> Figures:
    """Return what an assessment with these levels scores."""
    scorecard = score(framework, levels)
    in_order = tuple(levels.get(indicator.number) for indicator in framework.indicators)
    return Figures(scorecard.points, scorecard.outcome, in_order)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one assessment of a cluster stands; `figures` are those frozen when it began to count, else None."""

    assessment_id: str
    title: str
    framework: str
    version: str
    round: str | None
    reference_date: dt.date
    state: State
    submitted_at: dt.datetime | None
    answered: int
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One cluster in the portfolio: its counted assessment, or the reason why none counts and its draft, if any."""

    cluster: Cluster
    standing: Standing | None
    reason: LeftOutReason | None

    @property
    def is_counted(self) -> bool:
        """Whether the cluster's figures are part of the portfolio's."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class IndicatorSpread:
    """How the counted levels of one indicator are spread; `n` is how many were counted, at least 1."""

    indicator: Indicator
    n: int
    mean: Fraction
    q1: Fraction
    median: Fraction
    q3: Fraction
    lowest: int
    highest: int
    below_benchmark: int
    below_minimum: int


def row(
    selection: Selection, cluster: Cluster, standings: Sequence[Standing], *, withheld: bool = False
) -> PortfolioRow:
    """Decide which assessment counts: the latest reference date among those submitted and selected.

    Where none counts, a draft that is selected comes before what was submitted elsewhere: it is what is waited for.
    Of a cluster that withholds its assessments nothing is said but that.
    """
    if withheld:
        return PortfolioRow(cluster, None, LeftOutReason.NO_CONSENT)
    name, version = selection.framework.name, selection.framework.version
    submitted = [standing for standing in standings if standing.state in COUNTING]
    drafts = [standing for standing in standings if standing.state is State.DRAFT]
    same, here = _same(standings, name, version), _here(standings, name, version, selection.round)
    counting = [standing for standing in here if standing in submitted]
    awaited = [standing for standing in here if standing in drafts]
    if counting and selection.basis is Basis.CLAIMED:
        return PortfolioRow(cluster, _latest(counting), None)
    shown = _latest(awaited or drafts) if drafts else None
    if counting:
        return PortfolioRow(cluster, shown, LeftOutReason.NOT_VERIFIED)
    if awaited or not submitted:
        return PortfolioRow(cluster, shown, LeftOutReason.DRAFT if drafts else LeftOutReason.NONE)
    elsewhere = any(standing in same for standing in submitted)
    return PortfolioRow(cluster, shown, LeftOutReason.OTHER_ROUND if elsewhere else LeftOutReason.OTHER_FRAMEWORK)


def rivals(
    standings: Sequence[Standing], assessment_id: str, now: dt.datetime
) -> tuple[Standing | None, Standing | None]:
    """Return which of a cluster's other submitted assessments counts in this one's place, and which it replaces.

    One of them at most is there. A draft is looked at as if it were submitted now; what was withdrawn has neither.
    """
    (own,) = (standing for standing in standings if standing.assessment_id == assessment_id)
    other = None if own.state is State.WITHDRAWN else _rival(standings, own)
    as_submitted = dataclasses.replace(own, submitted_at=own.submitted_at or now)
    if other is None or _latest([as_submitted, other]) is other:
        return other, None
    return None, other


def replaced(standings: Sequence[Standing]) -> list[Standing]:
    """Return those of a cluster's submitted assessments in whose place another one counts."""
    pairs = ((each, _rival(standings, each)) for each in standings if each.state in COUNTING)
    return [each for each, other in pairs if other is not None and _latest([each, other]) is other]


def spreads(framework: Framework, counted: Iterable[Figures]) -> tuple[IndicatorSpread, ...]:
    """Return the spread of each indicator over complete assessments, none where nothing is counted."""
    columns = zip(*(figures.levels for figures in counted), strict=True)
    ordered = [sorted(level for level in column if level is not None) for column in columns]
    return tuple(_spread(i, levels) for i, levels in zip(framework.indicators, ordered, strict=False))


def weakest_first(found: Iterable[IndicatorSpread]) -> list[IndicatorSpread]:
    """Sort by the share below the benchmark, then by the mean distance to it, then in the standard's order."""
    return sorted(
        found,
        key=lambda s: (Fraction(-s.below_benchmark, s.n), s.mean - s.indicator.benchmark, s.indicator.order),
    )


def quantile(ordered: Sequence[int], share: Fraction) -> Fraction:
    """Return a quantile by linear interpolation between neighbours, as `percentile_cont` in PostgreSQL does."""
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def _spread(indicator: Indicator, ordered: list[int]) -> IndicatorSpread:
    return IndicatorSpread(
        indicator=indicator,
        n=len(ordered),
        mean=Fraction(sum(ordered), len(ordered)),
        q1=quantile(ordered, Fraction(1, 4)),
        median=quantile(ordered, Fraction(1, 2)),
        q3=quantile(ordered, Fraction(3, 4)),
        lowest=ordered[0],
        highest=ordered[-1],
        below_benchmark=sum(is_below(indicator.benchmark, level) for level in ordered),
        below_minimum=sum(is_below(indicator.minimum, level) for level in ordered),
    )


def _rival(standings: Sequence[Standing], of: Standing) -> Standing | None:
    # As `row` looks at them: on one framework, in one round. One in no round stands beside those of every round.
    here = _here(standings, of.framework, of.version, of.round)
    others = [each for each in here if each.state in COUNTING and each.assessment_id != of.assessment_id]
    return _latest(others) if others else None


def _same(standings: Sequence[Standing], framework: str, version: str) -> list[Standing]:
    return [standing for standing in standings if (standing.framework, standing.version) == (framework, version)]


def _here(standings: Sequence[Standing], framework: str, version: str, in_round: str | None) -> list[Standing]:
    return [each for each in _same(standings, framework, version) if in_round in {None, each.round}]


def _latest(standings: Sequence[Standing]) -> Standing:
    return max(standings, key=lambda s: (s.reference_date, s.submitted_at or _NEVER, s.assessment_id))
