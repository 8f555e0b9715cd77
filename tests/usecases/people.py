"""Short words for tests of invitations and roles: invite somebody, find the link that the mail is to carry, answer."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.messages import Kind
from app.domain.permissions import VISITOR, Actor, Membership
from app.domain.roles import Role
from app.store import accounts, links, tables
from app.usecases import invitations
from app.usecases.invitations import Accepted
from tests.usecases.world import World

PASSWORD = "four words in a row"
NEW = {"name": "Åse Berg", "password": PASSWORD}


@dataclass(frozen=True)
class Link:
    """The link that a mail carries."""

    id: str
    secret: str


def mails(world: World, kind: Kind = Kind.INVITED) -> list[tuple[str, dict[str, str]]]:
    """Return whom the outbox has mails for, and what they are about, in the order in which they were left."""
    columns = (tables.outbox.c.address, tables.outbox.c.about)
    with world.store.reading() as tx:
        found = tx.connection.execute(
            sa.select(*columns).where(tables.outbox.c.kind == kind).order_by(tables.outbox.c.id)
        )
        return [(row.address, json.loads(row.about)) for row in found]


def newest_link(world: World, address: str) -> Link:
    """Return the link in the newest mail to an address."""
    about = [about for to, about in mails(world) if to == address][-1]
    with world.store.reading() as tx:
        return Link(about["invitation"], links.secret(tx, Kind.INVITED, about["invitation"]))


def invite(
    world: World,
    by: str = "manager",
    email: str = "ase@example.org",
    role: str = "contributor",
    until: str = "",
    *,
    programme: bool = False,
) -> Link:
    """Invite an address to kyst, or to the programme north, and return the link that goes out."""
    raw = {"email": email, "role": role, "until": until}
    place = {"programme": "north"} if programme else {"cluster": "kyst"}
    invitations.invite(world.store, world.actor(by), raw, **place)
    return newest_link(world, email.strip().lower())


def accept(world: World, link: Link, actor: Actor = VISITOR, raw: dict[str, str] | None = None) -> Accepted:
    """Accept an invitation by its link."""
    return invitations.accept(world.store, actor, link.id, link.secret, NEW if raw is None else raw, "nb")


def roles(world: World, name: str) -> dict[str, Role | set[Role]]:
    """Return a person's roles by the id of the cluster or programme."""
    found: dict[str, set[Role]] = {}
    for each in world.actor(name).memberships:
        found.setdefault(each.cluster_id or each.programme_id or "", set()).add(each.role)
    return {place: next(iter(held)) if len(held) == 1 else held for place, held in found.items()}


def give(world: World, name: str, *memberships: Membership) -> Actor:
    """Give a person roles, past the use cases."""
    with world.store.writing() as tx:
        for membership in memberships:
            accounts.add_membership(tx, name, membership)
    return world.actor(name)


def membership_id(world: World, name: str, role: Role, cluster: str = "cluster-kyst") -> str:
    """Return the id of a person's role."""
    rows = tables.memberships.c
    wanted = sa.and_(
        rows.user_id == name, rows.role == role, sa.or_(rows.cluster_id == cluster, rows.cluster_id.is_(None))
    )
    with world.store.reading() as tx:
        return str(tx.connection.execute(sa.select(rows.id).where(wanted)).scalar_one())
