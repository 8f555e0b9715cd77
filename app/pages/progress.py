"""How far an assessment is answered, part by part, who changed what, and the way around in it."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.answers import unanswered
from app.domain.framework import Indicator
from app.domain.lifecycle import EDITABLE, Assessment
from app.domain.portfolio import Standing
from app.domain.scoring import score
from app.pages.cards import Deck, card_id
from app.pages.contexts import Crumb
from app.pages.format import filters
from app.pages.templating import Page
from app.usecases.assessments import Report


class RailLink(NamedTuple):
    """One dimension in the progress rail."""

    number: str
    name: str
    url: str
    answered: int
    total: int
    current: bool


class Done(NamedTuple):
    """That everything is answered, what comes of it now, and the way to submitting for who may."""

    words: str
    submit_url: str | None


@dataclass(frozen=True, slots=True)
class Rail:
    """Every dimension with how far it is answered; an address is None where there is nothing to go there for."""

    dimensions: tuple[RailLink, ...]
    answered: int
    total: int
    overview_url: str | None
    unanswered_url: str | None
    at_unanswered: bool
    done: Done | None = None


class Named(NamedTuple):
    """An indicator by number and name, with the address of its card."""

    label: str
    url: str


class Change(NamedTuple):
    """An answer as somebody last left it."""

    indicator: Named
    level: str
    who: str
    when: str
    at: dt.datetime


def rail(
    page: Page, report: Report, here: str | None = None, *, at_unanswered: bool = False, at_overview: bool = False
) -> Rail:
    """Return the progress rail; `here` is the id of the dimension that the page shows."""
    assessment, wording = report.assessment, report.framework.wording(page.language)
    scorecard = score(report.framework, assessment.levels)
    links = (
        RailLink(
            number=part.dimension.number,
            name=wording.dimensions[part.dimension.id].name,
            url=page.url("dimension", assessment_id=assessment.id, dimension_id=part.dimension.id),
            answered=part.answered,
            total=part.total,
            current=part.dimension.id == here,
        )
        for part in scorecard.dimensions
    )
    is_open = scorecard.answered < scorecard.total and "answer" in report.actions
    url = page.url("unanswered", assessment_id=assessment.id) if is_open or at_unanswered else None
    overview = None if at_overview else page.url("assessment", assessment_id=assessment.id)
    finished = None if at_overview else done(page, report)
    return Rail(tuple(links), scorecard.answered, scorecard.total, overview, url, at_unanswered, finished)


def done(page: Page, report: Report) -> Done | None:
    """Say to whoever answers that everything is answered, None while something is not."""
    if "answer" not in report.actions or unanswered(report.framework, report.assessment.levels):
        return None
    if "submit" in report.actions:
        url = page.url("submit_page", assessment_id=report.assessment.id)
        return Done(page.say("The assessment counts once you have submitted it."), url)
    return Done(page.say("The assessment counts once the cluster manager has submitted it."), None)


def crumbs(page: Page, assessment: Assessment, *below: str) -> tuple[Crumb, ...]:
    """Return the way up from an assessment, or from a page below it."""
    cluster = Crumb(assessment.cluster.name, page.url("cluster", cluster=assessment.cluster.slug))
    own = Crumb(assessment.title, page.url("assessment", assessment_id=assessment.id) if below else None)
    return (cluster, own, *(Crumb(title) for title in below))


def submitted_at(page: Page, standing: Standing) -> str:
    """Return when an assessment was submitted, in words."""
    return filters(page.language)["moment"](standing.submitted_at)


def why_locked(page: Page, report: Report) -> str:
    """Say why the actor cannot change the answers; nothing where that is possible."""
    if "answer" in report.actions:
        return ""
    if report.assessment.state in EDITABLE:
        return page.say("You can read these answers. Your role does not let you change them.")
    return page.say("This assessment has been submitted, so its answers can no longer be changed.")


def named(page: Page, report: Report, indicator: Indicator) -> Named:
    """Return an indicator's number and name with the address of its card."""
    address = page.url("dimension", assessment_id=report.assessment.id, dimension_id=indicator.dimension)
    name = report.framework.wording(page.language).indicators[indicator.number].name
    return Named(f"{indicator.number} {name}", f"{address}#{card_id(indicator.number)}")


def changes(page: Page, report: Report, now: dt.datetime) -> tuple[Change, ...]:
    """Return every answer with who gave it and when, the latest first."""
    deck = Deck(page, report, now)
    found = []
    for indicator in report.framework.indicators:
        answer = report.assessment.answer(indicator.number)
        if answer.updated_at is not None:
            of, level, when = named(page, report, indicator), deck.level(answer.level), deck.when(answer.updated_at)
            found.append(Change(of, level, deck.who(answer), when, answer.updated_at))
    return tuple(sorted(found, key=lambda change: change.at, reverse=True))
