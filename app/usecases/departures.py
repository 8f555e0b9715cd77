"""One's own roles, and the way out: leave a cluster or a programme, close one's account."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import accounts
from app.domain.accounts import User
from app.domain.errors import Invalid, NotPermitted, Problem
from app.domain.invitations import Invitation
from app.domain.members import Member, Place, require_keeper
from app.domain.permissions import Actor, reach, require_real, require_recent, require_self
from app.store import accounts as kept_accounts
from app.store import invitations as kept_invitations
from app.store import journal, sessions
from app.store import members as kept
from app.store.database import Store, Transaction
from app.store.journal import Verb


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A role of one's own; `is_last` where it is a manager's or an owner's, and nobody else has it."""

    place: Place
    member: Member
    is_last: bool

    @property
    def is_kept_alone(self) -> bool:
        """Whether this is the very role that nobody else has: not that of a deputy, nor another on the same place."""
        return self.is_last and self.member.role is self.place.keeper and not self.member.is_deputy


@dataclass(frozen=True, slots=True)
class OwnRoles:
    """A person's roles, and the invitations that wait for an answer."""

    user: User
    roles: tuple[OwnRole, ...]
    offers: tuple[tuple[Invitation, Place], ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What one would give up by leaving; not possible where one `is_last`."""

    place: Place
    roles: tuple[Member, ...]
    is_last: bool


def roles(store: Store, actor: Actor) -> OwnRoles:
    """Read one's own roles; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.reading() as tx:
        user = kept_accounts.by_id(tx, user_id)
        found = tuple(
            OwnRole(place, member, kept.keeps_alone(tx, place, user_id)) for place, member in kept.roles_of(tx, user_id)
        )
        return OwnRoles(user, found, tuple(kept_invitations.offers(tx, user.email)))


def leaving(store: Store, actor: Actor, *, cluster: str | None = None, programme: str | None = None) -> Leaving:
    """Read what leaving would mean; raises NotFound, NotPermitted where one has no role of one's own."""
    user_id = require_self(actor)
    with store.reading() as tx:
        place, found = _own(tx, actor, cluster, programme)
        return Leaving(place, tuple(found), kept.keeps_alone(tx, place, user_id))


def leave(store: Store, actor: Actor, *, cluster: str | None = None, programme: str | None = None) -> Place:
    """Give up every role of one's own on a place; raises Conflict for the last manager or owner, NotFound."""
    user_id = require_self(actor)
    with store.writing() as tx:
        kept.hold_place(tx, kept.place(tx, cluster=cluster, programme=programme, within=reach(actor)))
        place, found = _own(tx, actor, cluster, programme)
        going = {member.id for member in found}
        require_keeper(place, kept.of_place(tx, place), going)
        kept.end(tx, going)
        kept.note(tx, actor, Verb.LEFT, user_id, place, before={"roles": [str(member.role) for member in found]})
        return place


def close_account(store: Store, actor: Actor, raw: Mapping[str, object]) -> None:
    """Give up every role and close one's own account: its sessions and tokens end at once.

    Raises Conflict, Invalid, ConfirmationDue, NotSignedIn, NotPermitted for a token and in the demo.
    """
    user_id = require_self(actor)
    require_real(actor)
    with store.writing() as tx:
        user = kept_accounts.by_id(tx, user_id)
        if _typed(raw.get("email")) != user.email:
            raise Invalid(Problem("email", "own-address", "Type your own e-mail address, to be sure."))
        require_recent(actor, tx.now)
        found = kept.leave_everything(tx, user)
        sessions.shut_out(tx, user_id)
        kept_accounts.update(tx, user_id, is_disabled=True)
        given_up = [{"role": str(member.role), "on": place.about.id} for place, member in found]
        journal.note(tx, actor, Verb.CLOSED_ACCOUNT, user_id, before={"roles": given_up})


def _own(tx: Transaction, actor: Actor, cluster: str | None, programme: str | None) -> tuple[Place, list[Member]]:
    place = kept.place(tx, cluster=cluster, programme=programme, within=reach(actor))
    found = [member for member in kept.of_place(tx, place) if member.user_id == actor.user_id]
    if not found:
        raise NotPermitted("no-role", "You have no role of your own here that you could give up.")
    return place, found


def _typed(raw: object) -> str:
    try:
        return accounts.email("email", raw)
    except Invalid:
        return ""
