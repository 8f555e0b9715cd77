"""Puts values into a database for tests, past the use cases: no permission, no journal line."""

import dataclasses

import sqlalchemy as sa

from app.domain.accounts import User
from app.domain.clusters import Cluster, Programme
from app.domain.consent import Audience, Sharing
from app.domain.errors import NotFound
from app.domain.lifecycle import COUNTING, Assessment
from app.domain.permissions import Membership, Reach
from app.domain.portfolio import Figures
from app.domain.scoring import score
from app.store import accounts, assessments, clusters, consent, tables
from app.store.database import Store
from tests.make import make_cluster, make_framework, make_programme

EVERYWHERE = Reach(everything=True)
NOWHERE = Reach()


def keep_programme(store: Store, slug: str = "north") -> Programme:
    """Keep a programme, unless it is there."""
    with store.writing() as tx:
        try:
            return clusters.programme(tx, slug, within=EVERYWHERE)
        except NotFound:
            clusters.keep_programme(tx, make_programme(slug))
            return make_programme(slug)


def keep_cluster(store: Store, cluster: Cluster | None = None) -> Cluster:
    """Keep a cluster and the programme it is in."""
    cluster = cluster or make_cluster()
    if cluster.programme:
        keep_programme(store, cluster.programme)
    with store.writing() as tx:
        clusters.keep(tx, cluster)
    return cluster


def keep_person(
    store: Store, name: str = "Kari Nordmann", *roles: Membership, password_hash: str | None = None, **changes: object
) -> User:
    """Keep a person with these roles; the address comes from the name, which is also the id: `kari-nordmann`."""
    key = name.lower().replace(" ", "-")
    user = User(key, f"{key}@example.org", name, None, is_administrator=False, is_disabled=False, is_demo=False)
    user = dataclasses.replace(user, **changes)  # type: ignore[arg-type]
    with store.writing() as tx:
        accounts.add(tx, user, password_hash)
        for role in roles:
            accounts.add_membership(tx, user.id, role)
    return user


def keep_assessment(store: Store, assessment: Assessment, by: str = "kari-nordmann") -> Assessment:
    """Keep an assessment of a cluster that is kept, with its answers, and its scorecard where it counts."""
    with store.writing() as tx:
        assessments.keep(tx, assessment)
        for answer in assessment.answers.values():
            assessments.keep_answer(tx, assessment, answer, by=by)
        if assessment.state in COUNTING:
            assessments.keep_scorecard(tx, assessment, figures_of(assessment))
            keep_consent(store, assessment.cluster, by)
    return assessment


def keep_consent(store: Store, cluster: Cluster, by: str = "kari-nordmann") -> None:
    """Let a cluster share with its programme, as it does from its first submission on; its revision stays."""
    with store.writing() as tx:
        if consent.towards(tx, cluster, Audience.PROGRAMME) is Sharing.UNDECIDED:
            values = {"cluster_id": cluster.id, "audience": Audience.PROGRAMME, "given_at": tx.now, "given_by": by}
            tx.connection.execute(sa.insert(tables.consents).values(id=f"consent-{cluster.id}", **values))


def figures_of(assessment: Assessment) -> Figures:
    """Return what an assessment against the tiny standard scores."""
    framework = make_framework()
    scorecard = score(framework, assessment.levels)
    levels = tuple(assessment.levels.get(indicator.number) for indicator in framework.indicators)
    return Figures(scorecard.points, scorecard.outcome, levels)
