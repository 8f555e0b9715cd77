"""History in plain words: who changed a cluster, an assessment or an indicator, from what, and when."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, ClassVar, NamedTuple

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.pages.cards import card_id
from app.pages.contexts import Context, Crumb
from app.pages.format import ZONE, filters
from app.pages.past import Difference, Told, differences, sentence
from app.pages.progress import crumbs
from app.pages.templating import Page, PageDep
from app.store.history import PastLine, Place
from app.usecases import history
from app.usecases.history import History
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
PAGE_LENGTH = 50
_BETWEEN = "~"
Behind = Annotated[str, Query(max_length=200)]


class Link(NamedTuple):
    """A way to what a line is about."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that somebody did; `about` leads to it, `differences` say more than the sentence does."""

    clock: str
    words: str
    about: Link | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """What was done on one day, in Norwegian time."""

    label: str
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, kw_only=True)
class HistoryContext(Context):
    """A page of a history; `older` and `newest` lead to its other pages."""

    template: ClassVar[str] = "history/history.html"
    eyebrow: str
    days: tuple[HistoryDay, ...]
    older: str | None
    newest: str | None
    back: Link
    is_whole: bool
    nothing: str


@router.get("/clusters/{cluster}/history", name="cluster_history")
def of_cluster(page: PageDep, store: StoreDep, cluster: str, behind: Behind = "") -> Response:
    """Show who changed a cluster and its assessments."""
    place = _place(behind)
    found = history.of_cluster(store, page.actor, cluster, behind=place, limit=PAGE_LENGTH)
    title, name = page.say("History"), found.cluster.name
    back = Link(page.say("Back to the cluster"), page.url("cluster", cluster=cluster))
    return page.show(
        HistoryContext(
            title=title,
            crumbs=(Crumb(name, back.url), Crumb(title)),
            eyebrow=name,
            nothing=page.say("Nothing has been done here yet."),
            **_shown(page, found, place, back),
        )
    )


@router.get("/assessments/{assessment_id}/history", name="assessment_history")
def of_assessment(
    page: PageDep,
    store: StoreDep,
    frameworks: FrameworksDep,
    assessment_id: str,
    indicator: Annotated[str, Query(max_length=50)] = "",
    behind: Behind = "",
) -> Response:
    """Show who changed an assessment, or one of its indicators."""
    place = _place(behind)
    found = history.of_assessment(
        store, frameworks, page.actor, assessment_id, indicator=indicator or None, behind=place, limit=PAGE_LENGTH
    )
    assessment = found.assessment
    title = page.say("History of %(number)s", number=indicator) if indicator else page.say("History")
    back = Link(page.say("Back to the assessment"), page.url("assessment", assessment_id=assessment_id))
    if assessment and indicator:
        dimension = frameworks.of(assessment.framework, assessment.version).indicator(indicator).dimension
        card = page.url("dimension", assessment_id=assessment_id, dimension_id=dimension) + f"#{card_id(indicator)}"
        back = Link(page.say("Back to the answer"), card)
    nothing = page.say("Nobody has changed this answer yet.")
    return page.show(
        HistoryContext(
            title=title,
            crumbs=crumbs(page, assessment, title) if assessment else (),
            eyebrow=assessment.title if assessment else "",
            nothing=nothing if indicator else page.say("Nothing has been done here yet."),
            **_shown(page, found, place, back),
        )
    )


def news(page: Page, lines: Iterable[PastLine]) -> tuple[HistoryDay, ...]:
    """Return what is new in several clusters, each line with the way to its cluster's history."""

    def about(line: PastLine) -> Link | None:
        if line.cluster is None or line.cluster_name is None:
            return None
        return Link(line.cluster_name, page.url("cluster_history", cluster=line.cluster))

    return tuple(_days(page, ((line, about(line)) for line in lines)))


def _shown(page: Page, found: History, behind: Place | None, back: Link) -> dict[str, Any]:
    here = str(page.request.scope["path"])
    narrowed = f"indicator={found.indicator}" if found.indicator else ""

    def address(place: Place | None) -> str:
        parts = [narrowed, f"behind={_BETWEEN.join(place.parts).replace('+', '%2B')}" if place else ""]
        query = "&".join(part for part in parts if part)
        return f"{here}?{query}" if query else here

    def about(line: PastLine) -> Link | None:
        # Outside the cluster an assessment that was withdrawn since cannot be opened.
        if found.assessment or line.assessment is None or not found.is_whole:
            return None
        return Link(line.assessment, page.url("assessment", assessment_id=line.subject))

    return {
        "days": tuple(_days(page, ((line, about(line)) for line in found.lines))),
        "older": address(found.following) if found.following else None,
        "newest": address(None) if behind else None,
        "back": back,
        "is_whole": found.is_whole,
    }


def _days(page: Page, lines: Iterable[tuple[PastLine, Link | None]]) -> Iterator[HistoryDay]:
    write = filters(page.language)

    def day(each: tuple[PastLine, Link | None]) -> dt.date:
        return each[0].at.astimezone(ZONE).date()

    for date, found in groupby(lines, key=day):
        told = (
            HistoryLine(write["clock"](line.at), sentence(Told(page, line)), about, differences(Told(page, line)))
            for line, about in found
        )
        yield HistoryDay(write["day"](date), tuple(told))


def _place(given: str) -> Place | None:
    """Return the place in an address; what cannot be read is the beginning."""
    return Place.of(given.split(_BETWEEN))
