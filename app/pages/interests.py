"""Conflicts of interest: an evaluator's own declarations, and the form for another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Invalid
from app.domain.interests import Interest
from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.tables import Column
from app.pages.templating import Page, PageDep
from app.usecases import interests
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
FIELDS = ("cluster", "reason")


@dataclass(frozen=True, kw_only=True)
class ConflictsContext(Context):
    """What a person has declared, the latest first; no `choices` where they evaluate nothing else."""

    template: ClassVar[str] = "conflicts/conflicts.html"
    interests: tuple[Interest, ...]
    columns: tuple[Column, ...]
    choices: tuple[tuple[str, str], ...]
    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@router.get("/conflicts", name="conflicts")
def conflicts(page: PageDep, store: StoreDep) -> Response:
    """Show one's own declarations."""
    return page.show(_conflicts(page, store, dict.fromkeys(FIELDS, "")))


@router.post("/conflicts", name="declare_conflict")
def declare(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Declare a conflict of interest; what was typed stands there again when that cannot be done yet."""
    raw = {name: form.get(name) for name in FIELDS}
    try:
        interests.declare(store, page.actor, raw)
    except Invalid as invalid:
        errors = {problem.field: page.say(problem.message, **problem.params) for problem in invalid.problems}
        typed = {name: str(value or "") for name, value in raw.items()}
        return page.show(_conflicts(page, store, typed, errors), status=status_of(invalid))
    return page.go("conflicts", notice=Notice.CONFLICT_DECLARED)


def _conflicts(
    page: Page, store: StoreDep, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> ConflictsContext:
    found, say = interests.own(store, page.actor), page.say
    by_name = sorted(found.clusters, key=lambda cluster: (cluster.name.casefold(), cluster.slug))
    choices = [(cluster.slug, cluster.name) for cluster in by_name]
    title = say("Conflicts of interest")
    return ConflictsContext(
        title=title,
        crumbs=(Crumb(say("My work"), page.url("home")), Crumb(title)),
        interests=found.interests,
        columns=(Column(say("Cluster")), Column(say("Reason")), Column(say("Declared")), Column(say("Holds"))),
        choices=(("", say("Choose a cluster")), *choices) if choices else (),
        typed=typed,
        errors=errors or {},
    )
