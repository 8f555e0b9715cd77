"""One assessment at a glance, and starting a new one."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.clusters import Round
from app.domain.consent import Sharing
from app.domain.errors import Invalid
from app.domain.lifecycle import COUNTING, EDITABLE, State
from app.domain.permissions import require
from app.domain.portfolio import Standing
from app.domain.roles import Permission
from app.frameworks.reader import Frameworks
from app.pages.contexts import Context, Crumb
from app.pages.format import ZONE, filters
from app.pages.progress import Change, Rail, changes, crumbs, rail, submitted_at
from app.pages.templating import Page, PageDep
from app.store.database import Store
from app.usecases import assessments, clusters
from app.usecases.assessments import Report
from app.usecases.clusters import ClusterView
from app.web.deps import FormDep, FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
_LATEST = 5


class Step(NamedTuple):
    """Something that can be done next; the first is the one to expect."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class OverviewContext(Context):
    """An assessment at a glance: where it stands, what can be done next, and who changed what last."""

    template: ClassVar[str] = "assessments/overview.html"
    state: State
    cluster: str
    cluster_url: str
    reference_date: dt.date
    round: str
    catalogue: str
    catalogue_url: str
    standing: str
    instead: Step | None
    steps: tuple[Step, ...]
    ways_out: tuple[Step, ...]
    rail: Rail
    changes: tuple[Change, ...]
    history_url: str


@dataclass(frozen=True, kw_only=True)
class NewContext(Context):
    """The form that starts an assessment; `typed` is what it says, `errors` what must be corrected, by field."""

    template: ClassVar[str] = "assessments/new.html"
    eyebrow: str
    action: str
    back_url: str
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    rounds: tuple[tuple[str, str], ...]
    catalogues: tuple[tuple[str, str, str | None], ...]


@router.get("/assessments/{assessment_id}", name="assessment")
def overview(page: PageDep, store: StoreDep, frameworks: FrameworksDep, assessment_id: str) -> Response:
    """Show an assessment at a glance, with what can be done next."""
    report = assessments.report(store, frameworks, page.actor, assessment_id)
    assessment, framework, say = report.assessment, report.framework, page.say
    name = framework.wording(page.language).name
    steps, ways_out = tuple(_steps(page, report)), tuple(_ways_out(page, report))
    return page.show(
        OverviewContext(
            title=assessment.title,
            crumbs=crumbs(page, assessment),
            state=assessment.state,
            cluster=assessment.cluster.name,
            cluster_url=page.url("cluster", cluster=assessment.cluster.slug),
            reference_date=assessment.reference_date,
            round=assessment.round_name or "",
            catalogue=say("%(name)s, version %(version)s", name=name, version=framework.version),
            catalogue_url=page.url("framework", framework=framework.name, version=framework.version),
            standing=_standing(page, report),
            instead=_instead(page, report),
            steps=steps,
            ways_out=ways_out,
            rail=rail(page, report, at_overview=True),
            changes=changes(page, report, store.clock())[:_LATEST],
            history_url=page.url("assessment_history", assessment_id=assessment.id),
        )
    )


def _standing(page: Page, report: Report) -> str:
    """Say in a sentence where an assessment stands and what that means."""
    assessment, say = report.assessment, page.say
    answered, total = assessment.answered, report.framework.total
    if assessment.state in EDITABLE and answered < total:
        words = "%(answered)s of %(total)s indicators are answered. All of them must be before it can be submitted."
        return say(words, answered=answered, total=total)
    if assessment.state in EDITABLE:
        return say("All %(total)s indicators are answered. It counts once it has been submitted.", total=total)
    if assessment.state in COUNTING:
        return _counting(page, report)
    return say("It was withdrawn: it does not count in the portfolio, and its answers stay locked.")


def _counting(page: Page, report: Report) -> str:
    """Say whether a submitted assessment counts in the portfolio, and why not."""
    assessment, say = report.assessment, page.say
    if assessment.cluster.sharing is Sharing.WITHHELD:
        return say("The answers are locked. The cluster does not share them, so they do not count in the portfolio.")
    if report.instead:
        return _replaced(page, report.instead, assessment.submitted_at)
    if assessment.round_name:
        words = "The answers are locked, and count in the portfolio of the programme, in the round “%(round)s”."
        return say(words, round=assessment.round_name)
    return say("The answers are locked, and count in the portfolio of the programme.")


def _replaced(page: Page, instead: Standing, own: dt.datetime | None) -> str:
    if own and instead.submitted_at and instead.submitted_at > own:
        words = "The answers are locked. “%(title)s” has been submitted since (%(when)s) and counts instead."
        return page.say(words, title=instead.title, when=submitted_at(page, instead))
    day = filters(page.language)["day"](instead.reference_date)
    words = "The answers are locked. “%(title)s” has a later reference date (%(day)s) and counts instead."
    return page.say(words, title=instead.title, day=day)


def _instead(page: Page, report: Report) -> Step | None:
    """Return the way to what counts in the place of a submitted assessment."""
    if report.instead is None or report.assessment.state not in COUNTING:
        return None
    return Step(page.say("See the one that counts"), page.url("assessment", assessment_id=report.instead.assessment_id))


def _steps(page: Page, report: Report) -> Iterator[Step]:
    """Yield what can be done next, the most likely first."""
    assessment, say = report.assessment, page.say
    here = {"assessment_id": assessment.id}
    is_complete = assessment.answered == report.framework.total
    may_answer = "answer" in report.actions
    if may_answer and not is_complete:
        words = say("Go on with the next unanswered") if assessment.answered else say("Start answering")
        yield Step(words, page.url("next_unanswered", **here))
    if "submit" in report.actions:
        yield Step(say("Check and submit"), page.url("submit_page", **here))
    yield Step(say("See the gap to Gold"), page.url("gap", **here))
    if is_complete or not may_answer:
        first = report.framework.dimensions[0].id
        words = say("Look through the answers") if may_answer else say("Read the answers")
        yield Step(words, page.url("dimension", **here, dimension_id=first))


def _ways_out(page: Page, report: Report) -> Iterator[Step]:
    here = {"assessment_id": report.assessment.id}
    if "withdraw" in report.actions:
        yield Step(page.say("Withdraw this assessment"), page.url("withdraw_page", **here))
    if "delete" in report.actions:
        yield Step(page.say("Delete this draft"), page.url("delete_page", **here))


@router.get("/clusters/{cluster}/assessments/new", name="new_assessment")
def new_assessment(page: PageDep, store: StoreDep, frameworks: FrameworksDep, cluster: str) -> Response:
    """Show the form that starts an assessment, filled in as far as can be guessed."""
    view = _startable(page, store, frameworks, cluster)
    today = store.clock().astimezone(ZONE).date()
    nearest = _nearest(view, today)
    typed = {
        "title": nearest.name if nearest else page.say("Self-assessment %(year)s", year=today.year),
        "round": nearest.slug if nearest else "",
        "reference_date": "" if nearest else today.isoformat(),
        "catalogue": _key(frameworks.default.name, frameworks.default.version),
    }
    return page.show(_new(page, frameworks, view, typed))


@router.post("/clusters/{cluster}/assessments", name="start_assessment")
def start_assessment(
    page: PageDep, store: StoreDep, frameworks: FrameworksDep, cluster: str, form: FormDep
) -> Response:
    """Start an assessment, and go to it."""
    view = _startable(page, store, frameworks, cluster)
    fields = ("title", "round", "reference_date", "catalogue")
    typed = {name: str(form.get(name, "")) for name in fields}
    default = _key(frameworks.default.name, frameworks.default.version)
    name, _, version = (typed["catalogue"] or default).partition(" ")
    raw = {**typed, "reference_date": typed["reference_date"] or None, "framework": name, "version": version}
    try:
        report = assessments.start(store, frameworks, page.actor, cluster, raw)
    except Invalid as invalid:
        errors = {problem.field: page.say(problem.message, **problem.params) for problem in invalid.problems}
        return page.show(_new(page, frameworks, view, typed, errors), status=422)
    return page.go("assessment", assessment_id=report.assessment.id)


def _startable(page: Page, store: Store, frameworks: Frameworks, cluster: str) -> ClusterView:
    view = clusters.view(store, frameworks, page.actor, cluster)
    require(page.actor, Permission.ASSESSMENT_START, view.cluster)
    return view


def _nearest(view: ClusterView, today: dt.date) -> Round | None:
    """Return the round nearest to today in which the cluster has no assessment yet."""
    taken = _taken(view)
    free = (each for each in view.rounds if each.slug not in taken)
    return min(free, key=lambda each: abs(each.reference_date - today), default=None)


def _taken(view: ClusterView) -> dict[str | None, bool]:
    """Return the rounds in which the cluster has more than what it withdrew, with whether something is submitted."""
    states = [(line.assessment.round, line.assessment.state) for line in view.assessments]
    there = {in_round for in_round, state in states if state is not State.WITHDRAWN}
    return {in_round: any(one == in_round and state in COUNTING for one, state in states) for in_round in there}


def _option(page: Page, view: ClusterView, found: Round) -> tuple[str, str]:
    """Return a round to choose, with whether the cluster has an assessment in it already."""
    words = {"round": found.name, "day": filters(page.language)["day"](found.reference_date)}
    is_submitted = _taken(view).get(found.slug)
    if is_submitted is None:
        return found.slug, f"{words['round']} ({words['day']})"
    if is_submitted:
        return found.slug, page.say("%(round)s (%(day)s): one is submitted already", **words)
    return found.slug, page.say("%(round)s (%(day)s): there is a draft already", **words)


def _new(
    page: Page,
    frameworks: Frameworks,
    view: ClusterView,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> NewContext:
    say, day = page.say, filters(page.language)["day"]
    url, slug = page.url("cluster", cluster=view.cluster.slug), view.cluster.slug
    title = say("Start an assessment")
    rounds = (_option(page, view, each) for each in view.rounds)
    offered = (
        (
            _key(each.name, each.version),
            say("%(name)s, version %(version)s", name=each.wording(page.language).name, version=each.version),
            say("Released %(day)s", day=day(dt.date.fromisoformat(each.released))),
        )
        for each in frameworks.offered
    )
    return NewContext(
        title=title,
        crumbs=(Crumb(view.cluster.name, url), Crumb(title)),
        eyebrow=view.cluster.name,
        action=page.url("start_assessment", cluster=slug),
        back_url=url,
        typed=typed,
        errors=errors or {},
        rounds=(("", say("In no round")), *rounds) if view.rounds else (),
        catalogues=tuple(offered) if len(frameworks.offered) > 1 else (),
    )


def _key(name: str, version: str) -> str:
    return f"{name} {version}"
