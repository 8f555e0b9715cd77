"""What a cluster shares with whom: look, share, stop sharing. It takes effect with the next request of anybody."""

from dataclasses import dataclass

from app.domain import consent
from app.domain.clusters import Cluster
from app.domain.consent import Audience, Consent, Sharing
from app.domain.permissions import Actor, allows, reach, require
from app.domain.roles import Permission
from app.store import clusters as kept_clusters
from app.store import consent as kept
from app.store import journal
from app.store.database import Store, Transaction
from app.store.journal import Verb


@dataclass(frozen=True, slots=True)
class SharingView:
    """A cluster with everything that was ever decided about sharing, the latest first."""

    cluster: Cluster
    decisions: tuple[Consent, ...]
    may_change: bool

    def towards(self, audience: Audience) -> Sharing:
        """Return how the cluster stands to an audience now."""
        return consent.standing(self.decisions, audience)


def view(store: Store, actor: Actor, slug: str) -> SharingView:
    """Read what a cluster shares, for the cluster's own people; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        cluster = kept_clusters.load(tx, slug, within=reach(actor))
        require(actor, Permission.CONSENT_READ, cluster)
        may_change = allows(actor, Permission.CONSENT_CHANGE, cluster)
        return SharingView(cluster, tuple(kept.of_cluster(tx, cluster)), may_change)


def share(store: Store, actor: Actor, slug: str, audience: object) -> None:
    """Share from now on; doing so twice changes nothing. Raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        cluster, towards = _to_change(tx, actor, slug, audience)
        before = kept.towards(tx, cluster, towards)
        if kept.give(tx, cluster, towards, by=actor.user_id or ""):
            _note(tx, actor, Verb.SHARED, cluster, towards, before, Sharing.GIVEN)


def stop_sharing(store: Store, actor: Actor, slug: str, audience: object) -> None:
    """Share no longer, or say so before anything was shared; raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        cluster, towards = _to_change(tx, actor, slug, audience)
        before = kept.towards(tx, cluster, towards)
        if kept.revoke(tx, cluster, towards, by=actor.user_id or ""):
            _note(tx, actor, Verb.STOPPED_SHARING, cluster, towards, before, Sharing.WITHHELD)


def _to_change(tx: Transaction, actor: Actor, slug: str, audience: object) -> tuple[Cluster, Audience]:
    cluster = kept_clusters.load(tx, slug, within=reach(actor))
    require(actor, Permission.CONSENT_CHANGE, cluster)
    return cluster, consent.audience("audience", audience)


def _note(
    tx: Transaction, actor: Actor, verb: Verb, cluster: Cluster, towards: Audience, before: Sharing, after: Sharing
) -> None:
    said = {"audience": towards}
    journal.note(
        tx, actor, verb, cluster.id, cluster=cluster, before=said | {"sharing": before}, after=said | {"sharing": after}
    )
