"""The standard as readable pages for everybody, and what Goldgap is."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.framework import Framework, Indicator
from app.domain.scoring import percent
from app.pages.cards import Criterion, PartStanding, card_id, criterion
from app.pages.contexts import Context, Crumb
from app.pages.tables import Column
from app.pages.templating import Page, PageDep
from app.web.deps import FrameworksDep

router = APIRouter(include_in_schema=False)
_STANDINGS = ("official", "inferred", "ours")


class CatalogueLine(NamedTuple):
    """One catalogue in the list."""

    name: str
    about: str
    language: str
    version: str
    url: str
    released: dt.date
    offered: bool
    dimensions: int
    indicators: int
    gold_line: int
    max_points: int


@dataclass(frozen=True, kw_only=True)
class FrameworksContext(Context):
    """Every catalogue there is."""

    template: ClassVar[str] = "frameworks/list.html"
    catalogues: tuple[CatalogueLine, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator as the catalogue's page shows it: its numbers with how sure they are, and its levels in words."""

    id: str
    criterion: Criterion
    indicator: Indicator
    numbers: tuple[PartStanding, ...]
    has_descriptors: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension with its indicators."""

    id: str
    number: str
    name: str
    about: str
    points: int
    entries: tuple[Entry, ...]


class Sure(NamedTuple):
    """How many of the numbers of one kind are official, inferred and ours."""

    what: str
    counts: tuple[int, ...]


class Gate(NamedTuple):
    """A level without which no label is open."""

    label: str
    url: str
    level: int
    standing: str
    source: str


class GoldWords(NamedTuple):
    """The Gold rule's figures: the share of the points in percent and what it comes to, the minima and the gates."""

    percent: float
    line: int
    max_points: int
    standing: str
    source: str
    minima: int
    gates: tuple[Gate, ...]


@dataclass(frozen=True, kw_only=True)
class FrameworkContext(Context):
    """A whole catalogue."""

    template: ClassVar[str] = "frameworks/framework.html"
    version: str
    about: str
    text_language: str
    released: dt.date
    offered: bool
    total: int
    levels: tuple[tuple[int, str], ...]
    gold: GoldWords
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    sure: tuple[Sure, ...]
    sources: tuple[tuple[str, str], ...]
    form_url: str
    json_url: str


@dataclass(frozen=True, kw_only=True)
class AboutContext(Context):
    """What Goldgap is, what is official and what is not, and the sources."""

    template: ClassVar[str] = "frameworks/about.html"
    catalogue: str
    catalogue_url: str
    sure: tuple[Sure, ...]
    sources: tuple[tuple[str, str], ...]


@router.get("/frameworks", name="frameworks")
def listed(page: PageDep, frameworks: FrameworksDep) -> Response:
    """List every catalogue."""
    lines = tuple(_catalogue(page, framework) for framework in frameworks.all)
    return page.show(FrameworksContext(title=page.say("Indicators"), catalogues=lines))


@router.get("/frameworks/{framework}/{version}", name="framework")
def view(page: PageDep, frameworks: FrameworksDep, framework: str, version: str) -> Response:
    """Show a whole catalogue, with how sure each number is."""
    found = frameworks.of(framework, version)
    wording = found.wording(page.language)
    return page.show(
        FrameworkContext(
            title=wording.name,
            crumbs=(Crumb(page.say("Indicators"), page.url("frameworks")), Crumb(f"{wording.name}, {found.version}")),
            version=found.version,
            about=wording.about,
            text_language=wording.language,
            released=dt.date.fromisoformat(found.released),
            offered=found.offered,
            total=found.total,
            levels=tuple((level, wording.levels[level]) for level in found.levels),
            gold=_gold(page, found),
            columns=(
                Column(page.say("Indicator")),
                *(
                    Column(label, numeric=True)
                    for label in (page.say("Weight"), page.say("Benchmark"), page.say("Minimum"))
                ),
            ),
            parts=tuple(_parts(page, found)),
            sure=tuple(_sure(page, found)),
            sources=tuple(found.sources.items()),
            form_url=page.url("blank_form", framework=found.name, version=found.version),
            json_url=f"/api/v1/frameworks/{found.name}/{found.version}",
        )
    )


@router.get("/about", name="about")
def about(page: PageDep, frameworks: FrameworksDep) -> Response:
    """Say what Goldgap is, and what it is not."""
    found = frameworks.default
    return page.show(
        AboutContext(
            title=page.say("About Goldgap"),
            catalogue=f"{found.wording(page.language).name}, {found.version}",
            catalogue_url=page.url("framework", framework=found.name, version=found.version),
            sure=tuple(_sure(page, found)),
            sources=tuple(found.sources.items()),
        )
    )


def _catalogue(page: Page, framework: Framework) -> CatalogueLine:
    wording = framework.wording(page.language)
    return CatalogueLine(
        name=wording.name,
        about=wording.about,
        language=wording.language,
        version=framework.version,
        url=page.url("framework", framework=framework.name, version=framework.version),
        released=dt.date.fromisoformat(framework.released),
        offered=framework.offered,
        dimensions=len(framework.dimensions),
        indicators=framework.total,
        gold_line=framework.gold_line,
        max_points=framework.max_points,
    )


def _gold(page: Page, framework: Framework) -> GoldWords:
    gates = (indicator for indicator in framework.indicators if indicator.eligibility is not None)
    gold = framework.gold
    return GoldWords(
        percent=percent(gold.numerator, gold.denominator),
        line=framework.gold_line,
        max_points=framework.max_points,
        standing=gold.standing,
        source=gold.source,
        minima=sum(indicator.minimum is not None for indicator in framework.indicators),
        gates=tuple(_gate(page, framework, indicator) for indicator in gates),
    )


def _gate(page: Page, framework: Framework, indicator: Indicator) -> Gate:
    name = framework.wording(page.language).indicators[indicator.number].name
    return Gate(
        label=f"{indicator.number} {name}",
        url=f"#{card_id(indicator.number)}",
        level=indicator.eligibility or 0,
        standing=indicator.standing["eligibility"],
        source=indicator.source["eligibility"],
    )


def _parts(page: Page, framework: Framework) -> Iterator[Part]:
    wording = framework.wording(page.language)
    for dimension in framework.dimensions:
        words = wording.dimensions[dimension.id]
        yield Part(
            id=f"dimension-{dimension.id}",
            number=dimension.number,
            name=words.name,
            about=words.about,
            points=framework.points_possible(dimension.indicators),
            entries=tuple(_entry(page, framework, indicator) for indicator in dimension.indicators),
        )


def _entry(page: Page, framework: Framework, indicator: Indicator) -> Entry:
    found = criterion(page, framework, indicator)
    has_descriptors = any(level.text for level in found.levels)
    numbers = tuple(_numbers(page, indicator))
    return Entry(card_id(indicator.number), found, indicator, numbers, has_descriptors)


def _numbers(page: Page, indicator: Indicator) -> Iterator[PartStanding]:
    """Yield the numbers of an indicator that decide something, each with how sure it is."""
    words = {
        "weight": page.say("Weight: %(weight)s", weight=indicator.weight),
        "benchmark": page.say("Gold benchmark: level %(level)s", level=indicator.benchmark),
        "minimum": page.say("Minimum for Gold: level %(level)s", level=indicator.minimum),
        "eligibility": page.say("Needed for any label: level %(level)s", level=indicator.eligibility),
    }
    for kind, what in words.items():
        if indicator.standing.get(kind, "none") != "none":
            yield PartStanding(what, indicator.standing[kind], indicator.source[kind])


def _sure(page: Page, framework: Framework) -> Iterator[Sure]:
    words = {
        "name": page.say("Names"),
        "order": page.say("Order and numbering"),
        "minimum": page.say("Minimums for Gold"),
        "eligibility": page.say("Basic conditions of every label"),
        "levels": page.say("What each level asks for"),
        "benchmark": page.say("Gold benchmark for each indicator"),
        "weight": page.say("Weights"),
    }
    yield Sure(page.say("Share of the points that Gold asks for"), _counts(Counter([framework.gold.standing])))
    for kind, what in words.items():
        counted = Counter(indicator.standing.get(kind, "none") for indicator in framework.indicators)
        if counts := _counts(counted):
            yield Sure(what, counts)


def _counts(counted: Counter[str]) -> tuple[int, ...]:
    """Return how many have each standing, nothing where none has any."""
    counts = tuple(counted[standing] for standing in _STANDINGS)
    return counts if any(counts) else ()
