"""The portfolio: every cluster within reach with its progress and result, and what the counted ones have in common."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.framework import Wording
from app.domain.portfolio import PortfolioRow, weakest_first
from app.domain.scoring import percent
from app.pages import selection, tables
from app.pages.contexts import Context
from app.pages.selection import AskedDep, PortfolioFrame
from app.pages.tables import Address, Column, Order, Pages
from app.pages.templating import Page, PageDep
from app.usecases import portfolio
from app.usecases.portfolio import Portfolio, Sheet
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
WEAKEST = 5


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """One cluster's row; what is not known, or not for these eyes, is None. `reason` says why it is not counted."""

    name: str
    url: str
    place: str
    reason: str | None
    state: str | None
    answered: int | None
    total: int | None
    reference_date: dt.date | None
    points: int | None
    percent: float | None
    outcome: str | None
    gap_url: str | None


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something that many of the counted clusters lack: how many, and their share in percent."""

    number: str
    name: str
    url: str
    clusters: int
    percent: float


@dataclass(frozen=True, slots=True)
class DimensionLine:
    """A dimension's share of its points on average, and the benchmark's, in percent."""

    name: str
    percent: float
    benchmark: float


@dataclass(frozen=True, kw_only=True)
class PortfolioContext(Context):
    """The overview: what the counted clusters come to, and every cluster."""

    template: ClassVar[str] = "portfolio/overview.html"
    frame: PortfolioFrame
    max_points: int
    gold_line: int
    gold: int
    not_gold: int
    knock_outs: tuple[Weakness, ...]
    weakest: tuple[Weakness, ...]
    dimensions: tuple[DimensionLine, ...]
    columns: tuple[Column, ...]
    lines: tuple[ClusterLine, ...]
    pages: Pages


@router.get("/portfolio", name="portfolio")
def overview(page: PageDep, store: StoreDep, frameworks: FrameworksDep, asked_for: AskedDep) -> Response:
    """Show every cluster within reach and what the counted ones have in common."""
    found = portfolio.overview(store, frameworks, page.actor, asked_for.query)
    if instead := selection.instead(page):
        return instead
    keys = _keys(found)
    order = tables.order(asked_for.sort, keys, "name")
    address = partial(asked_for.address, page.url("portfolio"))
    shown, pages = tables.leaf(tables.ordered(found.rows, order, keys[order.key]), asked_for.page, address)
    wording = found.framework.wording(page.language)
    return page.show(
        PortfolioContext(
            title=page.say("Portfolio"),
            frame=selection.frame(page, asked_for, found, frameworks, Sheet.CLUSTERS),
            max_points=found.framework.max_points,
            gold_line=found.framework.gold_line,
            gold=found.gold,
            not_gold=len(found.figures) - found.gold,
            knock_outs=_knock_outs(page, found, wording),
            weakest=_weakest(page, found, wording),
            dimensions=_dimensions(found, wording),
            columns=_columns(page, order, address, found.framework.max_points),
            lines=tuple(_line(page, found, row) for row in shown),
            pages=pages,
        )
    )


def _keys(found: Portfolio) -> dict[str, Callable[[PortfolioRow], Any]]:
    """Return what the table can be sorted by; a key is None where a cluster has no such value."""

    def answered(row: PortfolioRow) -> float | None:
        return percent(row.standing.answered, found.totals[row.cluster.id]) if row.standing else None

    def points(row: PortfolioRow) -> int | None:
        return row.standing.figures.points if row.standing and row.standing.figures else None

    return {
        "name": lambda row: row.cluster.name.casefold(),
        "status": lambda row: (row.is_counted, row.standing.state) if row.standing else None,
        "answered": answered,
        "date": lambda row: row.standing.reference_date if row.standing else None,
        "points": points,
    }


def _columns(page: Page, order: Order, address: Address, most: int) -> tuple[Column, ...]:
    return (
        order.column(address, page.say("Cluster"), "name"),
        order.column(address, page.say("Status"), "status"),
        order.column(address, page.say("Answered"), "answered", first="-answered"),
        order.column(address, page.say("Reference date"), "date", first="-date"),
        order.column(address, page.say("Points of %(points)s", points=most), "points", first="-points"),
        Column(page.say("Percent"), numeric=True),
        Column(page.say("Result")),
    )


def _line(page: Page, found: Portfolio, row: PortfolioRow) -> ClusterLine:
    cluster, standing = row.cluster, row.standing
    figures = standing.figures if standing else None
    return ClusterLine(
        name=cluster.name,
        url=page.url("cluster", cluster=cluster.slug),
        place=" · ".join(each for each in (cluster.level, cluster.region, cluster.sector) if each),
        reason=selection.reason_words(page)[row.reason] if row.reason else None,
        state=standing.state if standing else None,
        answered=standing.answered if standing else None,
        total=found.totals[cluster.id] if standing else None,
        reference_date=standing.reference_date if standing else None,
        points=figures.points if figures else None,
        percent=percent(figures.points, found.framework.max_points) if figures else None,
        outcome=figures.outcome if figures else None,
        gap_url=page.url("gap", assessment_id=standing.assessment_id) if standing and figures else None,
    )


def _knock_outs(page: Page, found: Portfolio, wording: Wording) -> tuple[Weakness, ...]:
    counted = len(found.figures)
    return tuple(
        _weakness(page, found, wording, each.indicator.number, each.clusters, counted)
        for each in found.knock_outs[:WEAKEST]
    )


def _weakest(page: Page, found: Portfolio, wording: Wording) -> tuple[Weakness, ...]:
    return tuple(
        _weakness(page, found, wording, each.indicator.number, each.below_benchmark, each.n)
        for each in weakest_first(found.spreads)[:WEAKEST]
        if each.below_benchmark
    )


def _weakness(page: Page, found: Portfolio, wording: Wording, number: str, clusters: int, of: int) -> Weakness:
    address = selection.indicator_address(page, found.framework, number)
    return Weakness(number, wording.indicators[number].name, address, clusters, percent(clusters, of))


def _dimensions(found: Portfolio, wording: Wording) -> tuple[DimensionLine, ...]:
    return tuple(
        DimensionLine(
            wording.dimensions[each.dimension.id].name,
            float(100 * each.points / each.max_points) if each.max_points else 0.0,
            percent(each.benchmark_points, each.max_points),
        )
        for each in found.dimensions
    )
