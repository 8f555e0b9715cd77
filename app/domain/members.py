"""The people of a cluster or a programme: which roles go together, who is a deputy, and who must not be missing."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.domain import clusters, days
from app.domain.clusters import Cluster, Programme
from app.domain.errors import Conflict, Invalid, Problem
from app.domain.permissions import Actor, Membership, gives, require, require_in_programme
from app.domain.roles import CLUSTER_ROLES, PROGRAMME_ROLES, Permission, Role

DEPUTY = "deputy"  # how a form says: manager, up to a day
NOTHING = "nothing"  # how a form says: no role at all
LONGEST_DEPUTY = dt.timedelta(days=366)
# From the least to the most. Of one ladder a person has one lasting role: a higher one takes the place of a lower.
_LADDERS = ((Role.OBSERVER, Role.CONTRIBUTOR, Role.MANAGER), (Role.READER, Role.OWNER))


@dataclass(frozen=True, slots=True)
class Place:
    """What a role is on: one cluster, or one programme."""

    cluster: Cluster | None = None
    programme: Programme | None = None

    @property
    def about(self) -> Cluster | Programme:
        """The cluster or the programme itself."""
        found = self.cluster or self.programme
        if found is None:
            message = "a place is a cluster or a programme"
            raise ValueError(message)
        return found

    @property
    def cluster_id(self) -> str | None:
        """The cluster's id, None for a programme."""
        return self.cluster.id if self.cluster else None

    @property
    def programme_id(self) -> str | None:
        """The programme's id, None for a cluster."""
        return self.programme.id if self.programme else None

    @property
    def around(self) -> str | None:
        """The id of the programme that this is or lies in."""
        return self.cluster.programme_id if self.cluster else self.programme_id

    @property
    def keeper(self) -> Role:
        """The role without which nobody could let anybody else in."""
        return Role.MANAGER if self.cluster else Role.OWNER

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that there is on such a place."""
        return CLUSTER_ROLES if self.cluster else PROGRAMME_ROLES

    @property
    def path(self) -> str:
        """The address of the page with its people."""
        return f"/{'clusters' if self.cluster else 'programmes'}/{self.about.slug}/members"

    def membership(self, role: Role, until: dt.datetime | None = None) -> Membership:
        """Return a role here."""
        return Membership(role, self.cluster_id, self.programme_id, until)


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one of their roles on a place; `id` is the membership's. `since` None: longer than is known."""

    id: str
    user_id: str
    name: str
    email: str
    role: Role
    since: dt.datetime | None
    until: dt.datetime | None
    is_disabled: bool

    @property
    def is_deputy(self) -> bool:
        """Whether the person has the role up to a day only."""
        return self.until is not None


def require_there(actor: Actor, permission: Permission, place: Place) -> None:
    """Pass where the actor may do this here; raises NotSignedIn or NotPermitted."""
    if place.cluster:
        require(actor, permission, place.cluster)
    else:
        require_in_programme(actor, permission, place.programme_id)


def giveable(actor: Actor, place: Place) -> frozenset[Role]:
    """Return the roles that the actor may give and take here."""
    return gives(actor, place.cluster_id, place.around)


def may_hand_over(actor: Actor, place: Place) -> bool:
    """Whether the actor is this cluster's manager for good, and could make another one in their own stead."""
    return place.cluster is not None and place.membership(Role.MANAGER) in actor.memberships


def is_of(actor: Actor, place: Place) -> bool:
    """Whether the actor has a role of their own on this very place."""
    here = (place.cluster_id, place.programme_id)
    return any((held.cluster_id, held.programme_id) == here for held in actor.memberships)


def keepers(place: Place, members: Iterable[Member]) -> list[Member]:
    """Return who manages a cluster or owns a programme for good, with an account that is open."""
    return [m for m in members if m.role is place.keeper and not m.is_deputy and not m.is_disabled]


def heirs(members: Iterable[Member], giver_id: str | None) -> list[Member]:
    """Return who of a cluster's own people could take it over from one of them, each once."""
    own = (m for m in members if m.user_id != giver_id and m.role is not Role.EVALUATOR)
    return list({m.user_id: m for m in own if not m.is_disabled}.values())


def require_keeper(place: Place, members: Collection[Member], going: Collection[str]) -> None:
    """Pass unless the last manager or owner is among the memberships that would go; raises Conflict."""
    before = keepers(place, members)
    if before and all(member.id in going for member in before):
        if place.cluster:
            raise Conflict("last-manager", "A cluster needs a manager. Hand it over, or invite another manager first.")
        raise Conflict("last-owner", "A programme needs an owner. Invite another owner first, who accepts.")


def given_up(held: Iterable[Membership], gained: Membership) -> list[Membership]:
    """Return the lasting roles of which a new one takes the place; a deputy keeps what they had before."""
    ladder = ladder_of(gained.role)
    below = ladder[: ladder.index(gained.role)]
    return [] if gained.until else [m for m in held if m.role in below]


def ladder_of(role: Role) -> tuple[Role, ...]:
    """Return the roles of which a person has one, from the lowest up: this one, and those above and below it."""
    return next((ladder for ladder in _LADDERS if role in ladder), (role,))


def is_more(held: Iterable[Membership], offered: Membership) -> bool:
    """Whether a role gives a person anything: no role as high on its ladder, nor as high and as long for a deputy."""
    ladder = ladder_of(offered.role)
    above = ladder[ladder.index(offered.role) :]
    return not any(m.until is None or m == offered for m in held if m.role in above)


def deputy_until(field: str, raw: object, now: dt.datetime) -> dt.datetime:
    """Return the end of a deputy's last day, which is today or within a year; raises Invalid."""
    if _is_empty(raw):
        raise Invalid(Problem(field, "deputy-needs-day", "A deputy needs a last day."))
    day, today = clusters.day(field, raw), days.day_of(now)
    if not today <= day <= today + LONGEST_DEPUTY:
        raise Invalid(Problem(field, "deputy-day", "Choose a day between today and one year from now."))
    return days.end_of(day)


def offered(raw: object, last_day: object, place: Place, given: Collection[Role], now: dt.datetime) -> Membership:
    """Return the role that somebody chose for somebody else, out of those they may give; raises Invalid."""
    chosen = next((role for role in given if role == (Role.MANAGER if raw == DEPUTY else raw)), None)
    if chosen is None:
        raise Invalid(Problem("role", "role", "Choose one of the roles that you can give."))
    if raw == DEPUTY:
        return place.membership(chosen, deputy_until("until", last_day, now))
    if not _is_empty(last_day):
        raise Invalid(
            Problem("until", "no-deputy", "Only a deputy has a last day. Empty this field, or choose deputy.")
        )
    return place.membership(chosen)


def becomes(raw: object) -> str:
    """Return what a manager who hands over wants to be afterwards: a role below, or `nothing`; raises Invalid."""
    if raw not in {Role.CONTRIBUTOR, Role.OBSERVER, NOTHING}:
        raise Invalid(Problem("becomes", "becomes", "Choose what you want to be afterwards."))
    return str(raw)


def _is_empty(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())
