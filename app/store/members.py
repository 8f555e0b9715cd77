"""The people of clusters and programmes, and the places themselves: rows to domain values."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from app.domain.accounts import User
from app.domain.clusters import Cluster
from app.domain.errors import Conflict, NotFound
from app.domain.members import NOTHING, Member, Place, given_up, is_more, keepers, require_keeper
from app.domain.permissions import Actor, Membership, Reach
from app.domain.roles import Role
from app.store import accounts, clusters, journal
from app.store.accounts import lasts
from app.store.database import Transaction, hold
from app.store.tables import memberships, users

_COLUMNS = (
    memberships.c.id,
    memberships.c.user_id,
    users.c.name,
    users.c.email,
    memberships.c.role,
    memberships.c.since,
    memberships.c.until,
    users.c.is_disabled,
)


def place(tx: Transaction, *, cluster: str | None, programme: str | None, within: Reach) -> Place:
    """Return a cluster or a programme by its address, within reach; raises NotFound."""
    if cluster is not None:
        return Place(cluster=clusters.load(tx, cluster, within=within))
    return Place(programme=clusters.programme(tx, programme or "", within=within))


def places(tx: Transaction, ids: Iterable[tuple[str | None, str | None]]) -> dict[tuple[str | None, str | None], Place]:
    """Return places by the ids of their cluster and programme, of which one is None."""
    wanted = set(ids)
    everywhere = Reach(clusters=frozenset(c for c, _ in wanted if c), programmes=frozenset(p for _, p in wanted if p))
    of_clusters = Reach(clusters=everywhere.clusters)
    found: dict[tuple[str | None, str | None], Place] = {
        (each.id, None): Place(cluster=each) for each in clusters.listed(tx, within=of_clusters)
    }
    return found | {
        (None, each.id): Place(programme=each) for each in clusters.programmes_listed(tx, within=everywhere)
    }


def hold_place(tx: Transaction, found: Place) -> None:
    """Keep others who change who belongs here waiting, so that what was read about its people stays true."""
    hold(tx, f"members {found.cluster_id or ''} {found.programme_id or ''}")


def of_place(tx: Transaction, found: Place) -> list[Member]:
    """Return the people of a cluster or a programme with their roles as they are now, by name."""
    here = sa.and_(
        memberships.c.cluster_id.is_not_distinct_from(found.cluster_id),
        memberships.c.programme_id.is_not_distinct_from(found.programme_id),
    )
    statement = sa.select(*_COLUMNS).join_from(memberships, users).where(here, lasts(tx))
    found_rows = tx.connection.execute(statement.order_by(users.c.name, users.c.id, memberships.c.role))
    return [_member(row) for row in found_rows.mappings()]


def by_id(tx: Transaction, membership_id: str) -> tuple[Place, Member]:
    """Return a membership with its place; raises NotFound, for that of a deputy whose time has passed too."""
    columns = (*_COLUMNS, memberships.c.cluster_id, memberships.c.programme_id)
    statement = sa.select(*columns).join_from(memberships, users).where(memberships.c.id == membership_id, lasts(tx))
    row = tx.connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    key = (row["cluster_id"], row["programme_id"])
    return places(tx, [key])[key], _member(row)


def managers_of(tx: Transaction, found: Iterable[Cluster]) -> dict[str, list[Member]]:
    """Return each cluster's managers by the cluster's id, deputies among them."""
    listed: dict[str, list[Member]] = {cluster.id: [] for cluster in found}
    manages = sa.and_(memberships.c.role == Role.MANAGER, memberships.c.cluster_id.in_(listed), lasts(tx))
    statement = sa.select(*_COLUMNS, memberships.c.cluster_id).join_from(memberships, users).where(manages)
    for row in tx.connection.execute(statement.order_by(users.c.name, users.c.id)).mappings():
        listed[row["cluster_id"]].append(_member(row))
    return listed


def roles_of(tx: Transaction, user_id: str) -> list[tuple[Place, Member]]:
    """Return every role of a person with its place, by the place's name."""
    columns = (*_COLUMNS, memberships.c.cluster_id, memberships.c.programme_id)
    statement = sa.select(*columns).join_from(memberships, users).where(memberships.c.user_id == user_id, lasts(tx))
    rows = tx.connection.execute(statement.order_by(memberships.c.role)).mappings().all()
    keys = [(row["cluster_id"], row["programme_id"]) for row in rows]
    known = places(tx, keys)
    found = [(known[key], _member(row)) for key, row in zip(keys, rows, strict=True)]
    return sorted(found, key=lambda each: each[0].about.name.casefold())


def keeps_alone(tx: Transaction, found: Place, user_id: str) -> bool:
    """Whether a person manages or owns a place for good, and nobody else whose account is open does."""
    return [member.user_id for member in keepers(found, of_place(tx, found))] == [user_id]


def left_without(tx: Transaction, user_id: str) -> list[Place]:
    """Return the places that nobody would manage or own for good any more if this person were gone, by name."""
    kept = {place.path: place for place, held in roles_of(tx, user_id) if held.role is place.keeper and not held.until}
    return [
        place
        for place in kept.values()
        if all(member.user_id == user_id for member in keepers(place, of_place(tx, place)))
    ]


def step_down(tx: Transaction, found: Place, user_id: str, becomes: str) -> bool:
    """Make a manager for good something less, or `nothing`; returns whether the person was one."""
    manages = found.membership(Role.MANAGER)
    if manages not in accounts.memberships_of(tx, user_id):
        return False
    accounts.remove_membership(tx, user_id, manages)
    if becomes != NOTHING:
        accounts.add_membership(tx, user_id, found.membership(Role(becomes)))
    return True


def grant(tx: Transaction, user_id: str, offered: Membership) -> bool:
    """Give a person a role, in the place of lasting ones below it; returns whether that is more than they had."""
    here = (offered.cluster_id, offered.programme_id)
    held = [m for m in accounts.memberships_of(tx, user_id) if (m.cluster_id, m.programme_id) == here]
    if not is_more(held, offered):
        return False
    for lower in given_up(held, offered):
        accounts.remove_membership(tx, user_id, lower)
    return accounts.add_membership(tx, user_id, offered)


def note(
    tx: Transaction,
    actor: Actor,
    verb: journal.Verb,
    subject: str,
    found: Place,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write down who did what about the people of a place."""
    about = {"before": before, "after": after}
    journal.note(tx, actor, verb, subject, cluster=found.cluster, programme_id=found.programme_id, **about)


def end(tx: Transaction, membership_ids: Iterable[str]) -> None:
    """Take these roles away."""
    tx.connection.execute(sa.delete(memberships).where(memberships.c.id.in_(sorted(membership_ids))))


def _member(row: sa.RowMapping) -> Member:
    values = {column.name: row[column.name] for column in _COLUMNS}
    return Member(**{**values, "role": Role(row["role"])})


def leave_everything(tx: Transaction, user: User) -> list[tuple[Place, Member]]:
    """Take every role from a person who goes for good, and return what they were.

    Raises Conflict for the last manager of a cluster, owner of a programme, or administrator.
    """
    places = {place.path: place for place, _ in roles_of(tx, user.id)}
    for path in sorted(places):
        hold_place(tx, places[path])
    found = roles_of(tx, user.id)
    for place, _ in found:
        require_keeper(place, of_place(tx, place), {member.id for _, member in found})
    if user.is_administrator and accounts.administrators(tx) == [user.id]:
        raise Conflict("last-administrator", "You are the only administrator. There must be another one first.")
    end(tx, {member.id for _, member in found})
    return found
