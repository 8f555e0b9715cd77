"""All clusters within reach side by side: progress, points, verdicts, the spread per indicator; also as flat tables."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain import portfolio
from app.domain.clusters import Programme, Round
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.framework import Dimension, Framework, Indicator
from app.domain.permissions import Actor, Reach, allows, is_withheld, reach
from app.domain.portfolio import Basis, Figures, IndicatorSpread, PortfolioRow, Selection
from app.domain.roles import Permission
from app.domain.scoring import Outcome, is_below, percent
from app.frameworks.reader import Frameworks
from app.store import assessments as kept
from app.store import clusters as kept_clusters
from app.store import journal
from app.store.clusters import ClusterFilter
from app.store.database import Store, Transaction


@dataclass(frozen=True, slots=True)
class Query:
    """What narrows a portfolio; None means any. `framework` is a name and version, the newest offered without it."""

    programme: str | None = None
    round: str | None = None
    level: str | None = None
    region: str | None = None
    sector: str | None = None
    basis: str = Basis.CLAIMED
    framework: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a portfolio can be narrowed by."""

    programmes: Sequence[Programme]
    rounds: Sequence[Round]
    levels: Sequence[str]
    regions: Sequence[str]
    sectors: Sequence[str]


@dataclass(frozen=True, slots=True)
class KnockOut:
    """An indicator that alone prevents Gold for some of the counted clusters: below its minimum, or not eligible."""

    indicator: Indicator
    clusters: int


@dataclass(frozen=True, slots=True)
class DimensionMean:
    """A dimension's points on average over the counted clusters, of the points possible, beside the benchmark's."""

    dimension: Dimension
    points: Fraction
    max_points: int
    benchmark_points: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Every cluster within reach, which of them were counted, and the spread over those, in the standard's order.

    `totals` says how many indicators each assessment shown in a row is about, by cluster id.
    """

    framework: Framework
    basis: Basis
    as_of: dt.datetime
    rows: tuple[PortfolioRow, ...]
    totals: Mapping[str, int]
    spreads: tuple[IndicatorSpread, ...]
    choices: Choices

    @property
    def counted(self) -> tuple[PortfolioRow, ...]:
        """The rows that the figures are made of."""
        return tuple(row for row in self.rows if row.is_counted)

    @property
    def left_out(self) -> tuple[PortfolioRow, ...]:
        """The rows that are listed and not counted."""
        return tuple(row for row in self.rows if not row.is_counted)

    @property
    def figures(self) -> tuple[Figures, ...]:
        """What each counted assessment scores."""
        return tuple(row.standing.figures for row in self.counted if row.standing and row.standing.figures)

    @property
    def gold(self) -> int:
        """How many of the counted meet the Gold rule."""
        return sum(figures.outcome is Outcome.GOLD for figures in self.figures)

    @property
    def knock_outs(self) -> tuple[KnockOut, ...]:
        """What alone prevents Gold, the most common first."""
        found = [
            KnockOut(i, sum(is_below(i.minimum, level) or is_below(i.eligibility, level) for level in levels))
            for i, levels in self._columns()
        ]
        return tuple(sorted((each for each in found if each.clusters), key=lambda each: -each.clusters))

    @property
    def dimensions(self) -> tuple[DimensionMean, ...]:
        """How the dimensions stand, the one furthest below the benchmark first; none where nothing is counted."""
        means = {spread.indicator.number: spread.mean * spread.indicator.weight for spread in self.spreads}
        found = [
            DimensionMean(
                dimension,
                sum((means[indicator.number] for indicator in dimension.indicators), Fraction(0)),
                self.framework.points_possible(dimension.indicators),
                sum(indicator.weight * indicator.benchmark for indicator in dimension.indicators),
            )
            for dimension in self.framework.dimensions
            if means
        ]
        return tuple(sorted(found, key=lambda each: _share(each.points - each.benchmark_points, each.max_points)))

    def _columns(self) -> Iterator[tuple[Indicator, tuple[int | None, ...]]]:
        columns = zip(*(figures.levels for figures in self.figures), strict=True)
        return zip(self.framework.indicators, columns, strict=False)


class Sheet(enum.StrEnum):
    """What can be taken along as a flat table."""

    CLUSTERS = "clusters"
    HEATMAP = "heatmap"
    INDICATORS = "indicators"


@dataclass(frozen=True, slots=True)
class Table:
    """A flat table: a stable name for each column, and the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Export:
    """A flat table and the portfolio that it was made from, which says what was counted."""

    portfolio: Portfolio
    table: Table


def overview(store: Store, frameworks: Frameworks, actor: Actor, query: Query) -> Portfolio:
    """Gather the portfolio of everything within reach; raises Invalid, NotPermitted."""
    return _gather(store, frameworks, actor, query)


def export(
    store: Store, frameworks: Frameworks, actor: Actor, query: Query, sheet: Sheet, language: str, form: str
) -> Export:
    """Gather the same portfolio as a flat table with names in a language, and note it; raises as `overview` does."""
    found = _gather(store, frameworks, actor, query)
    with store.writing() as tx:
        journal.note_export(tx, actor, f"portfolio/{sheet}", form, [row.cluster for row in found.rows])
    if sheet is Sheet.CLUSTERS:
        return Export(found, _cluster_table(found))
    if sheet is Sheet.HEATMAP:
        return Export(found, _level_table(found))
    return Export(found, _indicator_table(found, language))


def _gather(store: Store, frameworks: Frameworks, actor: Actor, query: Query) -> Portfolio:
    within = reach(actor, Permission.PORTFOLIO_READ)
    selection = Selection(_framework(frameworks, query.framework), query.round, _basis(query.basis))
    filters = ClusterFilter(query.programme, query.level, query.region, query.sector)
    with store.reading() as tx:
        standings = kept.standings(tx, within=within)
        found = kept_clusters.listed(tx, within=within, filters=filters)
        rows = [
            portfolio.row(selection, each, standings.get(each.id, ()), withheld=is_withheld(within, each))
            for each in found
        ]
        rows = list(_with_own_drafts(tx, selection.framework, actor, rows))
        counted = (row.standing.figures for row in rows if row.is_counted and row.standing)
        shown = ((row.cluster.id, row.standing) for row in rows if row.standing)
        return Portfolio(
            framework=selection.framework,
            basis=selection.basis,
            as_of=tx.now,
            rows=tuple(sorted(rows, key=lambda row: (row.cluster.name.casefold(), row.cluster.slug))),
            totals={key: frameworks.of(standing.framework, standing.version).total for key, standing in shown},
            spreads=portfolio.spreads(selection.framework, (figures for figures in counted if figures)),
            choices=_choices(tx, actor, within),
        )


def _with_own_drafts(
    tx: Transaction, framework: Framework, actor: Actor, rows: Sequence[PortfolioRow]
) -> Iterator[PortfolioRow]:
    """Fill in the figures of drafts for the cluster's own people; to everybody else they stay unknown."""
    own = {
        row.cluster.id: row.standing
        for row in rows
        if row.standing
        and not row.is_counted
        and (row.standing.framework, row.standing.version) == (framework.name, framework.version)
        and allows(actor, Permission.ASSESSMENT_READ_DRAFT, row.cluster)
    }
    levels = kept.levels_of(tx, [standing.assessment_id for standing in own.values()])
    for row in rows:
        standing = own.get(row.cluster.id)
        if standing is None:
            yield row
            continue
        so_far = portfolio.figures(framework, levels.get(standing.assessment_id, {}))
        yield dataclasses.replace(row, standing=dataclasses.replace(standing, figures=so_far))


_CLUSTER_COLUMNS = (
    *("cluster", "name", "programme", "level", "region", "sector", "counted", "reason", "state", "reference_date"),
    *("answered", "total", "points", "max_points", "percent", "outcome"),
)
_SPREAD_COLUMNS = (
    *("number", "name", "n", "mean", "lowest", "q1", "median", "q3", "highest", "benchmark", "below_benchmark"),
    *("below_benchmark_percent", "minimum", "below_minimum", "below_minimum_percent"),
)


def _cluster_table(found: Portfolio) -> Table:
    most = found.framework.max_points
    rows = []
    for row in found.rows:
        cluster, standing = row.cluster, row.standing
        place = (cluster.slug, cluster.name, cluster.programme, cluster.level, cluster.region, cluster.sector)
        progress: tuple[object, ...] = (None, None, None, None)
        if standing:
            progress = (standing.state, standing.reference_date, standing.answered, found.totals[cluster.id])
        scored: tuple[object, ...] = (None, None, None, None)
        if standing and standing.figures:
            points = standing.figures.points
            scored = (points, most, percent(points, most), standing.figures.outcome)
        rows.append((*place, row.is_counted, row.reason, *progress, *scored))
    return Table(_CLUSTER_COLUMNS, tuple(rows))


def _level_table(found: Portfolio) -> Table:
    columns = ("cluster", "name", *(indicator.number for indicator in found.framework.indicators))
    scored = zip(found.counted, found.figures, strict=True)
    return Table(columns, tuple((row.cluster.slug, row.cluster.name, *figures.levels) for row, figures in scored))


def _indicator_table(found: Portfolio, language: str) -> Table:
    words = found.framework.wording(language).indicators
    rows = []
    for spread in found.spreads:
        indicator = spread.indicator
        has_minimum = indicator.minimum is not None
        rows.append(
            (
                *(indicator.number, words[indicator.number].name, spread.n, round(float(spread.mean), 2)),
                *(spread.lowest, float(spread.q1), float(spread.median), float(spread.q3), spread.highest),
                *(indicator.benchmark, spread.below_benchmark, percent(spread.below_benchmark, spread.n)),
                *(indicator.minimum, spread.below_minimum if has_minimum else None),
                percent(spread.below_minimum, spread.n) if has_minimum else None,
            )
        )
    return Table(_SPREAD_COLUMNS, tuple(rows))


def _share(part: Fraction, whole: int) -> Fraction:
    return part / whole if whole else Fraction(0)


def _choices(tx: Transaction, actor: Actor, within: Reach) -> Choices:
    found = kept_clusters.choices(tx, within=within)
    programmes = kept_clusters.programmes_listed(tx, within=reach(actor))
    rounds = kept_clusters.rounds_listed(tx, [programme.id for programme in programmes])
    return Choices(programmes, rounds, found["level"], found["region"], found["sector"])


def _framework(frameworks: Frameworks, wanted: str | None) -> Framework:
    if wanted is None:
        return frameworks.default
    try:
        return frameworks.of(*wanted.split("/", maxsplit=1))
    except (NotFound, TypeError):
        raise Invalid(Problem("framework", "framework", "There is no such catalogue.")) from None


def _basis(raw: str) -> Basis:
    try:
        return Basis(raw)
    except ValueError:
        raise Invalid(Problem("basis", "basis", "Choose claimed or verified.")) from None
