"""One's own roles, the invitations that wait for an answer, and the end of one's account."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Conflict, Invalid
from app.domain.invitations import Invitation
from app.domain.members import Place
from app.domain.roles import Role
from app.pages import roles
from app.pages.contexts import Context, Crumb
from app.pages.members import Filled, fill, last_day, people_url
from app.pages.notices import Notice
from app.pages.templating import Page, PageDep, as_dict
from app.usecases import departures
from app.usecases.departures import OwnRole, OwnRoles
from app.web import identity
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One of a person's own roles, with the ways to its place, to its people, and out of it.

    `way_out_url` leads to where somebody else can be let in first.
    """

    own: OwnRole
    role: str
    last_day: dt.date | None
    url: str
    people_url: str | None
    leave_url: str
    way_out_url: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An invitation to answer."""

    place: str
    role: str
    inviter: str
    url: str


@dataclass(frozen=True, kw_only=True)
class OwnRolesContext(Context):
    """One's own roles, and the invitations that wait for an answer."""

    template: ClassVar[str] = "members/own_roles.html"
    email: str
    roles: tuple[RoleLine, ...]
    offers: tuple[OfferLine, ...]


@dataclass(frozen=True, kw_only=True)
class CloseAccountContext(Context):
    """What closing one's account means, or what stands in its way; `refusal` is why it was refused just now."""

    template: ClassVar[str] = "members/close_account.html"
    is_demo: bool
    roles: tuple[RoleLine, ...]
    in_the_way: tuple[RoleLine, ...]
    refusal: str
    form: Filled


@router.get("/account/roles", name="own_roles")
def own_roles(page: PageDep, store: StoreDep) -> Response:
    """Show one's own roles, and the invitations that wait."""
    found = departures.roles(store, page.actor)
    title = page.say("Your roles")
    return page.show(
        OwnRolesContext(
            title=title,
            crumbs=_account_crumbs(page, title),
            email=found.user.email,
            roles=tuple(_role(page, each) for each in found.roles),
            offers=tuple(offers(page, found.offers)),
        )
    )


@router.get("/account/close", name="close_account_page")
def close_account_page(page: PageDep, store: StoreDep) -> Response:
    """Say what closing one's account means."""
    return page.show(_closing(page, departures.roles(store, page.actor)))


@router.post("/account/close", name="close_account")
def close_account(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Close one's account; who has not typed the own address is asked again."""
    try:
        departures.close_account(store, page.actor, as_dict(form))
    except Invalid as invalid:
        filled = fill(page, form, ("email",), invalid)
        return page.show(_closing(page, departures.roles(store, page.actor), filled), status=status_of(invalid))
    except Conflict as conflict:
        refusal = page.say(conflict.message, **conflict.params)
        shown = _closing(page, departures.roles(store, page.actor), refusal=refusal)
        return page.show(shown, status=status_of(conflict))
    response = page.go("home", notice=Notice.ACCOUNT_CLOSED)
    identity.clear_session(response, https=page.request.app.state.https)
    return response


def offers(page: Page, found: Iterable[tuple[Invitation, Place]]) -> tuple[OfferLine, ...]:
    """Return the invitations that wait for somebody's answer."""
    return tuple(
        OfferLine(
            place.about.name,
            roles.name(page.say, each.role, is_deputy=each.until is not None),
            each.inviter,
            page.url("own_invitation", invitation_id=each.id),
        )
        for each, place in found
    )


def in_the_way(page: Page, found: OwnRoles) -> tuple[RoleLine, ...]:
    """Return the roles that nobody else has, so that one's account cannot end before somebody has them too."""
    return tuple(_role(page, each) for each in found.roles if each.is_kept_alone)


def _role(page: Page, own: OwnRole) -> RoleLine:
    member, place, slug = own.member, own.place, own.place.about.slug
    reads_people = member.role is not Role.EVALUATOR
    if place.cluster:
        url, leave = page.url("cluster", cluster=slug), page.url("leave_cluster_page", cluster=slug)
    else:
        url = page.url("programme", programme=slug) if reads_people else page.url("clusters")
        leave = page.url("leave_programme_page", programme=slug)
    return RoleLine(
        own,
        roles.name(page.say, member.role, is_deputy=member.is_deputy),
        last_day(member.until),
        url,
        people_url(page, place) if reads_people else None,
        leave,
        page.url("hand_over_page", cluster=slug) if place.cluster else people_url(page, place),
    )


def _closing(page: Page, found: OwnRoles, form: Filled | None = None, *, refusal: str = "") -> CloseAccountContext:
    title = page.say("Close your account")
    return CloseAccountContext(
        title=title,
        crumbs=_account_crumbs(page, title),
        is_demo=found.user.is_demo,
        roles=tuple(_role(page, each) for each in found.roles),
        in_the_way=in_the_way(page, found),
        refusal=refusal,
        form=form or Filled({"email": ""}),
    )


def _account_crumbs(page: Page, title: str) -> tuple[Crumb, ...]:
    return (Crumb(page.say("Your account"), page.url("account")), Crumb(title))
