"""The portfolio as a heat map: the counted clusters by indicator, each level as a number on its colour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.framework import Framework, Indicator
from app.domain.portfolio import Figures, PortfolioRow
from app.domain.scoring import is_below
from app.pages import selection, tables
from app.pages.contexts import Context
from app.pages.selection import AskedDep, PortfolioFrame
from app.pages.tables import Address, Column, Order, Pages
from app.pages.templating import Page, PageDep
from app.usecases import portfolio
from app.usecases.portfolio import Portfolio, Sheet
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
Counted = tuple[PortfolioRow, Figures]


class HeatCell(NamedTuple):
    """A level with its share of the highest one in tenths, None for no colour; `note` says what is wrong with it."""

    value: int | None
    tenths: int | None = None
    url: str | None = None
    note: str | None = None


class HeatRow(NamedTuple):
    """One cluster's levels."""

    label: str
    url: str
    cells: tuple[HeatCell, ...]


class Group(NamedTuple):
    """A dimension over its indicators' columns; without a name, the columns that belong to none."""

    label: str
    span: int


class Step(NamedTuple):
    """A level in the legend."""

    level: int
    tenths: int
    name: str


@dataclass(frozen=True, kw_only=True)
class HeatmapContext(Context):
    """The heat map with its legend; `corner` is the column of names."""

    template: ClassVar[str] = "portfolio/heatmap.html"
    frame: PortfolioFrame
    corner: Column
    groups: tuple[Group, ...]
    columns: tuple[Column, ...]
    rows: tuple[HeatRow, ...]
    steps: tuple[Step, ...]
    pages: Pages


@router.get("/portfolio/heatmap", name="portfolio_heatmap")
def heatmap(page: PageDep, store: StoreDep, frameworks: FrameworksDep, asked_for: AskedDep) -> Response:
    """Show the counted clusters' levels side by side."""
    found = portfolio.overview(store, frameworks, page.actor, asked_for.query)
    if instead := selection.instead(page):
        return instead
    framework = found.framework
    keys = _keys(framework)
    order = tables.order(asked_for.sort, keys, "name")
    address = partial(asked_for.address, page.url("portfolio_heatmap"))
    counted = list(zip(found.counted, found.figures, strict=True))
    shown, pages = tables.leaf(tables.ordered(counted, order, keys[order.key]), asked_for.page, address)
    wording = framework.wording(page.language)
    groups = (Group(wording.dimensions[each.id].name, len(each.indicators)) for each in framework.dimensions)
    return page.show(
        HeatmapContext(
            title=page.say("Heat map"),
            crumbs=selection.crumbs(page, page.say("Heat map")),
            frame=selection.frame(page, asked_for, found, frameworks, Sheet.HEATMAP),
            corner=order.column(address, page.say("Cluster"), "name"),
            groups=(Group("", 1), *groups),
            columns=tuple(_columns(page, found, order, address)),
            rows=tuple(_row(page, framework, each) for each in shown),
            steps=tuple(Step(level, _tenths(framework, level), wording.levels[level]) for level in framework.levels),
            pages=pages,
        )
    )


def _keys(framework: Framework) -> dict[str, Callable[[Counted], Any]]:
    """Return what the map can be sorted by: a cluster's name, its points, or its level on an indicator."""
    keys: dict[str, Callable[[Counted], Any]] = {
        "name": lambda each: each[0].cluster.name.casefold(),
        "points": lambda each: each[1].points,
    }
    for place, indicator in enumerate(framework.indicators):
        keys[indicator.number] = partial(_level, place)
    return keys


def _level(place: int, counted: Counted) -> int | None:
    return counted[1].levels[place]


def _columns(page: Page, found: Portfolio, order: Order, address: Address) -> Iterator[Column]:
    words = found.framework.wording(page.language).indicators
    title = page.say("of %(points)s", points=found.framework.max_points)
    yield order.column(address, page.say("Points"), "points", first="-points", title=title)
    for indicator in found.framework.indicators:
        yield order.column(address, indicator.number, indicator.number, title=words[indicator.number].name)


def _row(page: Page, framework: Framework, counted: Counted) -> HeatRow:
    row, figures = counted
    levels = zip(framework.indicators, figures.levels, strict=True)
    cells = (_cell(page, framework, indicator, level) for indicator, level in levels)
    url = page.url("cluster", cluster=row.cluster.slug)
    return HeatRow(row.cluster.name, url, (HeatCell(figures.points), *cells))


def _cell(page: Page, framework: Framework, indicator: Indicator, level: int | None) -> HeatCell:
    note = None
    if is_below(indicator.minimum, level):
        note = page.say("below the minimum")
    elif is_below(indicator.eligibility, level):
        note = page.say("not eligible for a label")
    return HeatCell(level, None if level is None else _tenths(framework, level), note=note)


def _tenths(framework: Framework, level: int) -> int:
    return level * 10 // framework.top_level
