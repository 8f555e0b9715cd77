"""Invitations by e-mail into a role: send, send again, withdraw; look at one, accept it, decline it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from app.domain import accounts, members, text
from app.domain.accounts import User
from app.domain.errors import Conflict, Invalid, NotFound, NotPermitted, NotSignedIn, Problem, noted_in
from app.domain.interests import refuse_review
from app.domain.invitations import Answer, Invitation, NoLongerValid, Standing
from app.domain.members import Place, giveable, is_more, is_of, may_hand_over, offered, require_there
from app.domain.messages import Kind
from app.domain.permissions import Actor, belongs_to, covers, reach, require_recent, require_self
from app.domain.roles import Permission, Role
from app.store import accounts as kept_accounts
from app.store import invitations as kept
from app.store import journal, messages, passwords
from app.store import members as kept_members
from app.store.database import Store, Transaction
from app.store.journal import Verb


class Reader(enum.StrEnum):
    """Who has opened an invitation: the invited account, another one, or a visitor whose address has one or not."""

    INVITED = "invited"
    ANOTHER = "another"
    TO_SIGN_IN = "to-sign-in"
    NEW = "new"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation that can be answered, the place it is to, and who looks at it."""

    invitation: Invitation
    place: Place
    reader: Reader


@dataclass(frozen=True, slots=True)
class Accepted:
    """The place of the role that was accepted; `is_new` where an account was made for it.

    `belongs` is False where it was accepted before and the role has ended since.
    """

    place: Place
    is_new: bool
    belongs: bool = True


def invite(
    store: Store, actor: Actor, raw: Mapping[str, object], *, cluster: str | None = None, programme: str | None = None
) -> None:
    """Invite an address into a role, whether it has an account or not; raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        place = _place(tx, actor, cluster, programme)
        membership = offered(raw.get("role"), raw.get("until"), place, giveable(actor, place), tx.now)
        email = _address(tx, actor, raw)
        people = [m for m in kept_members.of_place(tx, place) if m.email == email]
        if not is_more([place.membership(m.role, m.until) for m in people], membership):
            raise Invalid(Problem("email", "has-role", "This person has this role here already, or a higher one."))
        invitation_id = kept.issue(tx, actor, place, email, membership)
        after = {"role": membership.role, "until": membership.until}
        kept_members.note(tx, actor, Verb.INVITED, invitation_id, place, after=after)


def hand_over(store: Store, actor: Actor, raw: Mapping[str, object], *, cluster: str) -> None:
    """Invite an address to manage a cluster in the actor's stead, once accepted; raises Invalid, NotPermitted."""
    with store.writing() as tx:
        place = _place(tx, actor, cluster, None)
        if not may_hand_over(actor, place):
            raise NotPermitted("role", "Your role does not allow this here.")
        require_recent(actor, tx.now)
        email, becomes = _handed_over(tx, actor, raw, place)
        invitation_id = kept.issue(tx, actor, place, email, place.membership(Role.MANAGER), becomes)
        after = {"role": Role.MANAGER, "giver_becomes": becomes}
        kept_members.note(tx, actor, Verb.INVITED, invitation_id, place, after=after)


def send_again(store: Store, actor: Actor, invitation_id: str) -> Place:
    """Send a new link in the place of the old one, which is good no more; raises Conflict, NotFound, NotPermitted."""
    with store.writing() as tx:
        found, place = _within_reach(tx, actor, invitation_id)
        if found.until is not None and tx.now >= found.until:
            raise Conflict("deputy-day", "The last day of this deputy has passed. Invite the person anew.")
        becomes = found.giver_becomes if found.invited_by == actor.user_id else None
        new_id = kept.issue(tx, actor, place, found.email, place.membership(found.role, found.until), becomes)
        kept_members.note(tx, actor, Verb.INVITED_AGAIN, new_id, place, before={"invitation": found.id})
        return place


def withdraw(store: Store, actor: Actor, invitation_id: str) -> Place:
    """Take an invitation back, whose link is good no more; raises Conflict, NotFound, NotPermitted."""
    with store.writing() as tx:
        found, place = _within_reach(tx, actor, invitation_id)
        kept.close(tx, found.id, Answer.WITHDRAWN)
        kept_members.note(tx, actor, Verb.WITHDREW_INVITATION, found.id, place)
        return place


def look(store: Store, actor: Actor, invitation_id: str, secret: str | None) -> Offer:
    """Read an invitation by its link, or without as the account it is for; raises NoLongerValid, NotSignedIn."""
    with store.reading() as tx:
        invitation, place = _open(tx, kept.load(tx, invitation_id), invitation_id, secret)
        reader = _reader(tx, actor, invitation)
        _require_addressee(actor, reader, secret)
        return Offer(invitation, place, reader)


def accept(
    store: Store, actor: Actor, invitation_id: str, secret: str | None, raw: Mapping[str, object], language: str
) -> Accepted:
    """Take the role that one is invited to, with an account made for it where there is none, all or nothing.

    Raises NoLongerValid, NotSignedIn, NotPermitted for another account or one that was closed, and Invalid.
    """
    if earlier := _accepted_before(store, actor, invitation_id):
        return earlier
    new: tuple[str, str] | None = None
    offer = look(store, actor, invitation_id, secret)
    if offer.reader is Reader.NEW:
        new = _new_person(raw, offer.invitation.email)
    with store.writing() as tx:
        invitation, place = _open(tx, kept.load_to_change(tx, invitation_id), invitation_id, secret)
        reader = _reader(tx, actor, invitation)
        _require_addressee(actor, reader, secret)
        if new is not None and reader is Reader.NEW:
            person = _make_account(tx, invitation.email, new, language)
        elif reader is Reader.INVITED and actor.user_id is not None:
            person = actor
        else:
            _refuse(reader)
        _take(tx, person, invitation, place)
        return Accepted(place, is_new=new is not None)


def decline(store: Store, actor: Actor, invitation_id: str, secret: str | None) -> Place:
    """Say no to an invitation, with or without an account; raises NoLongerValid, NotSignedIn."""
    with store.writing() as tx:
        invitation, place = _open(tx, kept.load_to_change(tx, invitation_id), invitation_id, secret)
        _require_addressee(actor, _reader(tx, actor, invitation), secret)
        kept.close(tx, invitation.id, Answer.DECLINED)
        kept_members.note(tx, actor, Verb.DECLINED_INVITATION, invitation.id, place)
        _tell_inviter(tx, invitation, place, None, Answer.DECLINED)
        return place


def _place(tx: Transaction, actor: Actor, cluster: str | None, programme: str | None) -> Place:
    place = kept_members.place(tx, cluster=cluster, programme=programme, within=reach(actor))
    require_there(actor, Permission.MEMBER_INVITE, place)
    kept_members.hold_place(tx, place)
    return place


def _address(tx: Transaction, actor: Actor, raw: Mapping[str, object]) -> str:
    email = accounts.email("email", raw.get("email"))
    if email == kept_accounts.by_id(tx, require_self(actor)).email:
        raise Invalid(Problem("email", "own-address", "This is your own address. Give somebody else's."))
    return email


def _handed_over(tx: Transaction, actor: Actor, raw: Mapping[str, object], place: Place) -> tuple[str, str]:
    """Return the address of who takes over, and what the giver becomes; raises Invalid with every problem found."""
    problems, email, becomes = list[Problem](), "", ""
    with noted_in(problems):
        email = _address(tx, actor, raw)
    if any(m.email == email for m in members.heirs(kept_members.of_place(tx, place), actor.user_id)):
        message = "This person belongs to the cluster already. Choose them in the list above."
        problems.append(Problem("email", "belongs", message))
    with noted_in(problems):
        becomes = members.becomes(raw.get("becomes"))
    if problems:
        raise Invalid(*problems)
    return email, becomes


def _within_reach(tx: Transaction, actor: Actor, invitation_id: str) -> tuple[Invitation, Place]:
    found = kept.load_to_change(tx, invitation_id)
    if found is None or not covers(reach(actor), found[1].cluster_id, found[1].around):
        raise NotFound
    require_there(actor, Permission.MEMBER_INVITE, found[1])
    if found[0].role not in giveable(actor, found[1]):
        raise NotPermitted("role", "Your role does not allow this here.")
    if found[0].closed_as is not None:
        raise Conflict("answered", "This invitation has been answered or withdrawn in the meantime.")
    return found


def _open(
    tx: Transaction, found: tuple[Invitation, Place] | None, invitation_id: str, secret: str | None
) -> tuple[Invitation, Place]:
    # Compared whether there is one or not, so that a guess takes as long.
    knows = secret is None or kept.is_secret(tx, invitation_id, secret)
    if not knows or found is None or found[0].closed_as is not None:
        raise NoLongerValid
    if kept.standing(tx, *found) is not Standing.WAITING:
        raise NoLongerValid
    return found


def _accepted_before(store: Store, actor: Actor, invitation_id: str) -> Accepted | None:
    """Return what the actor has accepted already: pressed twice, the second time finds it done."""
    with store.reading() as tx:
        found = kept.load(tx, invitation_id)
        if found is None or found[0].closed_as is not Answer.ACCEPTED:
            return None
        if _reader(tx, actor, found[0]) is not Reader.INVITED:
            return None
        return Accepted(found[1], is_new=False, belongs=is_of(actor, found[1]))


def _reader(tx: Transaction, actor: Actor, invitation: Invitation) -> Reader:
    found = kept_accounts.by_email(tx, invitation.email)
    if actor.is_signed_in:
        return Reader.INVITED if found and found[0].id == require_self(actor) else Reader.ANOTHER
    if found is None:
        return Reader.NEW
    return Reader.DISABLED if found[0].is_disabled else Reader.TO_SIGN_IN


def _require_addressee(actor: Actor, reader: Reader, secret: str | None) -> None:
    """Without the link's secret, an invitation is shown to the account it is for and to nobody else."""
    if secret is not None or reader is Reader.INVITED:
        return
    if not actor.is_signed_in:
        raise NotSignedIn("sign-in", "Please sign in first.")
    raise NoLongerValid


def _refuse(reader: Reader) -> NoReturn:
    if reader is Reader.ANOTHER:
        raise NotPermitted("another-account", "This invitation is for another account than yours.")
    if reader is Reader.DISABLED:
        raise NotPermitted("disabled", "The account with this address is closed.")
    raise NotSignedIn("sign-in", "Please sign in first.")


def _new_person(raw: Mapping[str, object], email: str) -> tuple[str, str]:
    """Return a name and the digest of a password; raises Invalid with every problem found."""
    problems, name, password = list[Problem](), "", ""
    with noted_in(problems):
        name = text.line("name", raw.get("name"))
    with noted_in(problems):
        password = passwords.accepted("password", raw.get("password"), email, name)
    if problems:
        raise Invalid(*problems)
    return name, passwords.hashed(password)


def _make_account(tx: Transaction, email: str, new: tuple[str, str], language: str) -> Actor:
    name, password_hash = new
    user = User(tx.new_id(), email, name, language, is_administrator=False, is_disabled=False, is_demo=False)
    kept_accounts.add(tx, user, password_hash)
    person = kept_accounts.actor(tx, user)
    journal.note(tx, person, Verb.CREATED_USER, user.id, after={"is_administrator": False})
    return person


def _take(tx: Transaction, person: Actor, invitation: Invitation, place: Place) -> None:
    user_id = person.user_id or ""
    if invitation.role is Role.EVALUATOR and place.cluster:
        refuse_review(belongs_to(person.memberships), person.conflicts, place.cluster.id)
    kept.close(tx, invitation.id, Answer.ACCEPTED)
    kept_members.grant(tx, user_id, place.membership(invitation.role, invitation.until))
    after = {"role": invitation.role, "until": invitation.until, "user": user_id}
    kept_members.note(tx, person, Verb.ACCEPTED_INVITATION, invitation.id, place, after=after)
    becomes = invitation.giver_becomes
    if becomes and not kept_members.step_down(tx, place, invitation.invited_by, becomes):
        becomes = None
    if becomes:
        before, then = {"role": Role.MANAGER}, {"role": becomes, "to": user_id}
        kept_members.note(tx, person, Verb.HANDED_OVER, invitation.invited_by, place, before=before, after=then)
    _tell_inviter(tx, invitation, place, person, Answer.ACCEPTED, becomes)


def _tell_inviter(
    tx: Transaction,
    invitation: Invitation,
    place: Place,
    person: Actor | None,
    answer: Answer,
    becomes: str | None = None,
) -> None:
    """Tell who invited how it was answered, and what they are now where they have handed over.

    Who declined is called by the address that was invited: it needs no account.
    """
    named = {"who": person.name, "by": person.user_id or ""} if person else {"who": invitation.email, "by": ""}
    about = {**named, "answer": str(answer), "place": place.about.name}
    about |= messages.about_role(invitation.role, invitation.until) | ({"becomes": becomes} if becomes else {})
    path = "/" if becomes == members.NOTHING else place.path
    messages.tell(tx, Kind.ANSWERED_INVITATION, [invitation.invited_by], path, about)
