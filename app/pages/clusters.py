"""Clusters: those within reach, one with its assessments, and changing what is said about it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, NamedTuple

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.domain.clusters import Cluster
from app.domain.consent import Sharing
from app.domain.errors import Invalid, NotPermitted, Stale
from app.domain.permissions import Actor, allows, covers, reach
from app.domain.roles import Permission
from app.domain.scoring import Scorecard, percent, score
from app.pages import tables
from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.tables import Column, Pages
from app.pages.templating import Page, PageDep, as_dict, sees_others
from app.usecases import clusters
from app.usecases.clusters import AssessmentLine, ClusterView
from app.web.deps import FormDep, FrameworksDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
FIELDS = ("name", "level", "region", "sector")


@dataclass(frozen=True, kw_only=True)
class ClustersContext(Context):
    """The clusters within reach."""

    template: ClassVar[str] = "clusters/list.html"
    clusters: tuple[Cluster, ...]
    columns: tuple[Column, ...]
    count: int
    pages: Pages


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """One of a cluster's assessments with what it scores so far; without a verdict while it is incomplete."""

    line: AssessmentLine
    scorecard: Scorecard
    percent: float


class Fact(NamedTuple):
    """Something that is said about a cluster; empty where it is not given."""

    label: str
    value: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClusterContext(Context):
    """One cluster with its assessments; `sees_drafts` says whether an unfinished one would be among them.

    `sees_people` says whether who belongs to the cluster can be seen.
    """

    template: ClassVar[str] = "clusters/cluster.html"
    view: ClusterView
    facts: tuple[Fact, ...]
    sharing: str
    columns: tuple[Column, ...]
    lines: tuple[ScoredLine, ...]
    sees_drafts: bool
    sees_people: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else has changed: what was typed here, and what is saved now."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, kw_only=True)
class ClusterFormContext(Context):
    """The form to change a cluster; `differences` when somebody else was quicker."""

    template: ClassVar[str] = "clusters/edit.html"
    slug: str
    typed: Mapping[str, str]
    revision: int
    errors: Mapping[str, str]
    columns: tuple[Column, ...]
    differences: tuple[Difference, ...] | None


@router.get("/clusters", name="clusters")
def listed(
    page: PageDep, store: StoreDep, number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1
) -> Response:
    """List the clusters within reach."""
    found = sorted(clusters.listed(store, page.actor), key=lambda cluster: (cluster.name.casefold(), cluster.slug))
    shown, pages = tables.leaf(found, number, partial(tables.page_address, page.url("clusters")))
    columns = tuple(Column(label) for label in {**_labels(page), "name": page.say("Cluster")}.values())
    title = page.say("Clusters")
    return page.show(
        ClustersContext(title=title, clusters=tuple(shown), columns=columns, count=len(found), pages=pages)
    )


@router.get("/clusters/{cluster}", name="cluster")
def view(page: PageDep, store: StoreDep, frameworks: FrameworksDep, cluster: str) -> Response:
    """Show one cluster with the assessments that this person may read."""
    found = clusters.view(store, frameworks, page.actor, cluster)
    drafts = reach(page.actor, Permission.ASSESSMENT_READ_DRAFT)
    return page.show(
        ClusterContext(
            title=found.cluster.name,
            crumbs=(*_above(page, page.actor), Crumb(found.cluster.name)),
            view=found,
            facts=tuple(_facts(page, found)),
            sharing=_sharing(page, found.cluster),
            columns=_columns(page),
            lines=tuple(_scored(line) for line in found.assessments),
            sees_drafts=covers(drafts, found.cluster.id, found.cluster.programme_id),
            sees_people=allows(page.actor, Permission.MEMBER_READ, found.cluster),
        )
    )


@router.get("/clusters/{cluster}/edit", name="edit_cluster")
def edit_form(page: PageDep, store: StoreDep, frameworks: FrameworksDep, cluster: str) -> Response:
    """Show the form to change a cluster."""
    found = clusters.view(store, frameworks, page.actor, cluster)
    if not found.may_update:
        raise NotPermitted("role", "Your role does not allow this here.")
    return page.show(_form(page, cluster, _values(found.cluster), found.cluster.revision))


@router.post("/clusters/{cluster}/edit", name="update_cluster")
def update(page: PageDep, store: StoreDep, form: FormDep, cluster: str) -> Response:
    """Change a cluster; what was typed stands there again when that cannot be done yet."""
    raw = {name: value for name, value in as_dict(form).items() if name in FIELDS}
    typed = {name: str(form.get(name, "")) for name in FIELDS}
    revision = _revision(form.get("revision"))
    try:
        clusters.update(store, page.actor, cluster, raw, revision)
    except Invalid as invalid:
        errors = {problem.field: page.say(problem.message, **problem.params) for problem in invalid.problems}
        return page.show(_form(page, cluster, typed, revision, errors), status=status_of(invalid))
    except Stale as stale:
        current = stale.current
        if not isinstance(current, Cluster) or _values(current) == typed:
            return page.go("cluster", notice=Notice.CLUSTER_CHANGED, cluster=cluster)
        differences = _differences(page, typed, _values(current))
        shown = _form(page, cluster, typed, current.revision, differences=differences)
        return page.show(shown, status=status_of(stale))
    return page.go("cluster", notice=Notice.CLUSTER_CHANGED, cluster=cluster)


def _above(page: Page, actor: Actor) -> tuple[Crumb, ...]:
    """Return the way up to the list, for whoever sees more than one's own clusters there."""
    return (Crumb(page.say("Clusters"), page.url("clusters")),) if sees_others(actor) else ()


def _facts(page: Page, view: ClusterView) -> Iterator[Fact]:
    programme = view.programme
    within = reach(page.actor, Permission.PROGRAMME_READ)
    is_open = programme and covers(within, None, programme.id)
    url = page.url("programme", programme=programme.slug) if programme and is_open else None
    yield Fact(page.say("Programme"), programme.name if programme else "", url)
    labels, values = _labels(page), _values(view.cluster)
    yield from (Fact(labels[name], values[name]) for name in FIELDS if name != "name")


def _sharing(page: Page, cluster: Cluster) -> str:
    return {
        Sharing.UNDECIDED: page.say("The programme sees how far drafts are, until the first submission."),
        Sharing.GIVEN: page.say("The cluster shares with the programme what it submits."),
        Sharing.WITHHELD: page.say("The cluster shares nothing with the programme."),
    }[cluster.sharing]


def _columns(page: Page) -> tuple[Column, ...]:
    return (
        Column(page.say("Assessment")),
        Column(page.say("Status")),
        Column(page.say("Answered"), numeric=True),
        Column(page.say("Points"), numeric=True),
        Column(page.say("Result")),
        Column(page.say("Gap")),
    )


def _scored(line: AssessmentLine) -> ScoredLine:
    scorecard = score(line.framework, line.assessment.levels)
    return ScoredLine(line, scorecard, percent(scorecard.points, scorecard.max_points))


def _form(
    page: Page,
    slug: str,
    typed: Mapping[str, str],
    revision: int,
    errors: Mapping[str, str] | None = None,
    differences: tuple[Difference, ...] | None = None,
) -> ClusterFormContext:
    title = page.say("Change the cluster")
    crumbs = (Crumb(page.say("Back to the cluster"), page.url("cluster", cluster=slug)), Crumb(title))
    return ClusterFormContext(
        title=title,
        crumbs=crumbs,
        slug=slug,
        typed=typed,
        revision=revision,
        errors=errors or {},
        columns=(Column(page.say("Field")), Column(page.say("You typed")), Column(page.say("Saved now"))),
        differences=differences,
    )


def _values(cluster: Cluster) -> dict[str, str]:
    return {name: getattr(cluster, name) for name in FIELDS}


def _labels(page: Page) -> dict[str, str]:
    return {
        "name": page.say("Name"),
        "level": page.say("Programme level"),
        "region": page.say("Region"),
        "sector": page.say("Sector"),
    }


def _differences(page: Page, mine: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[Difference, ...]:
    labels = _labels(page)
    return tuple(Difference(labels[name], mine[name], theirs[name]) for name in FIELDS if mine[name] != theirs[name])


def _revision(raw: object) -> int:
    """Return the revision that a form was opened at; one that cannot be read is as good as an old one."""
    return int(raw) if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,9}", raw) else 0
