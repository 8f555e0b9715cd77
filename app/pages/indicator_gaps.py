"""The table of the gap page: a row per indicator beside its benchmark, in the order and selection asked for."""

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from app.domain.framework import Dimension
from app.domain.gaps import GapAnalysis, IndicatorGap
from app.domain.scoring import DimensionScore
from app.pages.cards import card_id
from app.pages.templating import Page
from app.usecases.gaps import GapReport

ANCHOR = "indicators"


class Sort(enum.StrEnum):
    """What the table can be sorted by."""

    NUMBER = "number"
    NAME = "name"
    LEVEL = "level"
    GAP = "gap"


class Order(enum.StrEnum):
    """Which way a column is sorted."""

    ASCENDING = "asc"
    DESCENDING = "desc"


class Show(enum.StrEnum):
    """Which rows are shown."""

    ALL = "all"
    BELOW = "below"


# What one wants to see first: the widest gap, but the lowest level.
_FIRST_ORDER = {sort: Order.DESCENDING if sort is Sort.GAP else Order.ASCENDING for sort in Sort}
_ARIA = {Order.ASCENDING: "ascending", Order.DESCENDING: "descending"}


@dataclass(frozen=True, slots=True)
class View:
    """How the reader wants the table; `order` None is the order that a column has first."""

    sort: Sort = Sort.NUMBER
    order: Order | None = None
    show: Show = Show.ALL

    @property
    def chosen_order(self) -> Order:
        """Which way the table is sorted."""
        return self.order or _FIRST_ORDER[self.sort]


class Column(NamedTuple):
    """One column's heading: `url` sorts by it, or the other way round where it is sorted by already."""

    key: str
    label: str
    sort: str | None
    url: str | None


class Choice(NamedTuple):
    """One of the selections of rows, with how many rows it has."""

    key: str
    total: int
    url: str
    current: bool


class GapRow(NamedTuple):
    """One indicator; `level` None is unanswered, and then `gap` is None too."""

    number: str
    name: str
    url: str
    level: int | None
    gap: int | None
    benchmark: int
    minimum: int | None
    last: int | None
    is_below_minimum: bool
    is_ineligible: bool


class GapGroup(NamedTuple):
    """The rows under one heading; a table that is not sorted by number is one group without one."""

    heading: str
    score: DimensionScore | None
    rows: tuple[GapRow, ...]


@dataclass(frozen=True, slots=True)
class GapTable:
    """The whole table, ready to print."""

    columns: tuple[Column, ...]
    choices: tuple[Choice, ...]
    groups: tuple[GapGroup, ...]
    levels: tuple[int, ...]
    top_level: int
    marks: tuple[str, ...]
    has_last: bool


def gap_table(page: Page, report: GapReport, view: View) -> GapTable:
    """Return the table as it was asked for."""
    analysis, framework = report.analysis, report.framework
    shown = analysis.below_benchmark if view.show is Show.BELOW else analysis.indicators
    return GapTable(
        columns=tuple(_columns(page, report, view)),
        choices=tuple(_choices(page, report, view)),
        groups=tuple(_groups(page, report, view, shown)),
        levels=framework.levels,
        top_level=framework.top_level,
        marks=tuple(_marks(analysis)),
        has_last=analysis.previous is not None,
    )


def _marks(analysis: GapAnalysis) -> Iterable[str]:
    """Yield the marks that occur, for the key."""
    yield from ("own", "benchmark")
    if any(row.indicator.minimum is not None for row in analysis.indicators):
        yield "minimum"
    if analysis.previous is not None:
        yield "last"
    if analysis.scorecard.answered < analysis.scorecard.total:
        yield "unanswered"


def card_urls(page: Page, report: GapReport) -> Callable[[IndicatorGap], str]:
    """Return what gives each indicator the address of its card."""

    def address(dimension: Dimension) -> str:
        return page.url("dimension", assessment_id=report.assessment.id, dimension_id=dimension.id)

    # Looked up once a dimension: finding a route by its name is dear.
    addresses = {dimension.id: address(dimension) for dimension in report.framework.dimensions}
    return lambda row: f"{addresses[row.indicator.dimension]}#{card_id(row.indicator.number)}"


def _columns(page: Page, report: GapReport, view: View) -> Iterable[Column]:
    labels = {
        "number": page.say("No."),
        "name": page.say("Indicator"),
        "level": page.say("Level"),
        "gap": page.say("Gap"),
        "benchmark": page.say("Benchmark"),
        "minimum": page.say("Minimum"),
        "last": page.say("Last time"),
    }
    for key, label in labels.items():
        if key not in set(Sort):
            yield Column(key, label, None, None)
            continue
        sort = Sort(key)
        is_current = sort is view.sort
        order = _other(view.chosen_order) if is_current else _FIRST_ORDER[sort]
        aria = _ARIA[view.chosen_order] if is_current else None
        yield Column(key, label, aria, _address(page, report, View(sort, order, view.show)))


def _choices(page: Page, report: GapReport, view: View) -> Iterable[Choice]:
    counts = {Show.ALL: len(report.analysis.indicators), Show.BELOW: len(report.analysis.below_benchmark)}
    for show, count in counts.items():
        url = _address(page, report, View(view.sort, view.order, show))
        yield Choice(show.value, count, url, current=show is view.show)


def _address(page: Page, report: GapReport, view: View) -> str:
    given = {
        "sort": view.sort if view.sort is not Sort.NUMBER or view.chosen_order is Order.DESCENDING else "",
        "order": view.chosen_order if view.chosen_order is not _FIRST_ORDER[view.sort] else "",
        "show": view.show if view.show is not Show.ALL else "",
    }
    query = urlencode({key: value for key, value in given.items() if value})
    path = page.url("gap", assessment_id=report.assessment.id)
    return f"{path}?{query}#{ANCHOR}" if query else f"{path}#{ANCHOR}"


def _other(order: Order) -> Order:
    return Order.ASCENDING if order is Order.DESCENDING else Order.DESCENDING


def _groups(page: Page, report: GapReport, view: View, shown: Sequence[IndicatorGap]) -> Iterable[GapGroup]:
    wording, url_of = report.framework.wording(page.language), card_urls(page, report)
    rows = [(gap, _row(gap, wording.indicators[gap.indicator.number].name, url_of(gap))) for gap in shown]
    is_down = view.chosen_order is Order.DESCENDING
    if view.sort is not Sort.NUMBER:
        yield GapGroup("", None, tuple(_sorted([row for _, row in rows], view.sort, is_down=is_down)))
        return
    scores = report.analysis.scorecard.dimensions
    for score in reversed(scores) if is_down else scores:
        own = tuple(row for gap, row in rows if gap.indicator.dimension == score.dimension.id)
        if own:
            heading = f"{score.dimension.number} {wording.dimensions[score.dimension.id].name}"
            yield GapGroup(heading, score, own[::-1] if is_down else own)


def _sorted(rows: Sequence[GapRow], sort: Sort, *, is_down: bool) -> list[GapRow]:
    """Sort rows that stand in the standard's order, which decides between equals; what has no value comes last."""
    if sort is Sort.NAME:
        return sorted(rows, key=lambda row: row.name.casefold(), reverse=is_down)

    def value(row: GapRow) -> int | None:
        return row.gap if sort is Sort.GAP else row.level

    known = [(found, row) for row in rows if (found := value(row)) is not None]
    in_order = [row for _, row in sorted(known, key=lambda pair: -pair[0] if is_down else pair[0])]
    return in_order + [row for row in rows if value(row) is None]


def _row(gap: IndicatorGap, name: str, url: str) -> GapRow:
    indicator = gap.indicator
    return GapRow(
        number=indicator.number,
        name=name,
        url=url,
        level=gap.level,
        gap=gap.gap,
        benchmark=indicator.benchmark,
        minimum=indicator.minimum,
        last=gap.previous,
        is_below_minimum=gap.is_below_minimum,
        is_ineligible=gap.is_ineligible,
    )
