"""Invitations: rows to domain values and back. The secret of a link comes in only to be compared with its digest."""

import hmac
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from app.domain.invitations import A_DAY, LIFE, Answer, Invitation, Standing, require_room
from app.domain.members import Place, giveable, ladder_of
from app.domain.messages import Kind
from app.domain.permissions import Actor, Membership
from app.domain.roles import Role
from app.store import accounts, links, members, messages
from app.store.database import Transaction, hold
from app.store.keys import digest
from app.store.tables import invitations, users

# How long one that nobody has answered is shown, to be sent again.
_SHOWN = LIFE * 10
_NAMES = (
    *("id", "email", "role", "cluster_id", "programme_id", "until", "giver_becomes", "invited_by"),
    *("created_at", "expires_at", "closed_as"),
)
_COLUMNS = tuple(invitations.c[name] for name in _NAMES)
_OPEN = invitations.c.closed_as.is_(None)


def issue(
    tx: Transaction, by: Actor, place: Place, email: str, offered: Membership, giver_becomes: str | None = None
) -> str:
    """Invite an address into a role; returns the id, raises Invalid.

    It takes the place of open invitations to the same role, and to those above and below it that the actor may give: so
    whoever was invited to too much is not left with a link that still works.
    """
    members.hold_place(tx, place)
    hold(tx, f"invitations by {by.user_id}")
    replaced = {offered.role, *giveable(by, place).intersection(ladder_of(offered.role))}
    same = sa.and_(_here(place), _OPEN, invitations.c.email == email, invitations.c.role.in_(replaced))
    tx.connection.execute(_closing(tx, Answer.WITHDRAWN).where(same))
    still = sa.and_(_here(place), _OPEN, invitations.c.expires_at > tx.now)
    recent = sa.and_(invitations.c.invited_by == by.user_id, invitations.c.created_at > tx.now - A_DAY)
    require_room(_count(tx, still), _count(tx, recent))
    invitation_id = tx.new_id()
    tx.connection.execute(
        sa.insert(invitations).values(
            id=invitation_id,
            email=email,
            role=offered.role,
            cluster_id=place.cluster_id,
            programme_id=place.programme_id,
            until=offered.until,
            giver_becomes=giver_becomes,
            invited_by=by.user_id,
            digest=digest(links.secret(tx, Kind.INVITED, invitation_id)),
            created_at=tx.now,
            expires_at=tx.now + LIFE,
        )
    )
    what = messages.about_invitation(offered.role, offered.until, giver_becomes)
    _send(tx, by, place, email, what, invitation_id)
    return invitation_id


def load(tx: Transaction, invitation_id: str) -> tuple[Invitation, Place] | None:
    """Return an invitation, open or not, with its place; None where there is none."""
    for found in _found(tx, invitations.c.id == invitation_id):
        key = (found.cluster_id, found.programme_id)
        return found, members.places(tx, [key])[key]
    return None


def load_to_change(tx: Transaction, invitation_id: str) -> tuple[Invitation, Place] | None:
    """Return an invitation as it stays until the transaction ends, with its place; None where there is none."""
    found = load(tx, invitation_id)
    if found is None:
        return None
    # Everything that is done about invitations to a place waits here, so what is read behind this line stays true.
    members.hold_place(tx, found[1])
    return load(tx, invitation_id)


def is_secret(tx: Transaction, invitation_id: str, presented: str) -> bool:
    """Whether this is the secret of the invitation's link."""
    kept = tx.connection.execute(sa.select(invitations.c.digest).where(invitations.c.id == invitation_id))
    return hmac.compare_digest(kept.scalar_one_or_none() or "", digest(presented))


def close(tx: Transaction, invitation_id: str, answer: Answer) -> None:
    """Bring an invitation to its end."""
    tx.connection.execute(_closing(tx, answer).where(invitations.c.id == invitation_id))


def of_place(tx: Transaction, place: Place) -> list[tuple[Invitation, Standing]]:
    """Return the invitations to a place that nobody has closed, the newest first, and how each stands."""
    wanted = sa.and_(_here(place), _OPEN, invitations.c.created_at > tx.now - _SHOWN)
    return [(each, standing(tx, each, place)) for each in _found(tx, wanted)]


def offers(tx: Transaction, email: str) -> list[tuple[Invitation, Place]]:
    """Return the invitations that an address can accept now, the newest first."""
    wanted = sa.and_(_OPEN, invitations.c.email == email, invitations.c.expires_at > tx.now)
    found = list(_found(tx, wanted))
    places = members.places(tx, ((each.cluster_id, each.programme_id) for each in found))
    each_there = ((each, places[each.cluster_id, each.programme_id]) for each in found)
    return [(each, place) for each, place in each_there if standing(tx, each, place) is Standing.WAITING]


def standing(tx: Transaction, invitation: Invitation, place: Place) -> Standing:
    """Return how an invitation that nobody has closed stands, as the inviter's own roles are now."""
    inviter = accounts.by_id(tx, invitation.invited_by)
    given = frozenset[Role]() if inviter.is_disabled else giveable(accounts.actor(tx, inviter), place)
    return invitation.standing(tx.now, given)


def _send(tx: Transaction, by: Actor, place: Place, email: str, what: Mapping[str, str], invitation_id: str) -> None:
    # Whoever invites must not learn whether there is an account: each way takes as long, but for one row written.
    found = accounts.by_email(tx, email)
    told = [found[0].id] if found and not found[0].is_disabled else []
    named = {"who": by.name, "by": by.user_id or ""}
    about = {"invitation": invitation_id, **named, "place": place.about.name, **what}
    messages.tell(tx, Kind.INVITED, told, f"/invitations/{invitation_id}", about)
    if not told:
        messages.post(tx, Kind.INVITED, email, about={"invitation": invitation_id})


def _here(place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(
        invitations.c.cluster_id.is_not_distinct_from(place.cluster_id),
        invitations.c.programme_id.is_not_distinct_from(place.programme_id),
    )


def _closing(tx: Transaction, answer: Answer) -> sa.Update:
    return sa.update(invitations).values(closed_at=tx.now, closed_as=answer)


def _count(tx: Transaction, wanted: sa.ColumnElement[bool]) -> int:
    return int(tx.connection.execute(sa.select(sa.func.count()).select_from(invitations).where(wanted)).scalar_one())


def _found(tx: Transaction, wanted: sa.ColumnElement[bool]) -> Iterator[Invitation]:
    statement = sa.select(*_COLUMNS, users.c.name.label("inviter")).join_from(
        invitations, users, invitations.c.invited_by == users.c.id
    )
    newest = statement.where(wanted).order_by(invitations.c.created_at.desc(), invitations.c.id)
    return map(_invitation, tx.connection.execute(newest).mappings().all())


def _invitation(row: sa.RowMapping) -> Invitation:
    closed_as = Answer(row["closed_as"]) if row["closed_as"] else None
    return Invitation(**{**row, "role": Role(row["role"]), "closed_as": closed_as})
