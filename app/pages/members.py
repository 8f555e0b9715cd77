"""The people of a cluster or a programme: who is who, who is invited, and what can be done about each."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from app.domain import days
from app.domain.errors import Invalid
from app.domain.invitations import Standing
from app.domain.members import DEPUTY, Place
from app.domain.roles import Role
from app.pages import roles
from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.tables import Column
from app.pages.templating import Page, PageDep, as_dict
from app.store.database import Store
from app.usecases import invitations, members
from app.usecases.members import Change, Managed, People, Person, SentInvitation
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
INVITE_FIELDS = ("email", "role", "until")
CHANGE_FIELDS = ("role", "until")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent, with what is to be corrected in it, by field."""

    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in a role; `change_url` where that can be changed."""

    person: Person
    role: str
    since: dt.date | None
    last_day: dt.date | None
    change_url: str | None


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation that nobody has closed; `state` in words."""

    sent: SentInvitation
    role: str
    last_day: dt.date | None
    state: str


@dataclass(frozen=True, kw_only=True)
class PeopleContext(Context):
    """Who belongs to a cluster or a programme, with the form to invite somebody where the person may."""

    template: ClassVar[str] = "members/people.html"
    place: Place
    people: tuple[PersonLine, ...]
    people_columns: tuple[Column, ...]
    sees_invitations: bool
    invitations: tuple[InvitationLine, ...]
    invitation_columns: tuple[Column, ...]
    choices: tuple[tuple[str, str, str], ...]
    gives_deputies: bool
    form: Filled
    invite_url: str
    hand_over_url: str | None
    leave_url: str | None
    managed: tuple[Managed, ...]
    managed_columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class MembershipContext(Context):
    """One person's role, to be changed or taken away."""

    template: ClassVar[str] = "members/membership.html"
    change: Change
    role: str
    choices: tuple[tuple[str, str, str], ...]
    gives_deputies: bool
    form: Filled
    back_url: str


@router.get("/clusters/{cluster}/members", name="cluster_members")
def of_cluster(page: PageDep, store: StoreDep, cluster: str) -> Response:
    """Show who belongs to a cluster."""
    return page.show(_people(page, members.people(store, page.actor, cluster=cluster)))


@router.get("/programmes/{programme}/members", name="programme_members")
def of_programme(page: PageDep, store: StoreDep, programme: str) -> Response:
    """Show who belongs to a programme, and who manages its clusters."""
    return page.show(_people(page, members.people(store, page.actor, programme=programme)))


@router.post("/clusters/{cluster}/invitations", name="invite_to_cluster")
def invite_to_cluster(page: PageDep, store: StoreDep, form: FormDep, cluster: str) -> Response:
    """Invite an address into a role on a cluster; what was typed stands there again when that cannot be done yet."""
    return _invite(page, store, form, cluster=cluster)


@router.post("/programmes/{programme}/invitations", name="invite_to_programme")
def invite_to_programme(page: PageDep, store: StoreDep, form: FormDep, programme: str) -> Response:
    """Invite an address into a role on a programme."""
    return _invite(page, store, form, programme=programme)


@router.get("/memberships/{membership_id}", name="membership")
def membership(page: PageDep, store: StoreDep, membership_id: str) -> Response:
    """Show one person's role, to be changed or taken away."""
    return page.show(_membership(page, store, membership_id))


@router.post("/memberships/{membership_id}/role", name="change_role")
def change_role(page: PageDep, store: StoreDep, form: FormDep, membership_id: str) -> Response:
    """Give a person another role."""
    try:
        place, changed = members.change_role(store, page.actor, membership_id, as_dict(form))
    except Invalid as invalid:
        filled = fill(page, form, CHANGE_FIELDS, invalid)
        return page.show(_membership(page, store, membership_id, filled), status=status_of(invalid))
    return to_people(page, place, Notice.ROLE_CHANGED if changed else Notice.ROLE_KEPT)


@router.post("/memberships/{membership_id}/remove", name="remove_member")
def remove(page: PageDep, store: StoreDep, membership_id: str) -> Response:
    """Take a person's role away."""
    return to_people(page, members.remove(store, page.actor, membership_id), Notice.MEMBER_REMOVED)


def to_people(page: Page, place: Place, notice: Notice) -> Response:
    """Lead to the page with a place's people, which says what was done."""
    if place.cluster:
        return page.go("cluster_members", notice=notice, cluster=place.about.slug)
    return page.go("programme_members", notice=notice, programme=place.about.slug)


def people_url(page: Page, place: Place) -> str:
    """Return the address of the page with a place's people."""
    if place.cluster:
        return page.url("cluster_members", cluster=place.about.slug)
    return page.url("programme_members", programme=place.about.slug)


def crumbs(page: Page, place: Place, *below: str) -> tuple[Crumb, ...]:
    """Return the way up from a page about a place's people."""
    slug = place.about.slug
    url = page.url("cluster", cluster=slug) if place.cluster else page.url("programme", programme=slug)
    above = Crumb(place.about.name, url)
    people = Crumb(page.say("People"), people_url(page, place) if below else None)
    return (above, people, *map(Crumb, below))


def fill(page: Page, form: FormData, fields: tuple[str, ...], invalid: Invalid) -> Filled:
    """Return a refused form with what is to be corrected."""
    errors: dict[str, str] = {}
    for problem in invalid.problems:
        errors.setdefault(problem.field, page.say(problem.message, **problem.params))
    return Filled({name: str(form.get(name, "")) for name in fields}, errors)


def last_day(until: dt.datetime | None) -> dt.date | None:
    """Return a deputy's last day."""
    return days.last_before(until) if until else None


def _invite(
    page: Page, store: Store, form: FormData, *, cluster: str | None = None, programme: str | None = None
) -> Response:
    try:
        invitations.invite(store, page.actor, as_dict(form), cluster=cluster, programme=programme)
    except Invalid as invalid:
        found = members.people(store, page.actor, cluster=cluster, programme=programme)
        return page.show(_people(page, found, fill(page, form, INVITE_FIELDS, invalid)), status=status_of(invalid))
    if cluster is not None:
        return page.go("cluster_members", notice=Notice.INVITED, cluster=cluster)
    return page.go("programme_members", notice=Notice.INVITED, programme=programme)


def _people(page: Page, found: People, form: Filled | None = None) -> PeopleContext:
    place, slug = found.place, found.place.about.slug
    choices = roles.choices(page.say, found.gives, on_programme=place.programme is not None)
    kind = "cluster" if place.cluster else "programme"
    return PeopleContext(
        title=page.say("People of %(place)s", place=place.about.name),
        crumbs=crumbs(page, place),
        place=place,
        people=tuple(_person(page, each) for each in found.people),
        people_columns=_columns(page, "Name", "Role", "Since", "Last day", "Change"),
        sees_invitations=bool(found.gives),
        invitations=tuple(_invitation(page, each) for each in found.invitations),
        invitation_columns=_columns(page, "E-mail address", "Role", "Status", "Change"),
        choices=tuple(choices),
        gives_deputies=Role.MANAGER in found.gives,
        form=form or Filled(dict.fromkeys(INVITE_FIELDS, "")),
        invite_url=page.url(f"invite_to_{kind}", **{kind: slug}),
        hand_over_url=page.url("hand_over_page", cluster=slug) if found.may_hand_over else None,
        leave_url=page.url(f"leave_{kind}_page", **{kind: slug}) if found.belongs else None,
        managed=found.managed,
        managed_columns=_columns(page, "Cluster", "Cluster manager", "People"),
    )


def _columns(page: Page, *labels: str) -> tuple[Column, ...]:
    words = {
        "Name": page.say("Name"),
        "Role": page.say("Role"),
        "Since": page.say("Since"),
        "Last day": page.say("Last day"),
        "Change": page.say("Change"),
        "E-mail address": page.say("E-mail address"),
        "Status": page.say("Status"),
        "People": page.say("People"),
        "Cluster": page.say("Cluster"),
        "Cluster manager": page.say("Cluster manager"),
    }
    return tuple(Column(words[label]) for label in labels)


def _person(page: Page, found: Person) -> PersonLine:
    member = found.member
    return PersonLine(
        found,
        roles.name(page.say, member.role, is_deputy=member.is_deputy),
        days.day_of(member.since) if member.since else None,
        last_day(member.until),
        page.url("membership", membership_id=member.id) if found.may_change else None,
    )


def _invitation(page: Page, sent: SentInvitation) -> InvitationLine:
    states = {
        Standing.WAITING: page.say("Waits for an answer"),
        Standing.EXPIRED: page.say("Expired"),
        Standing.LAPSED: page.say("No longer valid: who sent it can no longer invite here"),
    }
    state = page.say("The e-mail could not be delivered") if sent.has_failed else states[sent.standing]
    role = roles.name(page.say, sent.invitation.role, is_deputy=sent.invitation.until is not None)
    return InvitationLine(sent, role, last_day(sent.invitation.until), state)


def _membership(page: Page, store: Store, membership_id: str, form: Filled | None = None) -> MembershipContext:
    found = members.change(store, page.actor, membership_id)
    member = found.member
    title = page.say("Change a person's role")
    now = {"role": DEPUTY if member.is_deputy else str(member.role), "until": str(last_day(member.until) or "")}
    on_programme = found.place.programme is not None
    return MembershipContext(
        title=title,
        crumbs=crumbs(page, found.place, title),
        change=found,
        role=roles.name(page.say, member.role, is_deputy=member.is_deputy),
        choices=tuple(roles.choices(page.say, frozenset(found.into), on_programme=on_programme)),
        gives_deputies=Role.MANAGER in found.into,
        form=form or Filled(now),
        back_url=people_url(page, found.place),
    )
