"""The people of a cluster or a programme: who is who, change a role, take it away, hand a cluster over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain import days, members
from app.domain.clusters import Cluster
from app.domain.errors import Invalid, NotFound, NotPermitted, Problem, noted_in
from app.domain.invitations import Invitation, Standing
from app.domain.members import Member, Place, giveable, may_hand_over, offered, require_keeper, require_there
from app.domain.messages import Kind
from app.domain.permissions import Actor, Membership, Reach, covers, reach, require_recent, require_self
from app.domain.roles import Permission, Role
from app.store import clusters as kept_clusters
from app.store import invitations as kept_invitations
from app.store import members as kept
from app.store import messages
from app.store.database import Store, Transaction
from app.store.journal import Verb


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a role, and what the actor can do about it. `email` None is not for the actor to know."""

    member: Member
    email: str | None
    is_own: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class SentInvitation:
    """An invitation that nobody has closed, to a role that the actor gives; `has_failed` where its mail did."""

    invitation: Invitation
    standing: Standing
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Managed:
    """A cluster of a programme with those who manage it."""

    cluster: Cluster
    managers: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Who belongs to a place, who is invited, and what the actor may give; of a programme also who manages what."""

    place: Place
    people: tuple[Person, ...]
    invitations: tuple[SentInvitation, ...]
    gives: frozenset[Role]
    may_hand_over: bool
    belongs: bool
    managed: tuple[Managed, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One person's role that the actor may change into these, or take away unless nobody would be left to manage."""

    place: Place
    member: Member
    into: tuple[Role, ...]
    is_last: bool


def people(store: Store, actor: Actor, *, cluster: str | None = None, programme: str | None = None) -> People:
    """Read who belongs to a cluster or a programme; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        place = kept.place(tx, cluster=cluster, programme=programme, within=reach(actor))
        require_there(actor, Permission.MEMBER_READ, place)
        given = giveable(actor, place)
        found = kept.of_place(tx, place)
        return People(
            place,
            tuple(_person(actor, place, member, given) for member in found),
            tuple(_sent(tx, place, given)),
            given,
            may_hand_over(actor, place),
            any(member.user_id == actor.user_id for member in found),
            tuple(_managed(tx, actor, place)),
        )


def whom_to_ask(store: Store, actor: Actor) -> tuple[tuple[Place, tuple[Member, ...]], ...]:
    """Return who manages and owns the clusters and programmes of one's own, to be asked; raises NotSignedIn.

    Evaluating alone makes none of them one's own: an evaluator does not see who is who there.
    """
    own = reach(actor, Permission.MEMBER_READ)
    with store.reading() as tx:
        found = kept_clusters.listed(tx, within=Reach(clusters=own.clusters))
        around = own.programmes | {each.programme_id for each in found if each.programme_id}
        programmes = kept_clusters.programmes_listed(tx, within=Reach(programmes=around))
        places = [*(Place(cluster=each) for each in found), *(Place(programme=each) for each in programmes)]
        return tuple((each, tuple(members.keepers(each, kept.of_place(tx, each)))) for each in places)


def change(store: Store, actor: Actor, membership_id: str) -> Change:
    """Read one person's role as it can be changed; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        place, member = _to_change(tx, actor, membership_id)
        found = kept.of_place(tx, place)
        is_last = [each.id for each in members.keepers(place, found)] == [member.id]
        return Change(place, member, tuple(_into(member, giveable(actor, place))), is_last)


def change_role(store: Store, actor: Actor, membership_id: str, raw: Mapping[str, object]) -> tuple[Place, bool]:
    """Give a person another role in the place of this one; returns where, and whether that changed anything.

    Raises Conflict, Invalid, NotFound, NotPermitted.
    """
    with store.writing() as tx:
        place, member = _to_change(tx, actor, membership_id, hold=True)
        into = _into(member, giveable(actor, place))
        wanted = offered(raw.get("role"), _last_day(member, raw), place, into, tx.now)
        before = place.membership(member.role, member.until)
        if wanted == before:
            return place, False
        if wanted.until is None or member.role is Role.MANAGER:  # else a deputy, who keeps what they are
            require_keeper(place, kept.of_place(tx, place), {member.id} if _gives_up(place, before, wanted) else ())
            kept.end(tx, [member.id])
        kept.grant(tx, member.user_id, wanted)
        notes = {"before": _noted(before), "after": _noted(wanted)}
        kept.note(tx, actor, Verb.CHANGED_ROLE, member.user_id, place, **notes)
        _tell(tx, Kind.GAVE_ROLE, member, place, wanted.role)
        return place, True


def remove(store: Store, actor: Actor, membership_id: str) -> Place:
    """Take a person's role away, from the next request on; raises Conflict, NotFound, NotPermitted."""
    with store.writing() as tx:
        place, member = _to_change(tx, actor, membership_id, hold=True)
        require_keeper(place, kept.of_place(tx, place), {member.id})
        kept.end(tx, [member.id])
        before = _noted(place.membership(member.role, member.until))
        kept.note(tx, actor, Verb.REMOVED_MEMBER, member.user_id, place, before=before)
        _tell(tx, Kind.TOOK_ROLE, member, place, member.role)
        return place


def handing_over(store: Store, actor: Actor, cluster: str) -> tuple[Place, tuple[Member, ...]]:
    """Return a cluster that the actor can hand over, and who could take it; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        place = _to_hand_over(tx, actor, cluster)
        return place, tuple(_heirs(tx, actor, place))


def hand_over(store: Store, actor: Actor, cluster: str, raw: Mapping[str, object]) -> Place:
    """Make a colleague the manager in the actor's stead, both at once; raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        place = _to_hand_over(tx, actor, cluster)
        require_recent(actor, tx.now)
        kept.hold_place(tx, place)
        heir, becomes = _handed_over(raw, _heirs(tx, actor, place))
        kept.grant(tx, heir.user_id, place.membership(Role.MANAGER))
        if not kept.step_down(tx, place, require_self(actor), becomes):
            raise NotPermitted("role", "Your role does not allow this here.")
        after = {"role": becomes, "to": heir.user_id}
        kept.note(tx, actor, Verb.HANDED_OVER, require_self(actor), place, before={"role": Role.MANAGER}, after=after)
        _tell(tx, Kind.GAVE_ROLE, heir, place, Role.MANAGER)
        return place


def _person(actor: Actor, place: Place, member: Member, given: frozenset[Role]) -> Person:
    is_own = member.user_id == actor.user_id
    may_know = is_own or member.role in given or member.role is place.keeper
    return Person(member, member.email if may_know else None, is_own, member.role in given and not is_own)


def _sent(tx: Transaction, place: Place, given: frozenset[Role]) -> list[SentInvitation]:
    return [
        SentInvitation(each, standing, has_failed=_has_failed(tx, each))
        for each, standing in kept_invitations.of_place(tx, place)
        if each.role in given
    ]


def _has_failed(tx: Transaction, invitation: Invitation) -> bool:
    mail = messages.state(tx, Kind.INVITED, invitation.id)
    return mail is not None and mail.failed_at is not None


def _managed(tx: Transaction, actor: Actor, place: Place) -> list[Managed]:
    if place.programme is None:
        return []
    within = reach(actor, Permission.MEMBER_READ)
    found = [each for each in kept_clusters.listed(tx, within=within) if each.programme_id == place.programme.id]
    managers = kept.managers_of(tx, found)
    return [Managed(each, tuple(managers[each.id])) for each in found]


def _to_change(tx: Transaction, actor: Actor, membership_id: str, *, hold: bool = False) -> tuple[Place, Member]:
    place, member = kept.by_id(tx, membership_id)
    if hold:
        kept.hold_place(tx, place)
        place, member = kept.by_id(tx, membership_id)
    if not covers(reach(actor), place.cluster_id, place.around):
        raise NotFound
    require_there(actor, Permission.MEMBER_REMOVE, place)
    if member.user_id == actor.user_id:
        raise NotPermitted("own-role", "You cannot change your own role here. You can leave, or hand over.")
    if member.role not in giveable(actor, place):
        raise NotPermitted("role", "Your role does not allow this here.")
    return place, member


def _into(member: Member, given: frozenset[Role]) -> list[Role]:
    """Return what the actor can make of a role: the roles on its ladder, from the highest down."""
    return [role for role in reversed(members.ladder_of(member.role)) if role in given]


def _last_day(member: Member, raw: Mapping[str, object]) -> object:
    """Return the last day that was chosen: none where a deputy becomes more, and only their old one still stands."""
    stands = member.until is not None and raw.get("until") == days.last_before(member.until).isoformat()
    return None if stands and raw.get("role") != members.DEPUTY else raw.get("until")


def _gives_up(place: Place, before: Membership, wanted: Membership) -> bool:
    return before.role is place.keeper and (wanted.role is not place.keeper or wanted.until is not None)


def _to_hand_over(tx: Transaction, actor: Actor, cluster: str) -> Place:
    place = kept.place(tx, cluster=cluster, programme=None, within=reach(actor))
    require_there(actor, Permission.MEMBER_INVITE, place)
    if not may_hand_over(actor, place):
        raise NotPermitted("role", "Your role does not allow this here.")
    return place


def _heirs(tx: Transaction, actor: Actor, place: Place) -> list[Member]:
    return members.heirs(kept.of_place(tx, place), actor.user_id)


def _handed_over(raw: Mapping[str, object], heirs: Iterable[Member]) -> tuple[Member, str]:
    """Return who takes over, and what the giver becomes; raises Invalid with every problem found."""
    problems, becomes = list[Problem](), ""
    heir = next((member for member in heirs if member.user_id == raw.get("to")), None)
    if heir is None:
        problems.append(Problem("to", "to", "Choose the person who takes over."))
    with noted_in(problems):
        becomes = members.becomes(raw.get("becomes"))
    if heir is None or problems:
        raise Invalid(*problems)
    return heir, becomes


def _tell(tx: Transaction, kind: Kind, member: Member, place: Place, role: Role) -> None:
    messages.tell(tx, kind, [member.user_id], place.path if kind is Kind.GAVE_ROLE else "/", _about(place, role))


def _about(place: Place, role: Role) -> Mapping[str, str]:
    return {"role": str(role), "place": place.about.name}


def _noted(membership: Membership) -> Mapping[str, object]:
    return {"role": membership.role, "until": membership.until}
