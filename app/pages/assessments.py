"""One assessment at a glance, and starting a new one."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Invalid
from app.domain.lifecycle import COUNTING, EDITABLE, State
from app.domain.permissions import Permission, require
from app.frameworks.reader import Frameworks
from app.pages.contexts import Context, Crumb
from app.pages.format import ZONE, filters
from app.pages.progress import Change, Rail, changes, crumbs, rail
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
    steps: tuple[Step, ...]
    ways_out: tuple[Step, ...]
    rail: Rail
    changes: tuple[Change, ...]


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
            steps=steps,
            ways_out=ways_out,
            rail=rail(page, report, at_overview=True),
            changes=changes(page, report, store.clock())[:_LATEST],
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
        return say("The answers are locked, and count in the portfolio of the programme.")
    return say("It was withdrawn: it does not count in the portfolio, and its answers stay locked.")


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
    latest = view.rounds[0] if view.rounds else None
    typed = {
        "title": latest.name if latest else page.say("Self-assessment %(year)s", year=today.year),
        "round": latest.slug if latest else "",
        "reference_date": "" if latest else today.isoformat(),
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
    # A round says on which day its assessments look at the cluster; a date of one's own still goes first.
    days = {each.slug: each.reference_date.isoformat() for each in view.rounds}
    day = typed["reference_date"] or days.get(typed["round"], "")
    raw = {**typed, "reference_date": day, "framework": name, "version": version}
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
    rounds = ((each.slug, f"{each.name} ({day(each.reference_date)})") for each in view.rounds)
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
