"""The portfolio by indicator: how the counted levels are spread, and how many lie below the benchmark and minimum."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.framework import Framework
from app.domain.portfolio import IndicatorSpread, weakest_first
from app.domain.scoring import percent
from app.pages import selection, tables
from app.pages.contexts import Context
from app.pages.format import filters
from app.pages.selection import AskedDep, PortfolioFrame
from app.pages.tables import Address, Column, Order
from app.pages.templating import Page, PageDep
from app.usecases import portfolio
from app.usecases.portfolio import Sheet
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SpreadLine:
    """One indicator's row. `sentence` says the picture in words; without a minimum, nothing can be below it.

    `ineligible` is how many fail the basic condition of every label, where there is one beside no minimum.
    """

    number: str
    name: str
    url: str
    n: int
    lowest: int
    q1: Fraction
    median: Fraction
    q3: Fraction
    highest: int
    mean: Fraction
    benchmark: int
    below_benchmark: int
    below_benchmark_percent: float
    below_minimum: int | None
    below_minimum_percent: float | None
    ineligible: int | None
    sentence: str


@dataclass(frozen=True, kw_only=True)
class SpreadsContext(Context):
    """Every indicator with the spread of its levels."""

    template: ClassVar[str] = "portfolio/indicators.html"
    frame: PortfolioFrame
    few: int
    lowest_level: int
    top_level: int
    columns: tuple[Column, ...]
    lines: tuple[SpreadLine, ...]


@router.get("/portfolio/indicators", name="portfolio_indicators")
def indicators(page: PageDep, store: StoreDep, frameworks: FrameworksDep, asked_for: AskedDep) -> Response:
    """Show how the counted levels of each indicator are spread, the weakest first."""
    found = portfolio.overview(store, frameworks, page.actor, asked_for.query)
    if instead := selection.instead(page):
        return instead
    keys = _keys(found.spreads)
    order = tables.order(asked_for.sort, keys, "-weak")
    address = partial(asked_for.address, page.url("portfolio_indicators"))
    shown = tables.ordered(found.spreads, order, keys[order.key])
    knocked_out = {each.indicator.number: each.clusters for each in found.knock_outs}
    return page.show(
        SpreadsContext(
            title=page.say("Indicators across clusters"),
            crumbs=selection.crumbs(page, page.say("Indicators across clusters")),
            frame=selection.frame(page, asked_for, found, frameworks, Sheet.INDICATORS),
            few=selection.FEW,
            lowest_level=found.framework.levels[0],
            top_level=found.framework.top_level,
            columns=_columns(page, order, address),
            lines=tuple(_line(page, found.framework, spread, knocked_out) for spread in shown),
        )
    )


def _keys(spreads: tuple[IndicatorSpread, ...]) -> dict[str, Callable[[IndicatorSpread], Any]]:
    places = {spread.indicator.number: place for place, spread in enumerate(weakest_first(spreads))}

    def below_minimum(spread: IndicatorSpread) -> int | None:
        return None if spread.indicator.minimum is None else spread.below_minimum

    return {
        # The weakest is the largest, so that the arrow agrees with the figures that fall.
        "weak": lambda spread: -places[spread.indicator.number],
        "number": lambda spread: spread.indicator.order,
        "median": lambda spread: spread.median,
        "mean": lambda spread: spread.mean,
        "minimum": below_minimum,
    }


def _columns(page: Page, order: Order, address: Address) -> tuple[Column, ...]:
    return (
        order.column(address, page.say("Indicator"), "number"),
        Column(page.say("Spread")),
        Column(page.say("Clusters"), numeric=True),
        order.column(address, page.say("Median"), "median", first="median"),
        Column(page.say("Middle half"), numeric=True),
        order.column(address, page.say("Mean"), "mean", first="mean"),
        Column(page.say("Benchmark"), numeric=True),
        order.column(address, page.say("Below benchmark"), "weak", first="-weak"),
        order.column(address, page.say("Below minimum"), "minimum", first="-minimum"),
    )


def _line(page: Page, framework: Framework, spread: IndicatorSpread, knocked_out: Mapping[str, int]) -> SpreadLine:
    indicator = spread.indicator
    has_minimum = indicator.minimum is not None
    is_gate = indicator.eligibility is not None and not has_minimum
    return SpreadLine(
        number=indicator.number,
        name=framework.wording(page.language).indicators[indicator.number].name,
        url=selection.indicator_address(page, framework, indicator.number),
        n=spread.n,
        lowest=spread.lowest,
        q1=spread.q1,
        median=spread.median,
        q3=spread.q3,
        highest=spread.highest,
        mean=spread.mean,
        benchmark=indicator.benchmark,
        below_benchmark=spread.below_benchmark,
        below_benchmark_percent=percent(spread.below_benchmark, spread.n),
        below_minimum=spread.below_minimum if has_minimum else None,
        below_minimum_percent=percent(spread.below_minimum, spread.n) if has_minimum else None,
        ineligible=knocked_out.get(indicator.number, 0) if is_gate else None,
        sentence=_sentence(page, spread),
    )


def _sentence(page: Page, spread: IndicatorSpread) -> str:
    decimal = filters(page.language)["decimal"]
    return page.say(
        "From %(lowest)s to %(highest)s, middle half %(q1)s to %(q3)s, median %(median)s; benchmark %(benchmark)s",
        lowest=spread.lowest,
        highest=spread.highest,
        q1=decimal(spread.q1, 2),
        q3=decimal(spread.q3, 2),
        median=decimal(spread.median, 2),
        benchmark=spread.indicator.benchmark,
    )
