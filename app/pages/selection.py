"""What every portfolio page shares: the clusters that an address asks for, the filters, the ways to look at them, and
the line that says what was counted and what was left out."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.responses import Response

from app.domain import text
from app.domain.framework import Framework
from app.domain.permissions import reach
from app.domain.portfolio import Basis, LeftOutReason
from app.domain.roles import Permission
from app.frameworks.reader import Frameworks
from app.pages.cards import card_id
from app.pages.contexts import Context, Crumb
from app.pages.templating import Page
from app.usecases import portfolio
from app.usecases.portfolio import Portfolio, Sheet

_ROUTES = {
    Sheet.CLUSTERS: "portfolio",
    Sheet.HEATMAP: "portfolio_heatmap",
    Sheet.INDICATORS: "portfolio_indicators",
}
NAMED = 100
FEW = 5  # from fewer clusters, each one moves a figure by more than a fifth


class Filter(NamedTuple):
    """One filter: its field, its label, what can be chosen, and what is chosen now."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


class Tab(NamedTuple):
    """One of the ways to look at the same clusters."""

    label: str
    url: str
    current: bool


class LeftOut(NamedTuple):
    """A cluster that is not counted, and why."""

    name: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figured:
    """What the figures on a page are made of: how many were counted, who was left out and why, when, against what.

    `why` says how many are left out for each reason; `named` are the first of those left out, and all of them stand in
    the table of clusters.
    """

    counted: int
    total: int
    left_out: int
    why: tuple[str, ...]
    named: tuple[LeftOut, ...]
    as_of: dt.datetime
    catalogue: str
    catalogue_short: str
    catalogue_url: str
    is_verified: bool

    @property
    def is_small(self) -> bool:
        """Whether so few were counted that one cluster moves every figure."""
        return 0 < self.counted < FEW


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks a portfolio page for."""

    query: portfolio.Query
    sort: str
    page: int

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters in use, by their names in the address."""
        query = self.query
        found = {
            "programme": query.programme,
            "round": query.round,
            "level": query.level,
            "region": query.region,
            "sector": query.sector,
            "framework": query.framework,
            "basis": None if query.basis == Basis.CLAIMED else query.basis,
        }
        return {name: value for name, value in found.items() if value is not None}

    def address(self, base: str, **changes: object) -> str:
        """Return an address with the same filters, changed in these parameters; None leaves one out."""
        parameters = {**self.narrowed, "sort": self.sort or None, **changes}
        kept = {name: value for name, value in parameters.items() if value is not None}
        return f"{base}?{urlencode(kept)}" if kept else base


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters as they stand on a page, and what goes with them unseen."""

    filters: tuple[Filter, ...]
    carried: tuple[tuple[str, str], ...]
    clear: str | None


@dataclass(frozen=True, slots=True)
class PortfolioFrame:
    """What stands around the figures on every portfolio page; `csv` and `json` take them along."""

    tabs: tuple[Tab, ...]
    chosen: Chosen
    figured: Figured
    action: str
    csv: str
    json: str


def asked(
    programme: str = "",
    in_round: Annotated[str, Query(alias="round")] = "",
    level: str = "",
    region: str = "",
    sector: str = "",
    framework: str = "",
    basis: str = "",
    sort: str = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Asked:
    """Read the address; an empty parameter means any. Raises Invalid for text that no cluster could have."""

    def any_or(name: str, value: str) -> str | None:
        return text.optional_line(name, value) or None

    query = portfolio.Query(
        programme=any_or("programme", programme),
        round=any_or("round", in_round),
        level=any_or("level", level),
        region=any_or("region", region),
        sector=any_or("sector", sector),
        framework=any_or("framework", framework),
        basis=basis or Basis.CLAIMED,
    )
    return Asked(query, sort, page)


AskedDep = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True, kw_only=True)
class NoPortfolioContext(Context):
    """In place of figures: whom they are for, and the way on for who has none."""

    template: ClassVar[str] = "portfolio/none.html"


def instead(page: Page) -> Response | None:
    """Return what somebody sees whose roles show them no portfolio at all; None for everybody else."""
    within = reach(page.actor, Permission.PORTFOLIO_READ)
    if within.everything or within.clusters or within.programmes:
        return None
    return page.show(NoPortfolioContext(title=page.say("Portfolio")))


def frame(page: Page, asked_for: Asked, found: Portfolio, frameworks: Frameworks, sheet: Sheet) -> PortfolioFrame:
    """Return what stands around the figures."""
    base = page.url(_ROUTES[sheet])
    return PortfolioFrame(
        tabs=tuple(_tabs(page, asked_for, sheet)),
        chosen=_chosen(page, asked_for, found, frameworks, base),
        figured=_figured(page, found),
        action=base,
        csv=asked_for.address(page.url("export_csv", sheet=sheet), sort=None),
        json=asked_for.address(page.url("export_json", sheet=sheet), sort=None),
    )


def _chosen(page: Page, asked_for: Asked, found: Portfolio, frameworks: Frameworks, base: str) -> Chosen:
    """Return the filters that have something to choose between."""
    narrowed, choices = asked_for.narrowed, found.choices
    every = ("", page.say("All"))
    rounds = {each.slug: each.name for each in choices.rounds}
    candidates = (
        ("programme", page.say("Programme"), [(each.slug, each.name) for each in choices.programmes]),
        ("round", page.say("Round"), list(rounds.items())),
        ("level", page.say("Programme level"), [(each, each) for each in choices.levels]),
        ("region", page.say("Region"), [(each, each) for each in choices.regions]),
        ("sector", page.say("Sector"), [(each, each) for each in choices.sectors]),
    )
    filters = []
    for name, label, options in candidates:
        value = narrowed.get(name, "")
        # A value that no cluster has stands there all the same, since it narrows.
        strange = [(value, value)] if value and value not in dict(options) else []
        # Where all are alike there is nothing to choose; an only round still leaves out what is outside it.
        if len(options) > (name != "round") or strange:
            filters.append(Filter(name, label, [every, *options, *strange], value))
    if len(frameworks.offered) > 1:
        filters.append(_catalogues(page, found, frameworks))
    unseen = {"sort": asked_for.sort, "basis": narrowed.get("basis", "")}
    clear = asked_for.address(base, **dict.fromkeys(narrowed)) if narrowed else None
    return Chosen(tuple(filters), tuple((name, value) for name, value in unseen.items() if value), clear)


def _catalogues(page: Page, found: Portfolio, frameworks: Frameworks) -> Filter:
    offered = [each for each in frameworks.all if each.offered or each is found.framework]
    options = [
        (f"{each.name}/{each.version}", f"{each.wording(page.language).name}, {each.version}") for each in offered
    ]
    return Filter("framework", page.say("Catalogue"), options, f"{found.framework.name}/{found.framework.version}")


def _tabs(page: Page, asked_for: Asked, here: Sheet) -> Iterator[Tab]:
    words = {
        Sheet.CLUSTERS: page.say("Clusters"),
        Sheet.HEATMAP: page.say("Heat map"),
        Sheet.INDICATORS: page.say("Indicators"),
    }
    for sheet, route in _ROUTES.items():
        yield Tab(words[sheet], asked_for.address(page.url(route), sort=None), sheet is here)


def _figured(page: Page, found: Portfolio) -> Figured:
    framework, reasons = found.framework, reason_words(page)
    named = (
        LeftOut(row.cluster.name, page.url("cluster", cluster=row.cluster.slug), reasons[row.reason])
        for row in found.left_out[:NAMED]
        if row.reason
    )
    return Figured(
        counted=len(found.counted),
        total=len(found.rows),
        left_out=len(found.left_out),
        why=tuple(_why(page, found)),
        named=tuple(named),
        as_of=found.as_of,
        catalogue=f"{framework.wording(page.language).name}, {framework.version}",
        catalogue_short=f"{framework.name} {framework.version}",
        catalogue_url=page.url("framework", framework=framework.name, version=framework.version),
        is_verified=found.basis is Basis.VERIFIED,
    )


def _why(page: Page, found: Portfolio) -> Iterator[str]:
    """Yield how many clusters are left out for each reason, the one waited for first."""
    counts = Counter(row.reason for row in found.left_out)
    words = {
        LeftOutReason.DRAFT: page.say("%(count)s still a draft", count=counts[LeftOutReason.DRAFT]),
        LeftOutReason.NONE: page.say("%(count)s without an assessment", count=counts[LeftOutReason.NONE]),
        LeftOutReason.OTHER_ROUND: page.say(
            "%(count)s submitted for another round only", count=counts[LeftOutReason.OTHER_ROUND]
        ),
        LeftOutReason.OTHER_FRAMEWORK: page.say(
            "%(count)s submitted on another catalogue only", count=counts[LeftOutReason.OTHER_FRAMEWORK]
        ),
        LeftOutReason.NOT_VERIFIED: page.say("%(count)s not verified yet", count=counts[LeftOutReason.NOT_VERIFIED]),
        LeftOutReason.NO_CONSENT: page.say("%(count)s not shared", count=counts[LeftOutReason.NO_CONSENT]),
    }
    yield from (said for reason, said in words.items() if counts[reason])


def reason_words(page: Page) -> Mapping[LeftOutReason, str]:
    """Return why a cluster is left out, in words."""
    return {
        LeftOutReason.NONE: page.say("No assessment"),
        LeftOutReason.DRAFT: page.say("Still a draft"),
        LeftOutReason.OTHER_ROUND: page.say("Submitted for another round only"),
        LeftOutReason.OTHER_FRAMEWORK: page.say("Submitted on another catalogue only"),
        LeftOutReason.NOT_VERIFIED: page.say("Not verified yet"),
        LeftOutReason.NO_CONSENT: page.say("The cluster does not share its assessments"),
    }


def indicator_address(page: Page, framework: Framework, number: str) -> str:
    """Return where the catalogue's pages explain an indicator."""
    return page.url("framework", framework=framework.name, version=framework.version) + f"#{card_id(number)}"


def crumbs(page: Page, here: str) -> tuple[Crumb, ...]:
    """Return the way back to the portfolio."""
    return (Crumb(page.say("Portfolio"), page.url("portfolio")), Crumb(here))
