"""What people are told of the journal: who changed their cluster, an assessment, an indicator, from what, and when."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import lifecycle
from app.domain.clusters import Cluster
from app.domain.errors import Invalid, Problem
from app.domain.lifecycle import Assessment
from app.domain.permissions import Actor, Reach, allows, reach, require
from app.domain.roles import Permission
from app.frameworks.reader import Frameworks
from app.store import assessments as kept_assessments
from app.store import clusters as kept_clusters
from app.store import history as kept
from app.store import visits
from app.store.database import Store
from app.store.history import Hearing, PastLine, Place
from app.store.journal import Verb

MOST_NEWS = 10
# What people outside the cluster are told: drafts are its own business.
TOLD_OUTSIDE = frozenset({Verb.REGISTERED, Verb.UPDATED, Verb.SUBMITTED, Verb.WITHDREW})
_OF_CLUSTER = ("slug", "name", "level", "region", "sector")
# What a cluster's own people are told, and which words of before and after. What is not here is told to nobody on
# pages: an evaluator's conflict of interest is no business of the cluster's.
SHOWN: Mapping[str, tuple[str, ...]] = {
    Verb.ANSWERED: ("level", "note"),
    Verb.STARTED: ("title",),
    Verb.DELETED: ("title", "answered"),
    Verb.SUBMITTED: ("state",),
    Verb.WITHDREW: ("state",),
    Verb.REGISTERED: _OF_CLUSTER,
    Verb.UPDATED: _OF_CLUSTER,
    Verb.INVITED: ("role", "until"),
    Verb.INVITED_AGAIN: (),
    Verb.WITHDREW_INVITATION: (),
    Verb.ACCEPTED_INVITATION: ("role", "until"),
    Verb.DECLINED_INVITATION: (),
    Verb.CHANGED_ROLE: ("role", "until"),
    Verb.REMOVED_MEMBER: ("role", "until"),
    Verb.HANDED_OVER: ("role",),
    Verb.LEFT: ("roles",),
    Verb.SHARED: ("audience",),
    Verb.STOPPED_SHARING: ("audience",),
}
TOLD_INSIDE = frozenset(SHOWN)


@dataclass(frozen=True, slots=True)
class History:
    """A page of a cluster's history, or of one assessment's; `following` is where the next page begins.

    `is_whole` where the actor is told everything, and not only what concerns people outside the cluster.
    """

    cluster: Cluster
    assessment: Assessment | None
    indicator: str | None
    lines: tuple[PastLine, ...]
    following: Place | None
    is_whole: bool


def of_cluster(store: Store, actor: Actor, slug: str, *, behind: Place | None, limit: int) -> History:
    """Read a cluster's history, the newest first; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        cluster = kept_clusters.load(tx, slug, within=reach(actor))
        require(actor, Permission.CLUSTER_READ, cluster)
        is_whole = allows(actor, Permission.ASSESSMENT_READ_DRAFT, cluster)
        hearing = _hearing(reach(actor), is_whole=is_whole)
        found = kept.of_cluster(tx, cluster.id, hearing, behind=behind, limit=limit + 1)
    return History(cluster, None, None, *_page(found, limit), is_whole)


def of_assessment(
    store: Store,
    frameworks: Frameworks,
    actor: Actor,
    assessment_id: str,
    *,
    indicator: str | None = None,
    behind: Place | None,
    limit: int,
) -> History:
    """Read the history of an assessment, or of one of its indicators; raises Invalid, NotFound, NotPermitted."""
    with store.reading() as tx:
        assessment = kept_assessments.load(tx, assessment_id, within=reach(actor))
        require(actor, lifecycle.to_read(assessment), assessment.cluster)
        if indicator is not None and indicator not in _numbers(frameworks, assessment):
            raise Invalid(Problem("indicator", "unknown", "There is no such indicator."))
        is_whole = allows(actor, Permission.ASSESSMENT_READ_DRAFT, assessment.cluster)
        hearing = _hearing(reach(actor), is_whole=is_whole)
        found = kept.of_assessment(tx, assessment.id, hearing, indicator=indicator, behind=behind, limit=limit + 1)
    return History(assessment.cluster, assessment, indicator, *_page(found, limit), is_whole)


def news(store: Store, actor: Actor) -> tuple[PastLine, ...]:
    """Return what others did in the actor's own clusters and programmes since the visit before; the newest first."""
    if actor.user_id is None:
        return ()
    whole, told = reach(actor, Permission.ASSESSMENT_READ_DRAFT), reach(actor, Permission.CLUSTER_READ)
    with store.reading() as tx:
        moment = visits.before(tx, actor.user_id)
        if moment is None:
            return ()
        found = kept.since(
            tx,
            moment,
            by_others_than=actor.user_id,
            hearings=(
                _hearing(dataclasses.replace(whole, everything=False), is_whole=True),
                _hearing(dataclasses.replace(told, everything=False), is_whole=False),
            ),
            limit=MOST_NEWS,
        )
    return tuple(map(_told, found))


def _hearing(within: Reach, *, is_whole: bool) -> Hearing:
    return Hearing(within, TOLD_INSIDE if is_whole else TOLD_OUTSIDE, is_whole)


def _numbers(frameworks: Frameworks, assessment: Assessment) -> frozenset[str]:
    framework = frameworks.of(assessment.framework, assessment.version)
    return frozenset(indicator.number for indicator in framework.indicators)


def _page(found: list[PastLine], limit: int) -> tuple[tuple[PastLine, ...], Place | None]:
    shown = tuple(map(_told, found[:limit]))
    return shown, shown[-1].place if len(found) > limit else None


def _told(line: PastLine) -> PastLine:
    names = SHOWN.get(line.verb, ())
    before, after = ({name: side[name] for name in names if name in side} for side in (line.before, line.after))
    return dataclasses.replace(line, before=before, after=after)
