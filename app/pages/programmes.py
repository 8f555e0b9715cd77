"""A programme as its owner works with it: its rounds, its clusters, and the forms for a new one of either."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, ClassVar, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from app.domain.clusters import Cluster, Round
from app.domain.consent import Sharing
from app.domain.errors import Invalid
from app.domain.interests import Interest
from app.pages import tables
from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.tables import Column, Pages
from app.pages.templating import Page, PageDep, as_dict
from app.store.database import Store
from app.usecases import clusters, interests
from app.usecases.clusters import ProgrammeView
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
ROUND_FIELDS = ("name", "reference_date")
CLUSTER_FIELDS = ("name", "slug", "level", "region", "sector")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent, with what is to be corrected in it, by field."""

    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


class RoundLine(NamedTuple):
    """A round with the address of its portfolio."""

    name: str
    reference_date: dt.date
    url: str


class ConflictLine(NamedTuple):
    """A declared conflict of interest, with what is wrong in the form that lifts it; one's own has no form."""

    interest: Interest
    is_own: bool
    typed: str = ""
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProgrammeContext(Context):
    """A programme with its forms: for a round, for a cluster, and to lift a conflict of interest."""

    template: ClassVar[str] = "programmes/programme.html"
    view: ProgrammeView
    portfolio_url: str
    rounds: tuple[RoundLine, ...]
    round_columns: tuple[Column, ...]
    clusters: tuple[Cluster, ...]
    cluster_columns: tuple[Column, ...]
    pages: Pages
    withheld: frozenset[str]
    conflicts: tuple[ConflictLine, ...]
    round_form: Filled
    cluster_form: Filled


@router.get("/programmes/{programme}", name="programme")
def view(
    page: PageDep, store: StoreDep, programme: str, number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1
) -> Response:
    """Show a programme."""
    return page.show(_programme(page, store, programme, number))


@router.post("/programmes/{programme}/rounds", name="open_round")
def open_round(page: PageDep, store: StoreDep, form: FormDep, programme: str) -> Response:
    """Open a round; what was typed stands there again when it cannot be opened yet."""
    try:
        clusters.open_round(store, page.actor, programme, as_dict(form))
    except Invalid as invalid:
        filled = _filled(page, form, ROUND_FIELDS, invalid)
        return page.show(_programme(page, store, programme, round_form=filled), status=status_of(invalid))
    return page.go("programme", notice=Notice.ROUND_OPENED, programme=programme)


@router.post("/programmes/{programme}/clusters", name="register_cluster")
def register_cluster(page: PageDep, store: StoreDep, form: FormDep, programme: str) -> Response:
    """Register a cluster; what was typed stands there again when it cannot be registered yet."""
    try:
        clusters.register(store, page.actor, {**as_dict(form), "programme": programme})
    except Invalid as invalid:
        filled = _filled(page, form, CLUSTER_FIELDS, invalid)
        return page.show(_programme(page, store, programme, cluster_form=filled), status=status_of(invalid))
    return page.go("programme", notice=Notice.CLUSTER_REGISTERED, programme=programme)


@router.post("/programmes/{programme}/conflicts/{interest_id}/lift", name="lift_conflict")
def lift_conflict(page: PageDep, store: StoreDep, form: FormDep, programme: str, interest_id: str) -> Response:
    """Let a declared conflict of interest hold no longer."""
    try:
        interests.lift(store, page.actor, programme, interest_id, {"reason": form.get("reason")})
    except Invalid as invalid:
        errors = [page.say(problem.message, **problem.params) for problem in invalid.problems]
        refused = {interest_id: (str(form.get("reason") or ""), errors[0])}
        return page.show(_programme(page, store, programme, refused=refused), status=status_of(invalid))
    return page.go("programme", notice=Notice.CONFLICT_LIFTED, anchor="conflicts", programme=programme)


def _programme(
    page: Page,
    store: Store,
    slug: str,
    number: int = 1,
    round_form: Filled | None = None,
    cluster_form: Filled | None = None,
    refused: Mapping[str, tuple[str, str]] | None = None,
) -> ProgrammeContext:
    found = clusters.view_programme(store, page.actor, slug)
    by_name = sorted(found.clusters, key=lambda cluster: (cluster.name.casefold(), cluster.slug))
    address = partial(tables.page_address, page.url("programme", programme=slug), anchor="clusters")
    shown, pages = tables.leaf(by_name, number, address)
    return ProgrammeContext(
        title=found.programme.name,
        crumbs=(Crumb(page.say("My work"), page.url("home")), Crumb(found.programme.name)),
        view=found,
        portfolio_url=page.url("portfolio") + "?" + urlencode({"programme": slug}),
        rounds=tuple(_round(page, slug, each) for each in found.rounds),
        round_columns=(Column(page.say("Round")), Column(page.say("Reference date")), Column(page.say("Portfolio"))),
        clusters=tuple(shown),
        pages=pages,
        cluster_columns=(
            Column(page.say("Cluster")),
            Column(page.say("Programme level")),
            Column(page.say("Region")),
            Column(page.say("Sector")),
        ),
        withheld=frozenset(cluster.slug for cluster in shown if cluster.sharing is Sharing.WITHHELD),
        conflicts=tuple(_conflict(page, each, refused or {}) for each in found.conflicts),
        round_form=round_form or Filled(dict.fromkeys(ROUND_FIELDS, "")),
        cluster_form=cluster_form or Filled(dict.fromkeys(CLUSTER_FIELDS, "")),
    )


def _round(page: Page, programme: str, found: Round) -> RoundLine:
    query = urlencode({"programme": programme, "round": found.slug})
    return RoundLine(found.name, found.reference_date, page.url("portfolio") + "?" + query)


def _conflict(page: Page, found: Interest, refused: Mapping[str, tuple[str, str]]) -> ConflictLine:
    return ConflictLine(found, found.user_id == page.actor.user_id, *refused.get(found.id, ()))


def _filled(page: Page, form: FormData, fields: tuple[str, ...], invalid: Invalid) -> Filled:
    """Return a refused form; a problem with a field that it does not have stands at the first one it has."""
    errors: dict[str, str] = {}
    for problem in invalid.problems:
        place = problem.field if problem.field in fields else fields[0]
        errors.setdefault(place, page.say(problem.message, **problem.params))
    return Filled({name: str(form.get(name, "")) for name in fields}, errors)
