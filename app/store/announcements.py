"""Who is told what, when something has happened that others wait for: each function belongs into its transaction."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa

from app.domain.clusters import Cluster, Programme, Round
from app.domain.consent import Audience, Sharing
from app.domain.lifecycle import Assessment, Move
from app.domain.messages import Kind
from app.domain.permissions import Actor, Membership
from app.domain.roles import CLUSTER_ROLES, Role
from app.store import consent, messages
from app.store.database import Transaction
from app.store.tables import clusters, memberships, programmes

_FOLLOWERS = (Role.OWNER, Role.READER)
_OWN = CLUSTER_ROLES - {Role.EVALUATOR}  # whose people see what is the cluster's own: drafts, and what was withdrawn


def opened_round(tx: Transaction, actor: Actor, programme: Programme, opened: Round) -> None:
    """Tell the managers of every cluster in a programme that a round is open, once for each cluster."""
    columns = (clusters.c.slug, clusters.c.name, memberships.c.user_id)
    joined = memberships.join(clusters, memberships.c.cluster_id == clusters.c.id)
    managing = sa.select(*columns).select_from(joined).where(clusters.c.programme_id == programme.id)
    by_cluster: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in tx.connection.execute(managing.where(memberships.c.role == Role.MANAGER, _lasts(tx))):
        by_cluster[row.slug, row.name].add(row.user_id)
    day = opened.reference_date.isoformat()
    for (slug, name), managers in sorted(by_cluster.items()):
        about = {"programme": programme.name, "round": opened.name, "cluster": name, "day": day}
        _tell_others(tx, Kind.OPENED_ROUND, actor, managers, f"/clusters/{slug}", about)


def moved(tx: Transaction, actor: Actor, assessment: Assessment, move: Move) -> None:
    """Tell who follows a cluster, and its other managers, that it has submitted or withdrawn an assessment."""
    cluster = assessment.cluster
    interested = _holding(tx, {Role.MANAGER}, memberships.c.cluster_id == cluster.id) | _followers(tx, cluster)
    about = {"who": actor.name, "by": actor.user_id or "", "cluster": cluster.name}
    title = {"assessment": assessment.title}
    if move is Move.SUBMIT:
        _tell_others(tx, Kind.SUBMITTED, actor, interested, f"/assessments/{assessment.id}", about | title)
    elif move is Move.WITHDRAW:
        # Who follows the cluster may not read what was withdrawn: no title, and the way leads to the cluster.
        own, path = _holding(tx, _OWN, memberships.c.cluster_id == cluster.id), f"/clusters/{cluster.slug}"
        _tell_others(tx, Kind.WITHDREW, actor, interested & own, path, about | title)
        _tell_others(tx, Kind.WITHDREW, actor, interested - own, path, about)


def gave_role(tx: Transaction, user_id: str, membership: Membership) -> None:
    """Tell a person that they have a new role."""
    slug, name = _place(tx, membership)
    path = f"/clusters/{slug}"
    if membership.programme_id:
        # An evaluator works with a programme's clusters, and does not see the programme itself.
        path = f"/programmes/{slug}" if membership.role in _FOLLOWERS else "/clusters"
    messages.tell(tx, Kind.GAVE_ROLE, [user_id], path, {"role": membership.role, "place": name})


def took_role(tx: Transaction, user_id: str, membership: Membership) -> None:
    """Tell a person that a role of theirs has ended."""
    _, name = _place(tx, membership)
    messages.tell(tx, Kind.TOOK_ROLE, [user_id], "/", {"role": membership.role, "place": name})


def _followers(tx: Transaction, cluster: Cluster) -> set[str]:
    """Return who follows a cluster by its programme: of one that withholds, only who has a role on it as well."""
    found = _holding(tx, _FOLLOWERS, memberships.c.programme_id == cluster.programme_id)
    if consent.now(tx, cluster, Audience.PROGRAMME) is Sharing.GIVEN:
        return found
    return found & _holding(tx, CLUSTER_ROLES, memberships.c.cluster_id == cluster.id)


def _tell_others(
    tx: Transaction, kind: Kind, actor: Actor, user_ids: Collection[str], path: str, about: dict[str, str]
) -> None:
    messages.tell(tx, kind, set(user_ids) - {actor.user_id or ""}, path, about)


def _holding(tx: Transaction, roles: Collection[Role], where: sa.ColumnElement[bool]) -> set[str]:
    statement = sa.select(memberships.c.user_id).where(memberships.c.role.in_(roles), where, _lasts(tx))
    return set(tx.connection.execute(statement).scalars())


def _lasts(tx: Transaction) -> sa.ColumnElement[bool]:
    return sa.or_(memberships.c.until.is_(None), memberships.c.until > tx.now)


def _place(tx: Transaction, membership: Membership) -> tuple[str, str]:
    """Return the address and the name of what a role is on."""
    table, place = (clusters, membership.cluster_id) if membership.cluster_id else (programmes, membership.programme_id)
    row = tx.connection.execute(sa.select(table.c.slug, table.c.name).where(table.c.id == place)).one()
    return row.slug, row.name
