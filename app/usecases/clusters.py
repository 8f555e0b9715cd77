"""Clusters, programmes and rounds: register, change, open a round, look."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.domain import clusters, lifecycle, text
from app.domain.clusters import Cluster, Programme, Round
from app.domain.errors import Invalid, NotFound, Problem, Stale
from app.domain.framework import Framework
from app.domain.interests import Interest
from app.domain.invitations import Invitation
from app.domain.lifecycle import Assessment
from app.domain.members import Place
from app.domain.permissions import (
    Actor,
    Reach,
    allows,
    allows_in_programme,
    is_withheld,
    reach,
    require,
    require_in_programme,
)
from app.domain.portfolio import replaced
from app.domain.roles import Permission
from app.frameworks.reader import Frameworks
from app.store import accounts, announcements, invitations, journal
from app.store import assessments as kept_assessments
from app.store import clusters as kept
from app.store import interests as kept_interests
from app.store.database import Store, Transaction
from app.store.journal import Verb

NEWEST = 20
_PLACE = ("level", "region", "sector")


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One of a cluster's assessments with the framework it was started on, and what can be done with it.

    `is_replaced` where it was submitted, and another one counts in its place.
    """

    assessment: Assessment
    framework: Framework
    actions: tuple[str, ...]
    is_replaced: bool

    @property
    def may_answer(self) -> bool:
        """Whether the actor can go on answering it."""
        return "answer" in self.actions


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster in its programme, the assessments that the actor may read, and what can be started.

    `is_withheld` where the cluster does not share its assessments, and so shows the actor none.
    """

    cluster: Cluster
    programme: Programme | None
    assessments: tuple[AssessmentLine, ...]
    rounds: tuple[Round, ...]
    may_start: bool
    may_update: bool
    may_read_sharing: bool
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """A programme with its rounds and clusters; for who may lift them, with the declared conflicts of interest."""

    programme: Programme
    rounds: tuple[Round, ...]
    clusters: tuple[Cluster, ...]
    conflicts: tuple[Interest, ...]
    may_register: bool
    may_open_round: bool
    may_lift: bool


@dataclass(frozen=True, slots=True)
class Home:
    """What a signed-in person works with: their clusters, each with its assessments, and their programmes.

    `submitted` is for who follows other clusters without a portfolio: the newest of what these submitted; `offers`
    are the invitations that wait for an answer.
    """

    clusters: tuple[ClusterView, ...]
    programmes: tuple[Programme, ...]
    submitted: tuple[AssessmentLine, ...]
    offers: tuple[tuple[Invitation, Place], ...]
    email: str


def home(store: Store, frameworks: Frameworks, actor: Actor) -> Home:
    """Gather the actor's own clusters and programmes."""
    with store.reading() as tx:
        own = dataclasses.replace(reach(actor, Permission.CLUSTER_READ), everything=False, programmes=frozenset())
        views = [_view(tx, frameworks, actor, cluster) for cluster in kept.listed(tx, within=own)]
        programmes = kept.programmes_listed(tx, within=reach(actor, Permission.PROGRAMME_READ))
        submitted = () if programmes else _submitted(tx, frameworks, actor)
        email = accounts.by_id(tx, actor.user_id or "").email
        offers = invitations.offers(tx, email)
        return Home(tuple(views), tuple(programmes), tuple(submitted), tuple(offers), email)


def view(store: Store, frameworks: Frameworks, actor: Actor, slug: str) -> ClusterView:
    """Read one cluster with its assessments; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        cluster = kept.load(tx, slug, within=reach(actor))
        require(actor, Permission.CLUSTER_READ, cluster)
        return _view(tx, frameworks, actor, cluster)


def listed(
    store: Store,
    actor: Actor,
    *,
    after: str = "",
    limit: int | None = None,
    updated_since: dt.datetime | None = None,
) -> list[Cluster]:
    """List the clusters within reach by slug, from behind `after`."""
    with store.reading() as tx:
        within = reach(actor, Permission.CLUSTER_READ)
        return kept.listed(tx, within=within, after=after, limit=limit, updated_since=updated_since)


def register(store: Store, actor: Actor, raw: Mapping[str, object]) -> Cluster:
    """Register a cluster in a programme, or in none for an administrator; raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        programme = _programme(tx, actor, raw.get("programme"))
        require_in_programme(actor, Permission.CLUSTER_REGISTER, programme.id if programme else None)
        name = text.line("name", raw.get("name"))
        cluster = Cluster(
            id=tx.new_id(),
            slug=clusters.slug("slug", raw["slug"]) if raw.get("slug") else clusters.slug_from(name),
            name=name,
            programme_id=programme.id if programme else None,
            programme=programme.slug if programme else None,
            revision=1,
            updated_at=tx.now,
            level=text.optional_line("level", raw.get("level")),
            region=text.optional_line("region", raw.get("region")),
            sector=text.optional_line("sector", raw.get("sector")),
            programme_name=programme.name if programme else None,
        )
        kept.keep(tx, cluster)
        journal.note(tx, actor, Verb.REGISTERED, cluster.id, cluster=cluster, after=_noted(cluster))
        return cluster


def update(store: Store, actor: Actor, slug: str, raw: Mapping[str, object], revision: int) -> Cluster:
    """Change a cluster's name, level, region or sector; raises Stale, Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        cluster = kept.load(tx, slug, within=reach(actor), to_change=True)
        require(actor, Permission.CLUSTER_UPDATE, cluster)
        if revision != cluster.revision:
            raise Stale(cluster)
        changes: dict[str, Any] = {f: text.optional_line(f, raw[f]) for f in _PLACE if f in raw}
        if "name" in raw:
            changes["name"] = text.line("name", raw["name"])
        changed = dataclasses.replace(cluster, revision=revision + 1, updated_at=tx.now, **changes)
        kept.keep(tx, changed)
        before, after = _noted(cluster), _noted(changed)
        journal.note(tx, actor, Verb.UPDATED, cluster.id, cluster=changed, before=before, after=after)
        return changed


def view_programme(store: Store, actor: Actor, slug: str) -> ProgrammeView:
    """Read one programme with its rounds and clusters; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        programme = kept.programme(tx, slug, within=reach(actor))
        require_in_programme(actor, Permission.PROGRAMME_READ, programme.id)
        within = reach(actor, Permission.CLUSTER_READ)
        found = [c for c in kept.listed(tx, within=within) if c.programme_id == programme.id]
        may_lift = allows_in_programme(actor, Permission.INTEREST_LIFT, programme.id)
        its_own = Reach(programmes=frozenset({programme.id}))
        return ProgrammeView(
            programme,
            tuple(kept.rounds_listed(tx, [programme.id])),
            tuple(found),
            tuple(kept_interests.open_within(tx, within=its_own)) if may_lift else (),
            allows_in_programme(actor, Permission.CLUSTER_REGISTER, programme.id),
            allows_in_programme(actor, Permission.ROUND_OPEN, programme.id),
            may_lift,
        )


def open_round(store: Store, actor: Actor, programme_slug: str, raw: Mapping[str, object]) -> Round:
    """Open a round in a programme; raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        programme = kept.programme(tx, programme_slug, within=reach(actor))
        require_in_programme(actor, Permission.ROUND_OPEN, programme.id)
        name = text.line("name", raw.get("name"))
        day = clusters.day("reference_date", raw.get("reference_date"))
        opened = Round(tx.new_id(), programme.id, clusters.slug_from(name), name, day)
        kept.keep_round(tx, opened)
        after = {"name": opened.name, "reference_date": opened.reference_date}
        journal.note(tx, actor, Verb.OPENED_ROUND, opened.id, programme_id=programme.id, after=after)
        announcements.opened_round(tx, actor, programme, opened)
        return opened


def _programme(tx: Transaction, actor: Actor, slug: object) -> Programme | None:
    if slug is None or slug == "":
        return None
    try:
        return kept.programme(tx, text.line("programme", slug), within=reach(actor))
    except NotFound:
        raise Invalid(Problem("programme", "programme", "There is no such programme within your reach.")) from None


def _view(tx: Transaction, frameworks: Frameworks, actor: Actor, cluster: Cluster) -> ClusterView:
    its_own = Reach(programmes=frozenset({cluster.programme_id} if cluster.programme_id else ()))
    return ClusterView(
        cluster,
        next(iter(kept.programmes_listed(tx, within=its_own)), None),
        tuple(_lines(tx, frameworks, actor, kept_assessments.of_cluster(tx, cluster, within=reach(actor)))),
        tuple(kept.rounds_listed(tx, list(its_own.programmes))),
        allows(actor, Permission.ASSESSMENT_START, cluster),
        allows(actor, Permission.CLUSTER_UPDATE, cluster),
        allows(actor, Permission.CONSENT_READ, cluster),
        is_withheld(reach(actor), cluster),
    )


def _submitted(tx: Transaction, frameworks: Frameworks, actor: Actor) -> Iterator[AssessmentLine]:
    within = dataclasses.replace(reach(actor, Permission.ASSESSMENT_READ), clusters=frozenset())
    own = {membership.cluster_id for membership in actor.memberships if membership.cluster_id}
    return _lines(tx, frameworks, actor, kept_assessments.newest_submitted(tx, within=within, but=own, limit=NEWEST))


def _lines(tx: Transaction, frameworks: Frameworks, actor: Actor, found: list[Assessment]) -> Iterator[AssessmentLine]:
    everywhere = Reach(clusters=frozenset(assessment.cluster.id for assessment in found))
    standings = kept_assessments.standings(tx, within=everywhere) if found else {}
    behind = {standing.assessment_id for each in standings.values() for standing in replaced(each)}
    for assessment in found:
        if allows(actor, lifecycle.to_read(assessment), assessment.cluster):
            framework = frameworks.pinned(assessment)
            may = partial(allows, actor, cluster=assessment.cluster)
            actions = lifecycle.actions(framework, assessment, may)
            yield AssessmentLine(assessment, framework, actions, assessment.id in behind)


def _noted(cluster: Cluster) -> dict[str, object]:
    return {name: getattr(cluster, name) for name in ("slug", "name", *_PLACE)}
