"""All clusters within reach side by side: progress, points, verdicts, and the spread per indicator."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain import portfolio
from app.domain.clusters import Programme, Round
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.framework import Framework
from app.domain.permissions import Actor, Permission, Reach, allows, reach
from app.domain.portfolio import Basis, Figures, IndicatorSpread, PortfolioRow, Selection
from app.domain.scoring import score
from app.frameworks.reader import Frameworks
from app.store import assessments as kept
from app.store import clusters as kept_clusters
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
class Portfolio:
    """Every cluster within reach, which of them were counted, and the spread over those, in the standard's order."""

    framework: Framework
    basis: Basis
    as_of: dt.datetime
    rows: tuple[PortfolioRow, ...]
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


def overview(store: Store, frameworks: Frameworks, actor: Actor, query: Query) -> Portfolio:
    """Gather the portfolio of everything within reach; raises Invalid, NotPermitted."""
    within = reach(actor, Permission.PORTFOLIO_READ)
    selection = Selection(_framework(frameworks, query.framework), query.round, _basis(query.basis))
    filters = ClusterFilter(query.programme, query.level, query.region, query.sector)
    with store.reading() as tx:
        standings = kept.standings(tx, within=within)
        found = kept_clusters.listed(tx, within=within, filters=filters)
        rows = [portfolio.row(selection, cluster, standings.get(cluster.id, ())) for cluster in found]
        rows = list(_with_own_drafts(tx, selection.framework, actor, rows))
        counted = (row.standing.figures for row in rows if row.is_counted and row.standing)
        return Portfolio(
            framework=selection.framework,
            basis=selection.basis,
            as_of=tx.now,
            rows=tuple(sorted(rows, key=lambda row: (row.cluster.name.casefold(), row.cluster.slug))),
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
        so_far: Mapping[str, int | None] = levels.get(standing.assessment_id, {})
        scorecard = score(framework, so_far)
        in_order = tuple(so_far.get(indicator.number) for indicator in framework.indicators)
        figures = Figures(scorecard.points, scorecard.outcome, in_order)
        yield dataclasses.replace(row, standing=dataclasses.replace(standing, figures=figures))


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
