"""Who may do what, decided in one place by the table of roles.

Two gates, always both: a role grants the permission on that cluster or programme, and the token, where the actor
came with one, carries its scope. Duties are kept apart: nobody evaluates a cluster that they belong to, or about which
they have declared a conflict of interest.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.domain.clusters import Cluster
from app.domain.consent import Sharing
from app.domain.errors import ConfirmationDue, FactorDue, NotPermitted, NotSignedIn
from app.domain.interests import unreviewable
from app.domain.roles import (
    GIVES_ON_CLUSTER,
    GIVES_ON_PROGRAMME,
    GRANTS,
    NEED_SECOND_FACTOR,
    NOT_FOR_DEPUTIES,
    SCOPES,
    Permission,
    Role,
    TokenScope,
)

CONFIRMED_FOR = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Membership:
    """A role on exactly one cluster or one programme; with `until` a deputy's, who has it up to that moment."""

    role: Role
    cluster_id: str | None = None
    programme_id: str | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. `user_id` None is a visitor; `token_scopes` None means a signed-in session, no token.

    `confirmed_at` is when they last showed who they are. `lacks_factor` says that their role needs a second factor and
    that they have none, so that they may do nothing else than set one up. `conflicts` are the ids of the clusters about
    which they have declared a conflict of interest.
    """

    user_id: str | None = None
    name: str = ""
    language: str | None = None
    is_administrator: bool = False
    is_demo: bool = False
    memberships: tuple[Membership, ...] = ()
    conflicts: frozenset[str] = frozenset()
    token_scopes: frozenset[TokenScope] | None = None
    confirmed_at: dt.datetime | None = field(default=None, compare=False)
    lacks_factor: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody is known to be asking."""
        return self.user_id is not None


VISITOR = Actor()


@dataclass(frozen=True, slots=True)
class Reach:
    """Which clusters and programmes a list may speak of; the store turns it into its filter.

    Clusters reached by name are reached by a role of their own; the assessments of all others are seen as far as the
    cluster shares them. `barred` clusters are out of reach where only evaluating leads to them, by a programme in
    `reviewed`.
    """

    everything: bool = False
    clusters: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    reviewed: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


def reach(actor: Actor, permission: Permission | None = None) -> Reach:
    """Return what the actor's roles reach at all, or only where they grant `permission` and the token carries it.

    Raises NotSignedIn for a visitor, FactorDue, and NotPermitted where the token does not carry the permission.
    """
    if not actor.is_signed_in:
        raise NotSignedIn("sign-in", "Please sign in first.")
    if actor.lacks_factor:
        raise FactorDue
    if permission is not None and not _token_carries(actor, permission):
        raise NotPermitted("scope", "This token does not have the scope that this needs.")
    granting = [m for m in actor.memberships if permission is None or _grants(m, permission)]
    reviewing = [m for m in granting if m.role is Role.EVALUATOR]
    others = [m for m in granting if m.role is not Role.EVALUATOR]
    barred = unreviewable(belongs_to(actor.memberships), actor.conflicts)
    programmes = _programmes(others)
    reviewed = _programmes(reviewing) - programmes
    by_administration = permission is None or permission in GRANTS[Role.ADMINISTRATOR]
    return Reach(
        everything=actor.is_administrator and by_administration,
        clusters=_clusters(others) | (_clusters(reviewing) - barred),
        programmes=programmes | reviewed,
        reviewed=reviewed if barred else frozenset(),
        barred=barred if reviewed else frozenset(),
    )


def covers(within: Reach, cluster_id: str | None, programme_id: str | None) -> bool:
    """Whether a cluster, or a programme where `cluster_id` is None, lies within this reach."""
    if within.everything or cluster_id in within.clusters:
        return True
    is_barred = programme_id in within.reviewed and cluster_id in within.barred
    return programme_id in within.programmes and not is_barred


def is_withheld(within: Reach, cluster: Cluster) -> bool:
    """Whether a cluster within reach is no more than a name, since it does not share what it has assessed."""
    return cluster.sharing is Sharing.WITHHELD and cluster.id not in within.clusters


def belongs_to(memberships: Iterable[Membership]) -> frozenset[str]:
    """Return the clusters that somebody with these roles belongs to; evaluating one is not belonging to it."""
    return _clusters(m for m in memberships if m.role is not Role.EVALUATOR)


def allows(actor: Actor, permission: Permission, cluster: Cluster) -> bool:
    """Whether the actor may do this to this cluster: both gates."""
    if not actor.is_signed_in or actor.lacks_factor or not _token_carries(actor, permission):
        return False
    return covers(reach(actor, permission), cluster.id, cluster.programme_id)


def require(actor: Actor, permission: Permission, cluster: Cluster) -> None:
    """Pass where `allows` does; raises NotSignedIn or NotPermitted."""
    if not covers(reach(actor, permission), cluster.id, cluster.programme_id):
        raise NotPermitted("role", "Your role does not allow this here.")


def allows_in_programme(actor: Actor, permission: Permission, programme_id: str | None) -> bool:
    """Whether the actor may do this in this programme, or anywhere for an administrator: both gates."""
    if not actor.is_signed_in or actor.lacks_factor or not _token_carries(actor, permission):
        return False
    return covers(reach(actor, permission), None, programme_id)


def require_in_programme(actor: Actor, permission: Permission, programme_id: str | None) -> None:
    """Pass where `allows_in_programme` does; raises NotSignedIn or NotPermitted."""
    if not covers(reach(actor, permission), None, programme_id):
        raise NotPermitted("role", "Your role does not allow this here.")


def gives(actor: Actor, cluster_id: str | None, programme_id: str | None) -> frozenset[Role]:
    """Return the roles that the actor may give and take on a cluster, or on a programme where `cluster_id` is None.

    A deputy gives every role but the own one; a token gives none.
    """
    if not actor.is_signed_in or actor.token_scopes is not None:
        return frozenset()
    table = GIVES_ON_CLUSTER if cluster_id else GIVES_ON_PROGRAMME
    found = set(table[Role.ADMINISTRATOR]) if actor.is_administrator else set()
    for membership in actor.memberships:
        if (cluster_id and membership.cluster_id == cluster_id) or (
            programme_id and membership.programme_id == programme_id
        ):
            found |= table.get(membership.role, frozenset()) - ({membership.role} if membership.until else set())
    return frozenset(found)


def scopes_of_use(actor: Actor) -> frozenset[TokenScope]:
    """Return the scopes that allow the actor's tokens anything, as the roles are now."""
    roles = {m.role for m in actor.memberships} | ({Role.ADMINISTRATOR} if actor.is_administrator else set())
    needed = {SCOPES[permission] for role in roles for permission in GRANTS[role]}
    return frozenset(scope for scope in needed if scope)


def require_self(actor: Actor, *, before_factor: bool = False) -> str:
    """Return the id of the person whose own account this is; raises NotSignedIn, or NotPermitted for a token.

    FactorDue is raised too, unless this is something that people do on the way to their second factor.
    """
    if actor.user_id is None:
        raise NotSignedIn("sign-in", "Please sign in first.")
    reach(replace(actor, lacks_factor=False) if before_factor else actor, Permission.ACCOUNT_MANAGE_OWN)
    return actor.user_id


def require_real(actor: Actor) -> None:
    """Pass unless this is one of the demo's people, whom the next visitor needs as they are; raises NotPermitted."""
    if actor.is_demo:
        raise NotPermitted("demo", "The people of the demo are invented, and stay as they are.")


def require_recent(actor: Actor, now: dt.datetime) -> None:
    """Pass where the person has shown who they are within the last quarter of an hour; raises ConfirmationDue.

    For acts that do harm in the hands of whoever finds a screen unlocked. A token passes: its scopes say what it may be
    used for, and nobody sits before it who could be asked.
    """
    if actor.token_scopes is not None:
        return
    # A clock that was set back makes the moment lie ahead: as far from now as one that is long over.
    if actor.confirmed_at is None or abs(now - actor.confirmed_at) >= CONFIRMED_FOR:
        raise ConfirmationDue


def needs_second_factor(actor: Actor) -> bool:
    """Whether one of the person's roles needs a second factor at sign-in."""
    roles = {m.role for m in actor.memberships} | ({Role.ADMINISTRATOR} if actor.is_administrator else set())
    return bool(roles & NEED_SECOND_FACTOR)


def _grants(membership: Membership, permission: Permission) -> bool:
    is_deputy = membership.until is not None
    return permission in GRANTS[membership.role] and not (is_deputy and permission in NOT_FOR_DEPUTIES)


def _clusters(memberships: Iterable[Membership]) -> frozenset[str]:
    return frozenset(m.cluster_id for m in memberships if m.cluster_id)


def _programmes(memberships: Iterable[Membership]) -> frozenset[str]:
    return frozenset(m.programme_id for m in memberships if m.programme_id)


def _token_carries(actor: Actor, permission: Permission) -> bool:
    return actor.token_scopes is None or SCOPES[permission] in actor.token_scopes
