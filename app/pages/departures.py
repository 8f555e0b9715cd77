"""The way out of a cluster or a programme: hand it over, leave."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Invalid
from app.domain.members import NOTHING, Place
from app.domain.roles import Role
from app.pages import roles
from app.pages.contexts import Context
from app.pages.members import Filled, crumbs, fill, people_url
from app.pages.notices import Notice
from app.pages.templating import Page, PageDep, as_dict
from app.store.database import Store
from app.usecases import departures, invitations, members
from app.usecases.departures import Leaving
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
HAND_OVER_FIELDS = ("to", "email", "becomes")
BY_MAIL = "by-mail"


@dataclass(frozen=True, kw_only=True)
class HandOverContext(Context):
    """The form to hand over a cluster."""

    template: ClassVar[str] = "members/hand_over.html"
    place: Place
    heirs: tuple[tuple[str, str, str | None], ...]
    afterwards: tuple[tuple[str, str, str | None], ...]
    form: Filled
    back_url: str


@dataclass(frozen=True, kw_only=True)
class LeaveContext(Context):
    """What leaving means, or why it cannot be done yet and what to do first."""

    template: ClassVar[str] = "members/leave.html"
    place: Place
    roles: tuple[str, ...]
    is_last: bool
    leave_url: str
    way_out_url: str
    back_url: str


@router.get("/clusters/{cluster}/hand-over", name="hand_over_page")
def hand_over_page(page: PageDep, store: StoreDep, cluster: str) -> Response:
    """Show the form to hand over a cluster."""
    return page.show(_hand_over(page, store, cluster))


@router.post("/clusters/{cluster}/hand-over", name="hand_over")
def hand_over(page: PageDep, store: StoreDep, form: FormDep, cluster: str) -> Response:
    """Hand a cluster over, at once to somebody who belongs to it, or to an address once it accepts."""
    raw, by_mail = as_dict(form), form.get("to") == BY_MAIL
    try:
        if by_mail:
            invitations.hand_over(store, page.actor, raw, cluster=cluster)
        else:
            members.hand_over(store, page.actor, cluster, raw)
    except Invalid as invalid:
        shown = _hand_over(page, store, cluster, fill(page, form, HAND_OVER_FIELDS, invalid))
        return page.show(shown, status=status_of(invalid))
    if by_mail:
        return page.go("cluster_members", notice=Notice.INVITED, cluster=cluster)
    if form.get("becomes") == NOTHING:
        return page.go("home", notice=Notice.HANDED_OVER)
    return page.go("cluster_members", notice=Notice.HANDED_OVER, cluster=cluster)


@router.get("/clusters/{cluster}/leave", name="leave_cluster_page")
def leave_cluster_page(page: PageDep, store: StoreDep, cluster: str) -> Response:
    """Say what leaving a cluster means."""
    return _leaving(page, departures.leaving(store, page.actor, cluster=cluster))


@router.post("/clusters/{cluster}/leave", name="leave_cluster")
def leave_cluster(page: PageDep, store: StoreDep, cluster: str) -> Response:
    """Leave a cluster."""
    departures.leave(store, page.actor, cluster=cluster)
    return page.go("home", notice=Notice.LEFT)


@router.get("/programmes/{programme}/leave", name="leave_programme_page")
def leave_programme_page(page: PageDep, store: StoreDep, programme: str) -> Response:
    """Say what leaving a programme means."""
    return _leaving(page, departures.leaving(store, page.actor, programme=programme))


@router.post("/programmes/{programme}/leave", name="leave_programme")
def leave_programme(page: PageDep, store: StoreDep, programme: str) -> Response:
    """Leave a programme."""
    departures.leave(store, page.actor, programme=programme)
    return page.go("home", notice=Notice.LEFT)


def _hand_over(page: Page, store: Store, cluster: str, form: Filled | None = None) -> HandOverContext:
    place, heirs = members.handing_over(store, page.actor, cluster)
    title = page.say("Hand over the cluster")
    people = [(each.user_id, each.name, roles.name(page.say, each.role, is_deputy=each.is_deputy)) for each in heirs]
    by_mail = (BY_MAIL, page.say("Somebody else, by e-mail"), page.say("It takes effect when the person accepts."))
    afterwards = [(str(role), roles.name(page.say, role), None) for role in (Role.CONTRIBUTOR, Role.OBSERVER)]
    return HandOverContext(
        title=title,
        crumbs=crumbs(page, place, title),
        place=place,
        heirs=(*people, by_mail),
        afterwards=(*afterwards, (NOTHING, page.say("Nothing: I leave the cluster"), None)),
        form=form or Filled({"to": "" if people else BY_MAIL, "email": "", "becomes": ""}),
        back_url=people_url(page, place),
    )


def _leaving(page: Page, found: Leaving) -> Response:
    place, slug = found.place, found.place.about.slug
    kind = "cluster" if place.cluster else "programme"
    title = page.say("Leave %(place)s", place=place.about.name)
    names = (roles.name(page.say, each.role, is_deputy=each.is_deputy) for each in found.roles)
    reads_people = any(each.role is not Role.EVALUATOR for each in found.roles)
    way_out = page.url("hand_over_page", cluster=slug) if place.cluster else people_url(page, place)
    return page.show(
        LeaveContext(
            title=title,
            crumbs=crumbs(page, place, page.say("Leave")) if reads_people else (),
            place=place,
            roles=tuple(names),
            is_last=found.is_last,
            leave_url=page.url(f"leave_{kind}", **{kind: slug}),
            way_out_url=way_out,
            back_url=page.url("own_roles"),
        )
    )
