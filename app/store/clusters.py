"""Programmes, rounds and clusters: rows to domain values and back."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.clusters import Cluster, Programme, Round
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.permissions import Reach
from app.store.consent import SHARING
from app.store.database import Transaction, hold
from app.store.tables import clusters, programmes, rounds

COLUMNS = (
    clusters.c.id,
    clusters.c.slug,
    clusters.c.name,
    clusters.c.programme_id,
    programmes.c.slug.label("programme"),
    clusters.c.level,
    clusters.c.region,
    clusters.c.sector,
    clusters.c.revision,
    clusters.c.updated_at,
    SHARING,
    programmes.c.name.label("programme_name"),
)
JOINED = clusters.outerjoin(programmes, clusters.c.programme_id == programmes.c.id)


@dataclass(frozen=True, slots=True)
class ClusterFilter:
    """Narrows a list of clusters; None means any."""

    programme: str | None = None
    level: str | None = None
    region: str | None = None
    sector: str | None = None


def reaches(within: Reach) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a statement over clusters within reach."""
    return sa.or_(by_own_role(within), by_programme(within))


def by_own_role(within: Reach) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a statement to clusters on which there is a role of their own."""
    return clusters.c.id.in_(within.clusters)


def by_programme(within: Reach) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a statement to clusters reached by programmes or by administration."""
    if within.everything:
        return sa.true()
    in_programmes = clusters.c.programme_id.in_(within.programmes)
    if not within.barred:
        return in_programmes
    is_barred = sa.and_(clusters.c.programme_id.in_(within.reviewed), clusters.c.id.in_(within.barred))
    return sa.and_(in_programmes, sa.not_(is_barred))


def narrows(filters: ClusterFilter) -> sa.ColumnElement[bool]:
    """Return the condition that a filter puts on clusters."""
    wanted = {
        programmes.c.slug: filters.programme,
        clusters.c.level: filters.level,
        clusters.c.region: filters.region,
        clusters.c.sector: filters.sector,
    }
    return sa.and_(sa.true(), *(column == value for column, value in wanted.items() if value is not None))


def load(tx: Transaction, slug: str, *, within: Reach, to_change: bool = False) -> Cluster:
    """Return one cluster within reach, locked where it is to be changed; raises NotFound."""
    statement = sa.select(*COLUMNS).select_from(JOINED).where(clusters.c.slug == slug, reaches(within))
    found = (
        tx.connection.execute(statement.with_for_update(of=clusters) if to_change else statement)
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return Cluster(**found)


def listed(
    tx: Transaction,
    *,
    within: Reach,
    filters: ClusterFilter | None = None,
    after: str = "",
    limit: int | None = None,
    updated_since: dt.datetime | None = None,
) -> list[Cluster]:
    """Return the clusters within reach by slug, from behind `after` and at most `limit`."""
    statement = sa.select(*COLUMNS).select_from(JOINED).where(reaches(within), clusters.c.slug > after)
    if filters is not None:
        statement = statement.where(narrows(filters))
    if updated_since is not None:
        statement = statement.where(clusters.c.updated_at >= updated_since)
    found = tx.connection.execute(statement.order_by(clusters.c.slug).limit(limit))
    return [Cluster(**row) for row in found.mappings()]


def keep(tx: Transaction, cluster: Cluster) -> None:
    """Write a new cluster or the changed one; raises Invalid where another has its slug."""
    hold(tx, f"cluster {cluster.slug}")
    taken = sa.select(clusters.c.id).where(clusters.c.slug == cluster.slug, clusters.c.id != cluster.id)
    if tx.connection.execute(taken).first():
        raise Invalid(Problem("slug", "taken", "Another cluster already has this address."))
    values = {column.name: getattr(cluster, column.name) for column in clusters.c if column.name != "id"}
    changed = tx.connection.execute(sa.update(clusters).where(clusters.c.id == cluster.id).values(values))
    if not changed.rowcount:
        tx.connection.execute(sa.insert(clusters).values(id=cluster.id, **values))


def choices(tx: Transaction, *, within: Reach) -> Mapping[str, Sequence[str]]:
    """Return the levels, regions and sectors that clusters within reach have, each sorted."""
    found = {}
    for column in (clusters.c.level, clusters.c.region, clusters.c.sector):
        statement = sa.select(column).distinct().where(reaches(within), column != "").order_by(column)
        found[column.name] = tx.connection.execute(statement).scalars().all()
    return found


def programmes_listed(tx: Transaction, *, within: Reach) -> list[Programme]:
    """Return the programmes within reach by name."""
    statement = sa.select(programmes.c.id, programmes.c.slug, programmes.c.name).order_by(programmes.c.name)
    if not within.everything:
        statement = statement.where(programmes.c.id.in_(within.programmes))
    return [Programme(**row) for row in tx.connection.execute(statement).mappings()]


def programme(tx: Transaction, slug: str, *, within: Reach) -> Programme:
    """Return one programme within reach; raises NotFound."""
    for found in programmes_listed(tx, within=within):
        if found.slug == slug:
            return found
    raise NotFound


def keep_programme(tx: Transaction, found: Programme) -> None:
    """Write a new programme; raises Invalid where another has its slug."""
    hold(tx, f"programme {found.slug}")
    if tx.connection.execute(sa.select(programmes.c.id).where(programmes.c.slug == found.slug)).first():
        raise Invalid(Problem("slug", "taken", "Another programme already has this address."))
    tx.connection.execute(sa.insert(programmes).values(dataclasses.asdict(found)))


def rounds_listed(tx: Transaction, programme_ids: Sequence[str]) -> list[Round]:
    """Return the rounds of these programmes, the latest first."""
    columns = (rounds.c.id, rounds.c.programme_id, rounds.c.slug, rounds.c.name, rounds.c.reference_date)
    statement = sa.select(*columns).where(rounds.c.programme_id.in_(programme_ids))
    found = tx.connection.execute(statement.order_by(rounds.c.reference_date.desc(), rounds.c.name))
    return [Round(**row) for row in found.mappings()]


def keep_round(tx: Transaction, opened: Round) -> None:
    """Write a new round; raises Invalid where the programme has one of this name."""
    hold(tx, f"round {opened.programme_id} {opened.slug}")
    same = sa.select(rounds.c.id).where(rounds.c.programme_id == opened.programme_id, rounds.c.slug == opened.slug)
    if tx.connection.execute(same).first():
        raise Invalid(Problem("name", "taken", "The programme already has a round of this name."))
    tx.connection.execute(sa.insert(rounds).values(dataclasses.asdict(opened)))
