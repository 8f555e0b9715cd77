"""Answering: the form of one dimension, or of all that is unanswered, and saving it with scripts or without."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.responses import Response

from app.domain.answers import unanswered
from app.domain.errors import GoldgapError, NotSignedIn
from app.domain.framework import Indicator
from app.frameworks.reader import Frameworks
from app.pages.cards import Card, Deck, Status, card_id
from app.pages.contexts import Context
from app.pages.progress import Rail, crumbs, rail, why_locked
from app.pages.saving import Saving, digest, keep, read
from app.pages.templating import Page, PageDep
from app.store.database import Store
from app.usecases import assessments
from app.usecases.assessments import Report
from app.web import refusals
from app.web.deps import FormDep, FrameworksDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
_NOTHING = Saving()
_FIELD = "note-"


class Section(NamedTuple):
    """One dimension's cards on the page."""

    id: str
    heading: str
    cards: tuple[Card, ...]


class Filter(NamedTuple):
    """Whether a page shows only what is unanswered, and the address of the other choice."""

    is_on: bool
    url: str


class Ways(NamedTuple):
    """Where one can go from the cards: to the next unanswered, or to another choice of cards."""

    next_url: str | None
    filter: Filter | None


@dataclass(frozen=True, kw_only=True)
class AnsweringContext(Context):
    """Several cards, in a form to be sent to `save`; None for somebody who cannot answer, and `locked` says why."""

    template: ClassVar[str] = "assessments/answering.html"
    eyebrow: str
    about: str
    rail: Rail
    sections: tuple[Section, ...]
    has_headings: bool
    save: str | None
    refusal: str
    locked: str
    notice: str
    ways: Ways


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which cards a page holds: one dimension's or everyone's, all of them or only the unanswered."""

    dimension: str | None
    only_unanswered: bool

    def indicators(self, report: Report, saving: Saving = _NOTHING) -> tuple[Indicator, ...]:
        """Return the indicators to show; what was typed and could not be kept is always among them."""
        framework = report.framework
        every = framework.dimension(self.dimension).indicators if self.dimension else framework.indicators
        if not self.only_unanswered:
            return every
        missing = {indicator.number for indicator in unanswered(framework, report.assessment.levels)}
        return tuple(each for each in every if each.number in missing or saving.unsaved(each.number))

    def url(self, page: Page, assessment_id: str) -> str:
        """Return the address of the page, to which its form is sent as well."""
        if self.dimension is None:
            return page.url("unanswered", assessment_id=assessment_id)
        plain = page.url("dimension", assessment_id=assessment_id, dimension_id=self.dimension)
        return f"{plain}?show=unanswered" if self.only_unanswered else plain


@router.get("/assessments/{assessment_id}/dimensions/{dimension_id}", name="dimension")
def dimension(
    page: PageDep,
    store: StoreDep,
    frameworks: FrameworksDep,
    assessment_id: str,
    dimension_id: str,
    show: str = "",
    saved: str = "",
) -> Response:
    """Show one dimension's cards."""
    report = assessments.report(store, frameworks, page.actor, assessment_id)
    sheet = Sheet(dimension_id, only_unanswered=show == "unanswered")
    return page.show(_context(page, store, report, sheet, saved=saved))


@router.get("/assessments/{assessment_id}/unanswered", name="unanswered")
def every_unanswered(
    page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str, saved: str = ""
) -> Response:
    """Show the unanswered cards of all dimensions."""
    report = assessments.report(store, frameworks, page.actor, assessment_id)
    return page.show(_context(page, store, report, Sheet(None, only_unanswered=True), saved=saved))


@router.post("/assessments/{assessment_id}/dimensions/{dimension_id}", name="answer")
def answer(
    page: PageDep,
    store: StoreDep,
    frameworks: FrameworksDep,
    assessment_id: str,
    dimension_id: str,
    form: FormDep,
    show: str = "",
) -> Response:
    """Keep what was touched in one dimension."""
    sheet = Sheet(dimension_id, only_unanswered=show == "unanswered")
    return _save(page, store, frameworks, assessment_id, form, sheet)


@router.post("/assessments/{assessment_id}/unanswered", name="answer_unanswered")
def answer_unanswered(
    page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str, form: FormDep
) -> Response:
    """Keep what was touched among the unanswered cards."""
    return _save(page, store, frameworks, assessment_id, form, Sheet(None, only_unanswered=True))


@router.get("/assessments/{assessment_id}/next-unanswered", name="next_unanswered")
def next_unanswered(
    page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str, after: str = ""
) -> Response:
    """Go to the card of the next unanswered indicator, from the start again behind the last one."""
    report = assessments.report(store, frameworks, page.actor, assessment_id)
    missing = unanswered(report.framework, report.assessment.levels)
    if not missing:
        return page.go("assessment", assessment_id=assessment_id)
    passed = _order(report).get(after, 0)
    found = next((indicator for indicator in missing if indicator.order > passed), missing[0])
    anchor = card_id(found.number)
    return page.go("dimension", assessment_id=assessment_id, dimension_id=found.dimension, anchor=anchor)


def _save(
    page: Page, store: Store, frameworks: Frameworks, assessment_id: str, form: FormData, sheet: Sheet
) -> Response:
    try:
        report = assessments.report(store, frameworks, page.actor, assessment_id)
        typed = read(form, dataclasses.replace(sheet, only_unanswered=False).indicators(report))
        report, saving = keep(page, store, frameworks, report, typed)
    except GoldgapError as error:
        if page.is_fragment:
            refusals.note(page.request, error)
            return page.fragment(*_refused(page, form, error), status=status_of(error))
        raise
    if page.is_fragment:
        return page.fragment(*_pieces(page, store, report, sheet, saving), status=saving.status)
    if saving.status != HTTPStatus.OK:
        return page.show(_context(page, store, report, sheet, saving), status=saving.status)
    address, shown = sheet.url(page, report.assessment.id), sheet.indicators(report)
    pressed = str(form.get("save") or "")
    # The card whose button was pressed goes first: that is where one is, and where it is said what was saved.
    saved = sorted(saving.kept, key=lambda number: number != pressed)
    at = _place(report, shown, next(iter(saved), pressed))
    query = f"{'&' if '?' in address else '?'}saved={quote(','.join(saved))}" if saved else ""
    return page.go_to(address + query + (f"#{card_id(at)}" if at else ""))


def _pieces(page: Page, store: Store, report: Report, sheet: Sheet, saving: Saving) -> Iterator[Markup]:
    """Yield what changes on the page for the touched cards: never a field, unless the other answer was chosen."""
    deck = Deck(page, report, store.clock())
    for number, typed in saving.typed.items():
        card = deck.card(report.framework.indicator(number), saving)
        yield page.component("saved_status", f"{card.id}-status", *card.status, oob=True)
        yield page.component("conflict", card, oob=True)
        if saving.unsaved(number):
            yield page.component("answer_problems", card, oob=True)
        elif typed.takes_theirs:
            yield page.component("answer_base", card, oob=True)
            yield page.component("answer_fields", card, oob=True)
        else:
            # The field keeps what was typed, to the letter, so that is what it is later compared with.
            base = dataclasses.replace(card, seen=digest(typed.level, typed.note))
            yield page.component("answer_base", base, oob=True)
            yield page.component("answer_problems", card, oob=True)
    if saving.kept:
        way = _rail(page, report, sheet)
        yield page.component("progress_rail", "rail", way, oob=True)
        yield page.component("answering_ways", "ways", _ways(page, report, sheet, way), oob=True)
        yield page.component("answering_done", "done", way.done, oob=True)


def _refused(page: Page, form: FormData, error: GoldgapError) -> Iterator[Markup]:
    """Yield what a refusal of the whole form says on each card: nothing is taken away."""
    link = None
    words = page.say(error.message, **error.params)
    if isinstance(error, NotSignedIn):
        words = page.say("Your session has ended; what you wrote is still here.")
        path = quote(str(page.request.scope["path"]), safe="/")
        link = (f"{page.url('sign_in')}?next={path}", page.say("Sign in in a new tab"))
    for number in (name.removeprefix(_FIELD) for name in form if name.startswith(_FIELD)):
        status = Status("failed", page.say("Not saved."), words, link)
        yield page.component("saved_status", f"{card_id(number)}-status", *status, oob=True)


def _context(
    page: Page, store: Store, report: Report, sheet: Sheet, saving: Saving = _NOTHING, saved: str = ""
) -> AnsweringContext:
    assessment, wording = report.assessment, report.framework.wording(page.language)
    indicators, notice, way = sheet.indicators(report, saving), _notice(page, report, saved), _rail(page, report, sheet)
    at = _place(report, indicators, saved.split(",", maxsplit=1)[0]) if notice else ""
    deck = Deck(page, report, store.clock())
    sections = []
    for each in report.framework.dimensions:
        here = (indicator for indicator in indicators if indicator.dimension == each.id)
        cards = tuple(deck.card(one, saving, notice if one.number == at else "") for one in here)
        sections.append(Section(f"part-{each.id}", f"{each.number} {wording.dimensions[each.id].name}", cards))
    sections = [section for section in sections if section.cards]
    title, about = page.say("Unanswered indicators"), ""
    if sheet.dimension:
        own = report.framework.dimension(sheet.dimension)
        title, about = f"{own.number} {wording.dimensions[own.id].name}", wording.dimensions[own.id].about
    return AnsweringContext(
        title=title,
        crumbs=crumbs(page, assessment, title),
        eyebrow=assessment.cluster.name,
        about=about,
        rail=way,
        sections=tuple(sections),
        has_headings=sheet.dimension is None,
        save=sheet.url(page, assessment.id) if "answer" in report.actions else None,
        refusal=saving.refusal,
        locked=why_locked(page, report),
        notice="" if at else notice,
        ways=_ways(page, report, sheet, way),
    )


def _rail(page: Page, report: Report, sheet: Sheet) -> Rail:
    return rail(page, report, sheet.dimension, at_unanswered=sheet.dimension is None)


def _ways(page: Page, report: Report, sheet: Sheet, way: Rail) -> Ways:
    has_next = "answer" in report.actions and way.answered < way.total
    other = dataclasses.replace(sheet, only_unanswered=not sheet.only_unanswered)
    # From a narrowed page there is always a way back; to narrow one takes something to narrow it to.
    is_choice = sheet.dimension is not None and (sheet.only_unanswered or has_next)
    return Ways(
        page.url("next_unanswered", assessment_id=report.assessment.id) if has_next else None,
        Filter(sheet.only_unanswered, other.url(page, report.assessment.id)) if is_choice else None,
    )


def _order(report: Report) -> dict[str, int]:
    return {indicator.number: indicator.order for indicator in report.framework.indicators}


def _place(report: Report, shown: Sequence[Indicator], saved: str) -> str:
    """Return which shown card is the saved one, or comes next after where that one stands."""
    order = _order(report).get(saved)
    return "" if order is None else next((each.number for each in shown if each.order >= order), "")


def _notice(page: Page, report: Report, saved: str) -> str:
    """Say what a form without scripts has just saved."""
    numbers, wording = saved.split(","), report.framework.wording(page.language)
    names = [f"{n} {words.name}" for n, words in wording.indicators.items() if n in numbers]
    return page.say("Saved: %(names)s.", names=", ".join(names)) if names else ""
