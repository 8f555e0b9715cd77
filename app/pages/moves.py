"""The steps that change an assessment as a whole: submit, withdraw, delete. Each first says what it does."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from app.domain import lifecycle
from app.domain.answers import unanswered
from app.domain.consent import Sharing
from app.domain.errors import Stale
from app.domain.lifecycle import Move
from app.domain.permissions import allows, require
from app.domain.roles import Permission
from app.domain.scoring import Outcome, score
from app.frameworks.reader import Frameworks
from app.pages.consent import programme_of
from app.pages.contexts import Context
from app.pages.format import filters
from app.pages.notices import Notice
from app.pages.progress import Change, Named, changes, crumbs, named, submitted_at
from app.pages.templating import Page, PageDep
from app.store.database import Store
from app.usecases import assessments
from app.usecases.assessments import Report
from app.web import words
from app.web.deps import FormDep, FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
_DELETE = "delete"
_NOTICES = {Move.SUBMIT: Notice.SUBMITTED, Move.WITHDRAW: Notice.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers come to, with the reasons against Gold in words."""

    words: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MoveContext(Context):
    """A step that is not easily taken back: what it does, and the button; no button while something is `missing`.

    `changes` is what others did since `opened`, when the page turned out to be stale. `share_label` stands beside a
    box to share what was withheld so far; none where there is nothing to choose.
    """

    template: ClassVar[str] = "assessments/move.html"
    eyebrow: str
    lead: str
    points: tuple[str, ...]
    share_label: str
    verdict: Verdict | None
    missing: tuple[Named, ...]
    next_url: str
    label: str
    is_dangerous: bool
    action: str
    back_url: str
    revision: int
    opened: str
    is_stale: bool
    changes: tuple[Change, ...]


@router.get("/assessments/{assessment_id}/submit", name="submit_page")
def submit_page(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str) -> Response:
    """Say what submitting does, or what is still missing."""
    return _show(page, store, frameworks, assessment_id, Move.SUBMIT)


@router.get("/assessments/{assessment_id}/withdraw", name="withdraw_page")
def withdraw_page(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str) -> Response:
    """Say what withdrawing does."""
    return _show(page, store, frameworks, assessment_id, Move.WITHDRAW)


@router.get("/assessments/{assessment_id}/delete", name="delete_page")
def delete_page(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str) -> Response:
    """Say what deleting does."""
    return _show(page, store, frameworks, assessment_id, _DELETE)


@router.post("/assessments/{assessment_id}/submit", name="submit_assessment")
def submit(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str, form: FormDep) -> Response:
    """Submit an assessment."""
    return _move(page, store, frameworks, assessment_id, form, Move.SUBMIT)


@router.post("/assessments/{assessment_id}/withdraw", name="withdraw_assessment")
def withdraw(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str, form: FormDep) -> Response:
    """Take an assessment back."""
    return _move(page, store, frameworks, assessment_id, form, Move.WITHDRAW)


@router.post("/assessments/{assessment_id}/delete", name="delete_assessment")
def delete(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str, form: FormDep) -> Response:
    """Delete a draft."""
    try:
        cluster = assessments.delete(store, page.actor, assessment_id, _revision(form))
    except Stale:
        return _show(page, store, frameworks, assessment_id, _DELETE, opened=str(form.get("opened", "")))
    return page.go("cluster", notice=Notice.DRAFT_DELETED, cluster=cluster.slug)


def _move(page: Page, store: Store, frameworks: Frameworks, assessment_id: str, form: FormData, move: Move) -> Response:
    try:
        share = move is Move.SUBMIT and form.get("share") == "yes"
        assessments.move(store, frameworks, page.actor, assessment_id, move, _revision(form), share=share)
    except Stale as stale:
        # Pressed twice, the second time finds it done.
        if getattr(stale.current, "state", None) is not lifecycle.MOVES[move].target:
            return _show(page, store, frameworks, assessment_id, move, opened=str(form.get("opened", "")))
    return page.go("assessment", notice=_NOTICES[move], assessment_id=assessment_id)


def _revision(form: FormData) -> int:
    raw = str(form.get("revision", ""))
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < len("1000000000") else 0


def _show(
    page: Page,
    store: Store,
    frameworks: Frameworks,
    assessment_id: str,
    move: str,
    opened: str | None = None,
) -> Response:
    """Show the page of a step, with what changed since `opened` where it was sent and found stale."""
    report = assessments.report(store, frameworks, page.actor, assessment_id)
    assessment, url = report.assessment, page.url
    missing = _missing(page, report, move)
    title, lead, points, label = _words(page, report, move)
    since = _moment(opened)
    found = changes(page, report, store.clock()) if since else ()
    context = MoveContext(
        title=title,
        crumbs=crumbs(page, assessment, title),
        eyebrow=f"{assessment.cluster.name}: {assessment.title}",
        lead=lead,
        points=points,
        share_label=_share_label(page, report) if move == Move.SUBMIT else "",
        verdict=_verdict(page, report) if move == Move.SUBMIT and not missing else None,
        missing=missing,
        next_url=url("next_unanswered", assessment_id=assessment.id),
        label=label,
        is_dangerous=move != Move.SUBMIT,
        action=url(f"{move}_assessment", assessment_id=assessment.id),
        back_url=url("assessment", assessment_id=assessment.id),
        revision=assessment.revision,
        opened=assessment.updated_at.isoformat(),
        is_stale=opened is not None,
        changes=tuple(change for change in found if since and change.at > since),
    )
    return page.show(context, status=HTTPStatus.OK if opened is None else HTTPStatus.PRECONDITION_FAILED)


def _missing(page: Page, report: Report, move: str) -> tuple[Named, ...]:
    """Return what keeps the step from being taken; raises NotPermitted and Conflict where it is not open at all."""
    assessment = report.assessment
    if move == _DELETE:
        require(page.actor, Permission.ASSESSMENT_DELETE, assessment.cluster)
        lifecycle.require_deletable(assessment)
        return ()
    wanted = Move(move)
    require(page.actor, lifecycle.MOVES[wanted].permission, assessment.cluster)
    missing = unanswered(report.framework, assessment.levels)
    if wanted is Move.SUBMIT and missing and assessment.state in lifecycle.MOVES[wanted].origins:
        return tuple(named(page, report, indicator) for indicator in missing)
    lifecycle.target(report.framework, assessment, wanted)
    return ()


def _words(page: Page, report: Report, move: str) -> tuple[str, str, tuple[str, ...], str]:
    """Return a step's title, what it does in a sentence, the consequences, and the word on its button."""
    say, assessment = page.say, report.assessment
    if move == Move.SUBMIT:
        points = (
            say("The answers are locked: nobody can change them any more."),
            *_counting(page, report),
            _shared(page, report),
            say("You can withdraw it later. Then it no longer counts, and the answers stay locked."),
        )
        lead = say("You submit the cluster's answers to all %(total)s indicators.", total=report.framework.total)
        return say("Submit this assessment"), lead, points, say("Submit")
    if move == Move.WITHDRAW:
        points = (
            _no_longer_counting(page, report),
            say("The answers can still be read, and stay locked."),
            say("To answer again, start a new assessment."),
        )
        lead = say("You withdraw what the cluster submitted.")
        return say("Withdraw this assessment"), lead, points, say("Withdraw")
    losses = (_loss(page, assessment.answered), say("Nobody can bring them back."))
    return say("Delete this draft"), say("You delete the whole assessment."), losses, say("Delete for good")


def _counting(page: Page, report: Report) -> Iterator[str]:
    """Say what submitting does to the portfolio."""
    say, day = page.say, filters(page.language)["day"]
    if report.assessment.cluster.sharing is Sharing.WITHHELD:
        return
    if report.instead:
        words = (
            "It does not count in the portfolio: “%(title)s” has the later reference date %(day)s and counts instead."
        )
        yield say(words, title=report.instead.title, day=day(report.instead.reference_date))
        return
    words = "The assessment counts in the portfolio of the programme, with the reference date %(day)s."
    yield say(words, day=day(report.assessment.reference_date))
    if report.replaced:
        words = "It replaces “%(title)s”, submitted %(when)s, which then no longer counts."
        yield say(words, title=report.replaced.title, when=submitted_at(page, report.replaced))


def _shared(page: Page, report: Report) -> str:
    """Say with whom the cluster shares by submitting, and what."""
    cluster, say = report.assessment.cluster, page.say
    programme = programme_of(page, cluster)
    if cluster.sharing is Sharing.UNDECIDED:
        words = (
            "With this submission the cluster shares with %(programme)s: this and every other assessment that it "
            "submits, with answers and notes. The cluster manager can stop that at any time, from the cluster's page."
        )
    elif cluster.sharing is Sharing.GIVEN:
        words = "The cluster shares what it submits with %(programme)s, with answers and notes, as it has done before."
    else:
        words = "The cluster does not share with %(programme)s. So nobody there sees it, and it does not count."
    return say(words, programme=programme)


def _share_label(page: Page, report: Report) -> str:
    cluster = report.assessment.cluster
    may = allows(page.actor, Permission.CONSENT_CHANGE, cluster)
    if cluster.sharing is not Sharing.WITHHELD or not may:
        return ""
    return page.say("Share with %(programme)s", programme=programme_of(page, cluster))


def _no_longer_counting(page: Page, report: Report) -> str:
    """Say what withdrawing does to the portfolio."""
    if report.assessment.cluster.sharing is Sharing.WITHHELD:
        return page.say("Nothing changes in the portfolio: the cluster does not share with the programme.")
    if report.instead:
        words = "Nothing changes in the portfolio: “%(title)s” counts there."
        return page.say(words, title=report.instead.title)
    if report.replaced:
        words = "It no longer counts in the portfolio; “%(title)s”, submitted %(when)s, counts again in its place."
        return page.say(words, title=report.replaced.title, when=submitted_at(page, report.replaced))
    return page.say("It no longer counts in the portfolio of the programme.")


def _loss(page: Page, answered: int) -> str:
    if answered == 1:
        return page.say("Its answers and notes are gone for good (one indicator is answered).")
    words = "Its answers and notes are gone for good (%(count)s indicators are answered)."
    return page.say(words, count=answered)


def _verdict(page: Page, report: Report) -> Verdict:
    scorecard = score(report.framework, report.assessment.levels)
    languages = page.request.app.state.languages
    said = page.say("Below the Gold figures (indicative).")
    if scorecard.outcome is Outcome.GOLD:
        figures = {"points": scorecard.points, "max": scorecard.max_points}
        said = page.say("%(points)s of %(max)s points: this meets the Gold figures (indicative).", **figures)
    reasons = (words.reason(languages, page.language, report.framework, scorecard, each) for each in scorecard.reasons)
    return Verdict(said, tuple(reasons))


def _moment(raw: str | None) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(raw or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
