"""All clusters within reach side by side, as JSON. Every answer names what was counted and what was left out."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict, Field

from app.api.schemas.examples import real
from app.api.schemas.models import Out
from app.domain.framework import Framework
from app.domain.lifecycle import State
from app.domain.portfolio import Basis, IndicatorSpread, LeftOutReason, PortfolioRow
from app.domain.scoring import Outcome, percent
from app.usecases.portfolio import Portfolio

_NEXT = Field(description="The cursor of the page after this, null at the end.")


class PinnedFramework(Out):
    """The catalogue that the figures are about."""

    framework: str
    version: str
    digest: str


class LeftOut(Out):
    """A cluster that is listed and not counted."""

    cluster: str
    reason: LeftOutReason


class Counted(Out):
    """What the figures were made of, and when."""

    counted: int = Field(description="How many clusters the figures are made of.")
    left_out: list[LeftOut] = Field(description="The clusters that are not in the figures, on every page all of them.")
    basis: Basis
    framework: PinnedFramework
    as_of: dt.datetime


class PortfolioCluster(Out):
    """One cluster's assessment; null where there is none, and the figures where it is another cluster's draft."""

    cluster: str = Field(description="The cluster's slug.")
    name: str
    state: State | None
    answered: int
    points: int | None
    percent: float | None
    outcome: Outcome | None

    @classmethod
    def of(cls, row: PortfolioRow, framework: Framework) -> "PortfolioCluster":
        """Return a row as JSON shows it."""
        standing = row.standing
        figures = standing.figures if standing else None
        return cls(
            cluster=row.cluster.slug,
            name=row.cluster.name,
            state=standing.state if standing else None,
            answered=standing.answered if standing else 0,
            points=figures.points if figures else None,
            percent=percent(figures.points, framework.max_points) if figures else None,
            outcome=figures.outcome if figures else None,
        )


class PortfolioOut(Counted):
    """Every cluster within reach by name, a page at a time, counted or not."""

    model_config = ConfigDict(json_schema_extra=real("portfolio"))

    clusters: list[PortfolioCluster]
    next: str | None = _NEXT

    @classmethod
    def of(cls, found: Portfolio, rows: Sequence[PortfolioRow], following: str | None) -> "PortfolioOut":
        """Return a page of a portfolio as JSON shows it."""
        clusters = [PortfolioCluster.of(row, found.framework) for row in rows]
        return cls(**_counted(found), clusters=clusters, next=following)


class SpreadOut(Out):
    """How the counted levels of one indicator are spread; quartiles by linear interpolation."""

    number: str
    n: int
    mean: float
    q1: float
    median: float
    q3: float
    below_benchmark: int
    below_minimum: int

    @classmethod
    def of(cls, spread: IndicatorSpread) -> "SpreadOut":
        """Return a spread as JSON shows it."""
        return cls(
            number=spread.indicator.number,
            n=spread.n,
            mean=float(spread.mean),
            q1=float(spread.q1),
            median=float(spread.median),
            q3=float(spread.q3),
            below_benchmark=spread.below_benchmark,
            below_minimum=spread.below_minimum,
        )


class SpreadsOut(Counted):
    """The spread of each indicator in the standard's order; nothing where nothing is counted."""

    model_config = ConfigDict(json_schema_extra=real("spreads"))

    items: list[SpreadOut]
    next: str | None = _NEXT

    @classmethod
    def of(cls, found: Portfolio, spreads: Sequence[IndicatorSpread], following: str | None) -> "SpreadsOut":
        """Return a page of spreads as JSON shows it."""
        return cls(**_counted(found), items=[SpreadOut.of(spread) for spread in spreads], next=following)


class HeatmapRow(Out):
    """One cluster's levels in the order of `indicators`; null where unanswered, or not to be seen."""

    cluster: str
    name: str
    levels: list[int | None]

    @classmethod
    def of(cls, row: PortfolioRow, framework: Framework) -> "HeatmapRow":
        """Return a row as JSON shows it."""
        figures = row.standing.figures if row.standing else None
        levels: list[int | None] = list(figures.levels) if figures else [None] * framework.total
        return cls(cluster=row.cluster.slug, name=row.cluster.name, levels=levels)


class HeatmapOut(Counted):
    """The levels of every cluster within reach by name, a page at a time."""

    model_config = ConfigDict(json_schema_extra=real("heatmap"))

    indicators: list[str] = Field(description="Official numbers, in the standard's order.")
    rows: list[HeatmapRow]
    next: str | None = _NEXT

    @classmethod
    def of(cls, found: Portfolio, rows: Sequence[PortfolioRow], following: str | None) -> "HeatmapOut":
        """Return a page of a heat map as JSON shows it."""
        return cls(
            **_counted(found),
            indicators=[indicator.number for indicator in found.framework.indicators],
            rows=[HeatmapRow.of(row, found.framework) for row in rows],
            next=following,
        )


def _counted(found: Portfolio) -> dict[str, Any]:
    framework = found.framework
    return {
        "counted": len(found.counted),
        "left_out": [LeftOut(cluster=row.cluster.slug, reason=row.reason) for row in found.left_out if row.reason],
        "basis": found.basis,
        "framework": PinnedFramework(framework=framework.name, version=framework.version, digest=framework.digest),
        "as_of": found.as_of,
    }
