"""Conflicts of interest: an evaluator declares one, and who follows the cluster's programme up lifts it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import text
from app.domain.clusters import Cluster
from app.domain.errors import Invalid, NotFound, NotPermitted, Problem
from app.domain.interests import Interest
from app.domain.permissions import Actor, reach, require
from app.domain.roles import Permission
from app.store import clusters as kept_clusters
from app.store import interests as kept
from app.store import journal
from app.store.database import Store, Transaction
from app.store.journal import Verb

REASON_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Declared:
    """A person's own declarations, the latest first, and the clusters they evaluate, to declare another about."""

    interests: tuple[Interest, ...]
    clusters: tuple[Cluster, ...]


def own(store: Store, actor: Actor) -> Declared:
    """Read one's own declarations; raises NotSignedIn, NotPermitted for a token."""
    within = reach(actor, Permission.INTEREST_DECLARE)
    with store.reading() as tx:
        declared = kept.of_person(tx, actor.user_id or "")
        return Declared(tuple(declared), tuple(kept_clusters.listed(tx, within=within)))


def declare(store: Store, actor: Actor, raw: Mapping[str, object]) -> None:
    """Declare a conflict about a cluster one evaluates, which is out of one's sight from then on; raises Invalid."""
    with store.writing() as tx:
        cluster = _chosen(tx, actor, raw.get("cluster"))
        reason = text.line("reason", raw.get("reason"), longest=REASON_LENGTH)
        interest_id = kept.declare(tx, actor.user_id or "", cluster, reason)
        if interest_id:
            journal.note(tx, actor, Verb.DECLARED_CONFLICT, interest_id, cluster=cluster, after={"reason": reason})


def lift(store: Store, actor: Actor, programme: str, interest_id: str, raw: Mapping[str, object]) -> None:
    """Let a declared conflict about a programme's cluster hold no longer, for a reason.

    Raises Invalid, NotFound, and NotPermitted for one's own: whoever could lift it would have declared nothing.
    """
    with store.writing() as tx:
        found = kept.load(tx, interest_id, within=reach(actor))
        cluster = kept_clusters.load(tx, found.cluster_slug, within=reach(actor))
        if cluster.programme != programme:
            raise NotFound
        require(actor, Permission.INTEREST_LIFT, cluster)
        if found.user_id == actor.user_id:
            raise NotPermitted("own-conflict", "Somebody else has to lift what you have declared yourself.")
        reason = text.line("reason", raw.get("reason"), longest=REASON_LENGTH)
        if kept.lift(tx, found):
            before, after = {"reason": found.reason, "person": found.user_id}, {"reason": reason}
            journal.note(tx, actor, Verb.LIFTED_CONFLICT, found.id, cluster=cluster, before=before, after=after)


def _chosen(tx: Transaction, actor: Actor, raw: object) -> Cluster:
    within = reach(actor, Permission.INTEREST_DECLARE)
    try:
        return kept_clusters.load(tx, text.line("cluster", raw), within=within)
    except NotFound:
        raise Invalid(Problem("cluster", "cluster", "Choose one of the clusters that you evaluate.")) from None
